//! The limit of one call, inside the breaker.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::call::{Guard, Handle, Marked, poll};

/// A timer that is set when the call has to be waited for: one that is ready at once costs nothing.
#[derive(Debug)]
pub struct Limit {
    #[cfg_attr(
        not(feature = "tokio"),
        expect(dead_code, reason = "nothing can set the timer")
    )]
    limit: Duration,
    #[cfg(feature = "tokio")]
    timer: Option<Pin<Box<tokio::time::Sleep>>>,
}

/// Says that a call took too long.
#[derive(Debug)]
pub struct Late;

impl Limit {
    /// Makes a timer that is not set yet.
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            #[cfg(feature = "tokio")]
            timer: None,
        }
    }

    #[cfg(feature = "tokio")]
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        let set = || Box::pin(tokio::time::sleep(limit));
        self.timer.get_or_insert_with(set).as_mut().poll(context)
    }

    #[cfg(not(feature = "tokio"))]
    #[expect(
        clippy::unused_self,
        clippy::needless_pass_by_ref_mut,
        reason = "without a timer the attribute refuses the key"
    )]
    fn poll(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// Polls the call, and the timer if the call is pending.
pub fn poll_limited<H: Handle, F: Future>(
    guard: &mut Guard<H>,
    limit: &mut Limit,
    future: Pin<&mut F>,
    context: &mut Context<'_>,
) -> Poll<Result<F::Output, Late>> {
    if let Poll::Ready(answer) = poll(guard, future, context) {
        return Poll::Ready(Ok(answer));
    }
    // What panics now is the call's failure: the timer, where there is no runtime of tokio, or the
    // future's own drop, since nothing waits any more once it is late.
    guard.wake();
    let late = limit.poll(context);
    if late.is_pending() {
        guard.rest();
    }
    late.map(|()| Err(Late))
}

/// Refuses the key `call_timeout` where no timer can be had.
#[cfg(not(feature = "tokio"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_limited {
    () => {
        ::core::compile_error!(
            "`call_timeout` needs a timer: add `features = [\"tokio\"]` to `breaker-runtime`"
        );
    };
}

/// Lets the key `call_timeout` pass.
#[cfg(feature = "tokio")]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_limited {
    () => {};
}
