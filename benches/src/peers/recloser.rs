//! recloser: a ring of calls, without a lock.

use recloser::{AsyncRecloser, Error as PeerError, Recloser};

use super::OPEN_FOR;
use crate::{Answer, BAD, Error, async_body, body, poll};

impl From<PeerError<Self>> for Error {
    fn from(error: PeerError<Self>) -> Self {
        match error {
            PeerError::Inner(error) => error,
            PeerError::Rejected => Self::Rejected,
        }
    }
}

/// Opens by the share of failures in the last 100 calls; it has no other rule.
pub fn closed() -> Recloser {
    let rule = Recloser::custom().error_rate(0.5).closed_len(100);
    rule.open_wait(OPEN_FOR).build()
}

/// Is open.
pub fn open() -> Recloser {
    let rule = Recloser::custom().error_rate(0.5).closed_len(1);
    let breaker = rule.open_wait(OPEN_FOR).build();
    while !matches!(call(&breaker, BAD), Err(Error::Rejected)) {}
    breaker
}

/// Is the same as [`closed`], for futures.
pub fn asynchronous() -> AsyncRecloser {
    closed().into()
}

/// Calls the function.
#[inline(never)]
pub fn call(breaker: &Recloser, value: u64) -> Answer {
    breaker.call(|| body(value)).map_err(Error::from)
}

/// Calls the async function.
#[inline(never)]
pub fn call_async(breaker: &AsyncRecloser, value: u64) -> Answer {
    poll(breaker.call(async_body(value))).map_err(Error::from)
}
