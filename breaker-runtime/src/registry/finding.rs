//! The findings of [`Registry::verify`](crate::Registry::verify).

use std::fmt;

use crate::config::{Conflict, Location, VoidSetting};

/// A problem that [`Registry::verify`](crate::Registry::verify) found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Two declarations disagree about a breaker.
    Conflict(Conflict),
    /// A file or the environment has settings for a breaker that does not exist.
    UnknownBreaker(UnknownBreaker),
    /// A setting of a breaker has no effect because of another setting.
    VoidSetting(VoidSetting),
    /// Two breakers have nearly the same name, so one of the names may be a slip.
    SimilarNames(SimilarNames),
}

/// Two breakers with nearly the same name.
///
/// Two names are similar in these cases:
///
/// - They differ only in case and in the separators `- _ . : /`. A separator between two digits is significant.
/// - Their parts between separators are the same, except for one part of at least six letters in which one letter is
///   missing or two neighbouring letters have changed places. In a part of at least eight letters, it may also be one
///   letter that was replaced.
///
/// A difference in the first letter of a part, or in a digit, does not count as a slip. So `payment-1` and `payment-2`
/// are not similar, and neither are `payment-eu` and `payment-us`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimilarNames {
    /// The breaker whose name is first in alphabetical order.
    pub first: NamedBreaker,
    /// The other breaker.
    pub second: NamedBreaker,
}

/// The name of a breaker, and where the breaker is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedBreaker {
    /// The name.
    pub name: String,
    /// The first declaration of the breaker.
    pub location: Option<Location>,
}

impl NamedBreaker {
    pub(super) fn new(name: &str, location: Option<Location>) -> Self {
        Self {
            name: name.to_owned(),
            location,
        }
    }
}

impl fmt::Display for SimilarNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, second } = self;
        write!(
            f,
            "circuit breakers {first} and {second} have nearly the same name"
        )
    }
}

impl fmt::Display for NamedBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.name)?;
        match self.location {
            Some(location) => write!(f, " ({location})"),
            None => Ok(()),
        }
    }
}

/// A name for which settings were loaded, but which no breaker has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownBreaker {
    /// The name; for an environment variable, as the variable spells it.
    pub name: String,
    /// The file, line and column, or the environment variable.
    pub place: String,
    /// The name of the breaker that was probably meant.
    pub nearest: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::UnknownBreaker(unknown) => unknown.fmt(f),
            Self::VoidSetting(void) => void.fmt(f),
            Self::SimilarNames(similar) => similar.fmt(f),
        }
    }
}

impl fmt::Display for UnknownBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, Unknown(self))
    }
}

/// Formats an [`UnknownBreaker`] without its place.
pub(super) struct Unknown<'a>(pub(super) &'a UnknownBreaker);

impl fmt::Display for Unknown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnknownBreaker { name, nearest, .. } = self.0;
        write!(f, "there is no circuit breaker `{name}`")?;
        match nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}
