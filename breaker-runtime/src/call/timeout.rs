//! The setting `call_timeout`: the time limit of one call, enforced inside the breaker.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::future::poll;
use super::guard::Guard;
use super::handle::Handle;
#[cfg(feature = "timer")]
use crate::time::Sleep;

/// A timer that starts when the call is first pending, so that a call which is ready at once does not pay for it.
pub struct Limit {
    own: Duration,
    #[cfg(feature = "timer")]
    timer: Option<Sleep>,
}

/// The result of a call that took too long.
#[derive(Debug)]
pub struct Late;

impl Limit {
    /// Makes a timer that has not started. `own` is the limit in the attribute.
    pub fn new(own: Duration) -> Self {
        Self {
            own,
            #[cfg(feature = "timer")]
            timer: None,
        }
    }

    #[cfg(feature = "timer")]
    fn poll<H: Handle>(&mut self, guard: &Guard<H>, context: &mut Context<'_>) -> Poll<()> {
        let own = self.own;
        let timer = match &mut self.timer {
            Some(timer) => timer,
            None => match guard.sleep(own) {
                Some(timer) => self.timer.insert(timer),
                None => return Poll::Pending,
            },
        };
        timer.as_mut().poll(context)
    }

    #[cfg(not(feature = "timer"))]
    #[expect(
        clippy::unused_self,
        clippy::needless_pass_by_ref_mut,
        reason = "without a timer the attribute rejects the setting"
    )]
    fn poll<H: Handle>(&mut self, _: &Guard<H>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit")
            .field("own", &self.own)
            .finish_non_exhaustive()
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
    // A panic from here on counts as the call's failure: a timer panics outside of its runtime, and a late future may
    // panic when it is dropped.
    guard.mark_running();
    let late = limit.poll(guard, context);
    if late.is_pending() {
        guard.mark_idle();
    }
    late.map(|()| Err(Late))
}

/// Rejects the setting `call_timeout` in a build without a timer.
#[cfg(not(feature = "timer"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_limited {
    () => {
        ::core::compile_error!(
            "`call_timeout` needs a timer: add `features = [\"tokio\"]` to `breaker-runtime`, or `features = [\"timer\"]` \
             and call `Registry::global().set_timer(…)`"
        );
    };
}

/// Accepts the setting `call_timeout`.
#[cfg(feature = "timer")]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_limited {
    () => {};
}

#[cfg(all(test, feature = "timer"))]
mod tests;
