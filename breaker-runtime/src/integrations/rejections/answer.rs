//! What the errors of a breaker answer over HTTP, whatever the web framework.

use super::json::{Maybe, Text};
use super::whole_seconds::whole_seconds;
use crate::values::{BreakerError, Rejection, TimedOut};

/// An answer whose body is JSON and must not be cached.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The header `Retry-After`, in seconds.
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: String,
}

impl From<&Rejection> for Answer {
    fn from(rejection: &Rejection) -> Self {
        let retry_after = rejection.retry_after().map(whole_seconds);
        let body = format!(
            r#"{{"error":"rejected","breaker":{},"state":"{}","reason":"{}","retry_after":{}}}"#,
            Text(rejection.name()),
            rejection.state(),
            rejection.reason(),
            Maybe(retry_after),
        );
        Self {
            status: 503,
            retry_after,
            body,
        }
    }
}

impl From<&TimedOut> for Answer {
    fn from(timed_out: &TimedOut) -> Self {
        Self {
            status: 504,
            retry_after: None,
            body: format!(
                r#"{{"error":"timed_out","breaker":{}}}"#,
                Text(timed_out.name())
            ),
        }
    }
}

impl From<&BreakerError> for Answer {
    fn from(error: &BreakerError) -> Self {
        match error {
            BreakerError::Rejected(rejection) => rejection.into(),
            BreakerError::TimedOut(timed_out) => timed_out.into(),
        }
    }
}
