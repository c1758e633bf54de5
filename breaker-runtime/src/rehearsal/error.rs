//! Why a trace cannot be played.

use std::time::Duration;

use thiserror::Error;

use crate::config::ConfigError;

/// The reason why a trace cannot be read or played.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The trace has no calls.
    #[error("the trace has no calls: check the name of the breaker and the time range")]
    Empty,
    /// A call began before the call in front of it.
    #[error("call {call} began {} before the call in front of it: sort the trace by the start of the calls", crate::time::Brief(*by))]
    TimeRunsBack {
        /// The number of the call in the trace, from 1.
        call: u64,
        /// How much earlier it began.
        by: Duration,
    },
}

/// The reason why no settings can be suggested.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SuggestError {
    /// The trace cannot be read or played.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// The settings that all candidates have in common cannot be met.
    #[error(transparent)]
    Config(#[from] ConfigError),
}
