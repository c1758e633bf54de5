//! The error of the guarded functions.

use breaker_runtime::BreakerError;
use core::error::Error as StdError;
use core::fmt::{Display, Formatter, Result as FmtResult};
use core::num::ParseIntError;

/// What a call can fail with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The breaker did not let the call through.
    Breaker(BreakerError),
    /// The dependency said no.
    Declined(u32),
    /// The dependency did not answer.
    Down,
    /// The answer is no number.
    Number(ParseIntError),
}

impl Display for Error {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> FmtResult {
        match *self {
            Self::Breaker(ref error) => Display::fmt(error, formatter),
            Self::Declined(code) => write!(formatter, "declined: {code}"),
            Self::Down => formatter.write_str("down"),
            Self::Number(ref error) => Display::fmt(error, formatter),
        }
    }
}

impl StdError for Error {}

impl From<BreakerError> for Error {
    fn from(error: BreakerError) -> Self {
        Self::Breaker(error)
    }
}

impl From<ParseIntError> for Error {
    fn from(error: ParseIntError) -> Self {
        Self::Number(error)
    }
}
