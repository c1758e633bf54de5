//! What is wrong with a configuration, and where it stands.

use std::error::Error;
use std::fmt;
use std::panic;

use super::{Key, Value};

/// A place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Location {
    /// The module, which begins with the crate's name; empty for a call of
    /// [`get_or_create`](crate::Registry::get_or_create).
    pub module: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Location {
    /// Names the place of an attribute.
    #[doc(hidden)]
    #[inline]
    pub const fn new(module: &'static str, file: &'static str, line: u32, column: u32) -> Self {
        Self {
            module,
            file,
            line,
            column,
        }
    }

    #[inline]
    pub(crate) const fn of_caller(caller: &'static panic::Location<'static>) -> Self {
        Self::new("", caller.file(), caller.line(), caller.column())
    }

    /// The order in which declarations of one name win: crate, file, line, column.
    #[inline]
    pub(crate) fn rank(&self) -> (&'static str, &'static str, u32, u32) {
        let (krate, _) = self.module.split_once(':').unwrap_or((self.module, ""));
        (krate, self.file, self.line, self.column)
    }
}

impl fmt::Display for Location {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One of the two sides of a [`Conflict`]: a key, its value, and who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The key.
    pub key: &'static str,
    /// Its value, as text.
    pub value: String,
    /// Where it was given; for a default, where the breaker was made.
    pub location: Location,
}

impl Claim {
    #[inline]
    pub(crate) fn new(key: Key, value: Value, location: Location) -> Self {
        Self {
            key: key.name(),
            value: value.to_string(),
            location,
        }
    }
}

impl fmt::Display for Claim {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` = {} ({})", self.key, self.value, self.location)
    }
}

/// Two places that disagree about one breaker.
///
/// The first wins at run time; see [`Registry::verify`](crate::Registry::verify).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The breaker's name.
    pub breaker: String,
    /// The side that holds.
    pub first: Claim,
    /// The side that is not heard.
    pub second: Claim,
}

impl fmt::Display for Conflict {
    #[inline]
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

/// Why a breaker could not be made or configured; nothing was changed.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry};
///
/// let error = Registry::new()
///     .get_or_create("pay ment", Config::new())
///     .unwrap_err();
/// assert_eq!(error.field(), Some("name"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The name is none: the problem says why.
    Name {
        /// The name that was given.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A value lies outside its range.
    OutOfRange {
        /// The key.
        key: &'static str,
        /// The value that was given, as text.
        value: String,
        /// What the key may hold, as the end of a sentence.
        range: &'static str,
    },
    /// Two keys cannot be met together.
    Together {
        /// The key that cannot be met.
        key: &'static str,
        /// Why not.
        problem: String,
    },
    /// The breaker exists with another value.
    Conflict(Box<Conflict>),
    /// No breaker has this name.
    Unknown {
        /// The name that was given.
        name: String,
    },
}

impl ConfigError {
    #[inline]
    pub(crate) fn out_of_range(key: Key, value: Value, range: &'static str) -> Self {
        Self::OutOfRange {
            key: key.name(),
            value: value.to_string(),
            range,
        }
    }

    /// Returns the key that is wrong, `name` for the breaker's name.
    #[inline]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Name { .. } | Self::Unknown { .. } => Some("name"),
            Self::OutOfRange { key, .. } | Self::Together { key, .. } => Some(key),
            Self::Conflict(conflict) => Some(conflict.second.key),
        }
    }
}

impl fmt::Display for ConfigError {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { problem, .. } | Self::Together { problem, .. } => f.write_str(problem),
            Self::OutOfRange { key, value, range } => write!(f, "`{key}` {range}, not {value}"),
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::Unknown { name } => write!(f, "there is no circuit breaker `{name}`"),
        }
    }
}

impl Error for ConfigError {}
