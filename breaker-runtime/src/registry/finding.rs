//! The findings of [`Registry::verify`](crate::Registry::verify).

use std::fmt;

use crate::config::{Conflict, VoidSetting};

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
