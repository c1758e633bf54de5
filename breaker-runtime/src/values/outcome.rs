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

    /// Judges an HTTP status: `429` and `5xx` are failures, all others are successes.
    ///
    /// The classifiers of this crate judge so. A status such as `404` is an answer of a dependency that works.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Outcome;
    ///
    /// assert_eq!(Outcome::of_http_status(503), Outcome::Failure);
    /// assert_eq!(Outcome::of_http_status(404), Outcome::Success);
    /// ```
    #[inline]
    pub const fn of_http_status(status: u16) -> Self {
        match status {
            429 | 500..=599 => Self::Failure,
            _ => Self::Success,
        }
    }

    /// Judges a status code of gRPC.
    ///
    /// Successes are `OK` and the codes by which a server answers about the request, such as `NOT_FOUND`. `CANCELLED`
    /// is ignored. All others are failures: `UNKNOWN`, `DEADLINE_EXCEEDED`, `RESOURCE_EXHAUSTED`, `INTERNAL`,
    /// `UNAVAILABLE`, `DATA_LOSS`, and numbers that are no code.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Outcome;
    ///
    /// assert_eq!(Outcome::of_grpc_code(14), Outcome::Failure); // UNAVAILABLE
    /// assert_eq!(Outcome::of_grpc_code(5), Outcome::Success); // NOT_FOUND
    /// assert_eq!(Outcome::of_grpc_code(1), Outcome::Ignored); // CANCELLED
    /// ```
    #[inline]
    pub const fn of_grpc_code(code: u32) -> Self {
        match code {
            // OK, INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED, FAILED_PRECONDITION, ABORTED,
            // OUT_OF_RANGE, UNIMPLEMENTED, UNAUTHENTICATED.
            0 | 3 | 5 | 6 | 7 | 9 | 10 | 11 | 12 | 16 => Self::Success,
            // CANCELLED.
            1 => Self::Ignored,
            _ => Self::Failure,
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
