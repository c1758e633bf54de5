//! Why a trace cannot be played.

use std::io;
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
    /// A file cannot be read.
    #[error("cannot read `{file}`: {error}")]
    Io {
        /// The file.
        file: String,
        /// The error of the file system.
        #[source]
        error: io::Error,
    },
    /// A file is not a trace.
    #[error(
        "`{file}` is no trace: it does not begin like one; convert logs and other records first"
    )]
    Foreign {
        /// The file.
        file: String,
    },
    /// A trace was written by a newer version of this crate.
    #[error(
        "`{file}` has version {version} of the format, and this program reads only older ones: use a newer one"
    )]
    Newer {
        /// The file.
        file: String,
        /// The version of its format.
        version: u16,
    },
    /// A block of a trace is damaged.
    #[error("`{file}`, block {block} at byte {offset}: {what}; a lenient reader skips the block")]
    Broken {
        /// The file.
        file: String,
        /// The number of the block in the file, from 1; 0 for the head of the file.
        block: u32,
        /// Where it begins.
        offset: u64,
        /// The error, in words.
        what: &'static str,
    },
    /// A trace has no call of a breaker.
    #[error("the trace has no call of `{name}`, but of {}", listed(known))]
    UnknownBreaker {
        /// The name that was asked for.
        name: String,
        /// The names of the breakers in the trace.
        known: Vec<String>,
    },
}

impl TraceError {
    pub(super) fn io(file: String, error: io::Error) -> Self {
        Self::Io { file, error }
    }

    pub(super) fn broken(file: String, block: u32, offset: u64, what: &'static str) -> Self {
        Self::Broken {
            file,
            block,
            offset,
            what,
        }
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "no other breaker".to_owned();
    }
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
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
