//! How a call ended.

use std::fmt;

/// How a finished call is judged.
///
/// # Examples
///
/// ```
/// use breaker_runtime::Outcome;
///
/// fn judge(status: &u16) -> Outcome {
///     match status {
///         500.. => Outcome::Failure,
///         404 => Outcome::Ignored,
///         _ => Outcome::Success,
///     }
/// }
/// assert_eq!(judge(&503), Outcome::Failure);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The dependency answered: ends a row of failures, counts for a probe.
    Success,
    /// The dependency failed: counts towards opening the circuit.
    Failure,
    /// The call says nothing about the dependency and changes no count that decides.
    Ignored,
}

impl Outcome {
    /// Returns the outcome of a `Result`: `Ok` is a success, `Err` a failure.
    #[inline]
    pub(crate) fn of<T, E>(result: &Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Success,
            Err(_) => Self::Failure,
        }
    }

    /// Returns the label: `success`, `failure` or `ignored`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Ignored => "ignored",
        }
    }
}

impl fmt::Display for Outcome {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a permit ended: with an outcome, or without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Success,
    Failure,
    Ignored,
    Cancelled,
}

impl From<Outcome> for End {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success => Self::Success,
            Outcome::Failure => Self::Failure,
            Outcome::Ignored => Self::Ignored,
        }
    }
}
