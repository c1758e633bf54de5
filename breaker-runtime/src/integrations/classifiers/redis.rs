//! Classifiers for the crate `redis`. Needs the feature `redis-client`.
//!
//! ```
//! # #[cfg(feature = "macros")] {
//! use breaker_runtime::{circuit_breaker, classifiers};
//!
//! type Error = Box<dyn std::error::Error + Send + Sync>;
//!
//! #[circuit_breaker(
//!     name = "sessions-redis",
//!     classify = classifiers::redis::classify,
//!     cause = classifiers::redis::cause,
//! )]
//! fn session(connection: &mut redis::Connection, id: &str) -> Result<Option<String>, Error> {
//!     Ok(redis::cmd("GET").arg(id).query(connection)?)
//! }
//! # }
//! ```
//!
//! | answer | counts as |
//! |---|---|
//! | an `Ok` | success |
//! | an error of the server about the command, such as `WRONGTYPE`, `NOSCRIPT`, `NOPERM`, `WRONGPASS`, `MOVED` or `EXECABORT` | success: the server has answered |
//! | a value that does not have the type that was asked for | success |
//! | an error of the server that says it cannot work: `LOADING`, `BUSY`, `OOM`, `MISCONF`, `READONLY`, `NOREPLICAS`, `MASTERDOWN`, `CLUSTERDOWN`, `TRYAGAIN`, `UNKILLABLE`, or `max number of clients reached` | failure |
//! | no connection, a timeout, a connection that breaks, an answer that is not the protocol of Redis | failure |
//! | no master or replica that the sentinels know, no connection to a node of the cluster | failure |
//! | a pipeline | failure, if one of its errors is |
//! | a wrong configuration of the client, and what the client finds wrong before it sends anything | ignored |
//! | an error that is or holds the error of a breaker | ignored |
//! | an error without a `RedisError` among its sources | failure |
//!
//! The functions look for a `RedisError` among the sources of an error. The variant of an own error type that is
//! `#[error(transparent)]` hides it. For such a type, implement [`ClassifyError`](crate::ClassifyError) and write
//! `classify = by_error`; `RedisError` implements it too.
//!
//! Redis never says how long to wait, so there is no function for `open_for_hint`.

use ::redis::{ErrorKind, RedisError, ServerError, ServerErrorKind};

use super::holder::{HoldsError, find, judge};
use super::sources::{chain_text, holds_breaker_error};
use crate::values::{ClassifyError, Outcome};

/// Classifies the result of a function that uses the crate `redis`, for the setting `classify`; see the
/// [table](self).
pub fn classify<T, E: HoldsError<By>, By>(answer: &Result<T, E>) -> Outcome {
    match answer {
        Ok(_) => Outcome::Success,
        Err(error) => judge::<RedisError>(error.outermost()),
    }
}

/// Describes a failure, for the setting `cause`: by the text of the error.
pub fn cause<T, E: HoldsError<By>, By>(answer: &Result<T, E>) -> String {
    let Err(error) = answer else {
        return String::from("an `Ok` that counts as a failure");
    };
    match find::<RedisError>(error.outermost()) {
        Some(error) => error.to_string(),
        None => chain_text(error.outermost()),
    }
}

/// As the [table](self) of this module says.
impl ClassifyError for RedisError {
    fn outcome(&self) -> Outcome {
        if holds_breaker_error(self) {
            return Outcome::Ignored;
        }
        // A copy shares what it holds.
        if let Some(errors) = self.clone().into_server_errors() {
            let failed = errors.iter().any(|(_, error)| cannot_work(error));
            return if failed {
                Outcome::Failure
            } else {
                Outcome::Success
            };
        }
        match self.kind() {
            // The answer could be read, but does not have the type that was asked for. The crate has the same kind for
            // what is not the protocol, and only the text tells them apart.
            ErrorKind::Parse
                if self
                    .detail()
                    .is_some_and(|text| text.contains("(value was ")) =>
            {
                Outcome::Success
            }
            ErrorKind::UnexpectedReturnType | ErrorKind::AuthenticationFailed => Outcome::Success,
            ErrorKind::InvalidClientConfig
            | ErrorKind::Client
            | ErrorKind::EmptySentinelList
            | ErrorKind::RESP3NotSupported => Outcome::Ignored,
            _ => Outcome::Failure,
        }
    }
}

/// Returns whether the server says that it cannot work at the moment.
fn cannot_work(error: &ServerError) -> bool {
    match error.kind() {
        Some(
            ServerErrorKind::BusyLoading
            | ServerErrorKind::TryAgain
            | ServerErrorKind::ClusterDown
            | ServerErrorKind::MasterDown
            | ServerErrorKind::ReadOnly,
        ) => true,
        Some(ServerErrorKind::ResponseError) => {
            let details = error.details().unwrap_or_default();
            details.contains("max number of clients")
        }
        Some(_) => false,
        None => matches!(
            error.code(),
            "BUSY" | "OOM" | "MISCONF" | "NOREPLICAS" | "UNKILLABLE"
        ),
    }
}
