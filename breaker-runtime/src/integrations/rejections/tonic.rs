//! The errors of a breaker as statuses of gRPC.

use std::sync::Arc;

use tonic::{Code, Status};

use super::whole_seconds::whole_seconds;
use crate::values::{BreakerError, CallError, Rejection, TimedOut};

/// `UNAVAILABLE`, with the breaker's error as the source and, if the time is known, the metadata `retry-after` in whole
/// seconds, rounded up. A call that took longer than its `call_timeout` is `DEADLINE_EXCEEDED`.
///
/// The message names the breaker and the reason, and not the key.
impl From<BreakerError> for Status {
    fn from(error: BreakerError) -> Self {
        let code = match &error {
            BreakerError::Rejected(_) => Code::Unavailable,
            BreakerError::TimedOut(_) => Code::DeadlineExceeded,
        };
        let mut status = Self::new(code, error.to_string());
        if let Some(time) = error.retry_after() {
            status
                .metadata_mut()
                .insert("retry-after", whole_seconds(time).into());
        }
        status.set_source(Arc::new(error));
        status
    }
}

/// As the [`BreakerError`] of the rejection.
impl From<Rejection> for Status {
    fn from(rejection: Rejection) -> Self {
        BreakerError::from(rejection).into()
    }
}

/// As the [`BreakerError`] of the call that took too long.
impl From<TimedOut> for Status {
    fn from(timed_out: TimedOut) -> Self {
        BreakerError::from(timed_out).into()
    }
}

/// As the breaker's error or the call's own error.
impl<E: Into<Self>> From<CallError<E>> for Status {
    fn from(error: CallError<E>) -> Self {
        match error {
            CallError::Breaker(error) => error.into(),
            CallError::Inner(error) => error.into(),
        }
    }
}
