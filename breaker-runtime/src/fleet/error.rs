//! The errors of the public API.

use thiserror::Error;

use super::store::StoreError;

/// The error of joining a fleet: the program is wrong, not the store, whose failures are no error of joining.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinError {
    /// The namespace has another form.
    #[error(
        "a namespace must have 1 to 64 characters of `a` to `z`, `0` to `9`, `-` and `_`, not `{}`",
        .0.escape_debug()
    )]
    InvalidNamespace(String),
    /// No store was given.
    #[error("a fleet needs a store: write `Fleet::new(…).store(…)`")]
    NoStore,
    /// The registry has joined a fleet already.
    #[error("the registry has joined the fleet `{0}` already")]
    Joined(String),
    /// There is no tokio runtime here.
    #[error("`join` needs a tokio runtime; outside of one, use `join_on_thread`")]
    NoRuntime,
    /// The system cannot start a thread.
    #[error("the system cannot start a thread: {0}")]
    NoThread(String),
}

/// The error of asking the whole fleet for something.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum FleetError {
    /// The store did not answer. The order may be in force nevertheless; it can be given again.
    #[error("the store of the fleet does not answer: {0}")]
    Away(String),
    /// The store turns this program away: somebody has to change a configuration.
    #[error("the store of the fleet turns this program away: {0}")]
    Refused(String),
    /// This instance has left the fleet, or its task has ended.
    #[error("this instance has left the fleet")]
    Left,
    /// The order is invalid, for example a name of more than 256 bytes.
    #[error("the store of the fleet does not accept the order")]
    Invalid,
}

impl From<StoreError> for FleetError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Away(why) => Self::Away(why),
            StoreError::Refused(why) => Self::Refused(why),
        }
    }
}
