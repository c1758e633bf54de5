//! Two declarations of one breaker that disagree.

use std::fmt;

use super::location::Location;
use super::table::Setting;
use super::value::Value;

/// One of the two sides of a [`Conflict`]: a setting, its value, and where it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConflictSide {
    /// The name of the setting.
    pub setting: &'static str,
    /// The value of the setting, as text.
    pub value: String,
    /// Where the setting was given; for a default, where the breaker was made.
    pub location: Location,
}

impl ConflictSide {
    pub(super) fn new(setting: Setting, value: Value, location: Location) -> Self {
        Self {
            setting: setting.name(),
            value: value.to_string(),
            location,
        }
    }
}

impl fmt::Display for ConflictSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` = {} ({})", self.setting, self.value, self.location)
    }
}

/// Two places in the source code that disagree about one breaker.
///
/// The first wins at run time; see [`Registry::verify`](crate::Registry::verify).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The name of the breaker.
    pub breaker: String,
    /// The side that is in force.
    pub first: ConflictSide,
    /// The side that has no effect.
    pub second: ConflictSide,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            breaker,
            first,
            second,
        } = self;
        write!(
            f,
            "circuit breaker `{breaker}`: {first} and {second} disagree"
        )
    }
}
