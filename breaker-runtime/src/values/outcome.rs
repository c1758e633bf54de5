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
///         429 => Outcome::Trip,
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
    /// The dependency failed, and the answer says that further calls would fail too: the circuit opens at once.
    Trip,
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

    /// Returns whether the call failed: `true` for [`Failure`](Self::Failure) and [`Trip`](Self::Trip).
    #[inline]
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failure | Self::Trip)
    }

    /// Returns the label: `success`, `failure`, `ignored` or `trip`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Ignored => "ignored",
            Self::Trip => "trip",
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
    /// A failure of the kind [`FailureKind::Returned`] that opens the circuit at once (R22).
    Trip,
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
            Self::Trip => Some(FailureKind::Returned),
            Self::Success | Self::Ignored | Self::Cancelled => None,
        }
    }

    /// Returns whether the call says something about the dependency: whether it succeeded or failed.
    #[inline]
    pub(crate) fn is_judged(self) -> bool {
        !matches!(self, Self::Ignored | Self::Cancelled)
    }
}

impl From<Outcome> for End {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success => Self::Success,
            Outcome::Failure => Self::Failure(FailureKind::Returned),
            Outcome::Ignored => Self::Ignored,
            Outcome::Trip => Self::Trip,
        }
    }
}
