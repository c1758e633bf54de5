//! The outcome of a call, and the end of a permit.

use std::fmt;

use super::failure::FailureKind;

/// The outcome of a call, as the classification judges it.
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
    /// The dependency answered. A success ends a row of failures, and successful probes close the circuit.
    Success,
    /// The dependency failed. Failures open the circuit.
    Failure,
    /// The call says nothing about the dependency, and does not affect the state.
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

/// The end of a permit: with an outcome, or without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Success,
    Failure(FailureKind),
    Ignored,
    /// The call ended without an outcome.
    Cancelled,
}

impl End {
    /// Returns the kind of the failure, if this is one.
    #[inline]
    pub(crate) fn failure(self) -> Option<FailureKind> {
        match self {
            Self::Failure(kind) => Some(kind),
            Self::Success | Self::Ignored | Self::Cancelled => None,
        }
    }
}

impl From<Outcome> for End {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success => Self::Success,
            Outcome::Failure => Self::Failure(FailureKind::Returned),
            Outcome::Ignored => Self::Ignored,
        }
    }
}
