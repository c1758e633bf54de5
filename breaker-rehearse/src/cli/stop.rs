//! Why the program ends early.

use std::fmt;

use breaker_rehearse::Problem;
use breaker_runtime::ConfigProblems;
use breaker_runtime::rehearsal::{SuggestError, TraceError};

/// The message with which the program ends.
#[derive(Debug)]
pub(crate) struct Stop(String);

impl Stop {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Whether there are no calls to play.
    pub(crate) fn is_empty_trace(&self) -> bool {
        self.0 == TraceError::Empty.to_string()
    }

    /// A file that cannot be read or written.
    pub(crate) fn of_file(path: &str, error: &dyn fmt::Display) -> Self {
        Self(format!("{path}: {error}"))
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! stops {
    ($($Error:ty),+) => {
        $(impl From<$Error> for Stop {
            fn from(error: $Error) -> Self {
                Self(error.to_string())
            }
        })+
    };
}

stops!(Problem, ConfigProblems, TraceError, SuggestError);
