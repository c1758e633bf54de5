//! The setting `call_timeout`: the time limit of one call, enforced inside the breaker.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::future::poll;
use super::guard::Guard;
use super::handle::Handle;

/// A timer that starts when the call is first pending, so that a call which is ready at once does not pay for it.
#[derive(Debug)]
pub struct Limit {
    #[cfg_attr(
        not(feature = "tokio"),
        expect(dead_code, reason = "there is no timer to set")
    )]
    own: Duration,
    #[cfg(feature = "tokio")]
    timer: Option<Pin<Box<tokio::time::Sleep>>>,
}

/// The result of a call that took too long.
#[derive(Debug)]
pub struct Late;

impl Limit {
    /// Makes a timer that has not started. `own` is the limit in the attribute.
    pub fn new(own: Duration) -> Self {
        Self {
            own,
            #[cfg(feature = "tokio")]
            timer: None,
        }
    }

    #[cfg(feature = "tokio")]
    fn poll<H: Handle>(&mut self, guard: &Guard<H>, context: &mut Context<'_>) -> Poll<()> {
        let set = || Box::pin(tokio::time::sleep(guard.call_timeout(self.own)));
        self.timer.get_or_insert_with(set).as_mut().poll(context)
    }

    #[cfg(not(feature = "tokio"))]
    #[expect(
        clippy::unused_self,
        clippy::needless_pass_by_ref_mut,
        reason = "without a timer the attribute rejects the setting"
    )]
    fn poll<H: Handle>(&mut self, _: &Guard<H>, _: &mut Context<'_>) -> Poll<()> {
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
    // A panic from here on counts as the call's failure: the timer panics without a tokio runtime, and a late future
    // may panic when it is dropped.
    guard.mark_running();
    let late = limit.poll(guard, context);
    if late.is_pending() {
        guard.mark_idle();
    }
    late.map(|()| Err(Late))
}

/// Rejects the setting `call_timeout` in a build without a timer.
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

/// Accepts the setting `call_timeout`.
#[cfg(feature = "tokio")]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_limited {
    () => {};
}
