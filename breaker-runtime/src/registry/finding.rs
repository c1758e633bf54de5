//! What `verify` finds.

use std::fmt;

use crate::config::Conflict;

/// Something that a test would not want to find; see [`Registry::verify`](crate::Registry::verify).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Two declarations disagree about a breaker.
    Conflict(Conflict),
    /// A file or the environment speaks of a breaker that there is not.
    UnknownBreaker(UnknownBreaker),
}

/// A name under which settings were loaded, and that no breaker has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownBreaker {
    /// The name; from the environment, in its form there.
    pub name: String,
    /// The file, line and column, or the variable.
    pub place: String,
    /// The name of a breaker that was probably meant.
    pub nearest: Option<String>,
}

impl fmt::Display for Finding {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::UnknownBreaker(unknown) => unknown.fmt(f),
        }
    }
}

impl fmt::Display for UnknownBreaker {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, Unknown(self))
    }
}

/// The same without its place.
pub(super) struct Unknown<'a>(pub(super) &'a UnknownBreaker);

impl fmt::Display for Unknown<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnknownBreaker { name, nearest, .. } = self.0;
        write!(f, "there is no circuit breaker `{name}`")?;
        match nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}
