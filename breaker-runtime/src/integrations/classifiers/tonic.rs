//! Classifiers for tonic. Needs the feature `tonic`.
//!
//! They classify a call by the status that the caller gets, whether it was in the head or in the trailers:
//!
//! ```
//! # #[cfg(feature = "macros")] {
//! use breaker_runtime::{circuit_breaker, classifiers};
//! use tonic::Status;
//!
//! #[circuit_breaker(
//!     name = "catalogue-grpc",
//!     classify = classifiers::tonic::classify,
//!     open_for_hint = classifiers::tonic::retry_after,
//!     cause = classifiers::tonic::cause,
//! )]
//! async fn look_up(id: u64) -> Result<String, Status> {
//!     Err(Status::not_found(format!("there is no {id}"))) // call a generated client here
//! }
//! # }
//! ```
//!
//! A rejection becomes a `Status` by itself: `UNAVAILABLE`, with the breaker's error as its source and the time to wait
//! in the metadata `retry-after`, in whole seconds, rounded up. A call that took longer than its `call_timeout` becomes
//! `DEADLINE_EXCEEDED`.
//!
//! | answer | counts as |
//! |---|---|
//! | an `Ok` | success |
//! | `NOT_FOUND`, `ALREADY_EXISTS`, `INVALID_ARGUMENT`, `OUT_OF_RANGE`, `FAILED_PRECONDITION`, `ABORTED`, `PERMISSION_DENIED`, `UNAUTHENTICATED`, `UNIMPLEMENTED` | success: the server has answered |
//! | `UNAVAILABLE`, `RESOURCE_EXHAUSTED`, `DEADLINE_EXCEEDED`, `INTERNAL`, `UNKNOWN`, `DATA_LOSS` | failure |
//! | `CANCELLED` because the timeout of tonic has passed, here or at the server | failure |
//! | any other `CANCELLED` | ignored |
//! | a status whose source is or holds the error of a breaker | ignored |
//! | an error without a `Status` among its sources, such as tonic's transport error | failure, or ignored if it is or holds the error of a breaker |
//!
//! The hint for the open period is the longest of what the server says: the metadata `retry-after` in seconds,
//! `grpc-retry-pushback-ms`, and the `google.rpc.RetryInfo` in the details of the status.
//!
//! The functions look for a `Status` among the sources of an error. The variant of an own error type that is
//! `#[error(transparent)]` hides it. For such a type, implement [`ClassifyError`](crate::ClassifyError) and write
//! `classify = by_error`; `Status` implements it too.

use std::error::Error as _;
use std::time::Duration;

use ::tonic::{Code, Status, TimeoutExpired};

use super::holder::{HoldsError, find, judge};
use super::retry_info::retry_delay;
use super::sources::{chain_text, holds_breaker_error};
use crate::integrations::grpc_code;
use crate::values::{ClassifyError, Outcome, chain};

/// Classifies the result of a function that uses tonic, for the setting `classify`; see the [table](self).
pub fn classify<T, E: HoldsError<By>, By>(answer: &Result<T, E>) -> Outcome {
    match answer {
        Ok(_) => Outcome::Success,
        Err(error) => judge::<Status>(error.outermost()),
    }
}

/// Returns how long the server asks not to be called again, for the setting `open_for_hint`.
pub fn retry_after<T, E: HoldsError<By>, By>(answer: &Result<T, E>) -> Option<Duration> {
    let error = answer.as_ref().err()?;
    find::<Status>(error.outermost())?.retry_after()
}

/// Describes a failure, for the setting `cause`: by the code and the message of its status.
pub fn cause<T, E: HoldsError<By>, By>(answer: &Result<T, E>) -> String {
    let Err(error) = answer else {
        return String::from("an `Ok` that counts as a failure");
    };
    match find::<Status>(error.outermost()) {
        Some(status) if status.message().is_empty() => format!("{:?}", status.code()),
        Some(status) => format!("{:?}: {}", status.code(), status.message()),
        None => chain_text(error.outermost()),
    }
}

/// As the [table](self) of this module says.
impl ClassifyError for Status {
    fn outcome(&self) -> Outcome {
        match self.code() {
            _ if holds_breaker_error(self) => Outcome::Ignored,
            Code::Cancelled if timed_out(self) => Outcome::Failure,
            code => Outcome::of_grpc_code(code as u32),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        let text = |key| self.metadata().get(key)?.to_str().ok();
        let seconds = text("retry-after").and_then(|text| text.trim().parse().ok());
        let pushback = text(grpc_code::PUSHBACK).and_then(grpc_code::pushback);
        seconds
            .map(Duration::from_secs)
            .max(pushback)
            .max(retry_delay(self.details()))
    }
}

/// Returns whether a cancelled call was cancelled by a timeout of tonic: here, or at the server, which sends its words.
fn timed_out(status: &Status) -> bool {
    let here = || {
        status
            .source()
            .is_some_and(|source| chain(source).any(<dyn std::error::Error>::is::<TimeoutExpired>))
    };
    status.message() == TimeoutExpired(()).to_string() || here()
}
