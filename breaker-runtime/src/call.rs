//! A guarded call: admission before, the outcome after, and what a drop between them means.

use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::cells::Count;
use crate::classify::by_result;
use crate::core::Core;
use crate::error::{BreakerError, CallError, Rejection, TimedOut};
use crate::machine::{Ended, Ticket};
use crate::name::Name;
use crate::outcome::{End, Outcome};
use crate::time::Tick;

/// A breaker for the length of a call: a declared one costs no count of references.
#[derive(Clone, Debug)]
pub(crate) enum Handle<'a> {
    Borrowed(&'a CircuitBreaker),
    Owned(CircuitBreaker),
}

impl Deref for Handle<'_> {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        match self {
            Self::Borrowed(breaker) => breaker,
            Self::Owned(breaker) => breaker,
        }
    }
}

impl<'a> Handle<'a> {
    /// Requests permission to run one call.
    #[inline]
    pub(crate) fn enter(self) -> Result<Guard<'a>, Refused<'a>> {
        match Core::admit(&self) {
            Ok(ticket) => Ok(Guard {
                handle: Some(self),
                ticket,
                running: true,
                pending_since: None,
            }),
            Err(rejection) => Err(Refused {
                handle: self,
                rejection,
            }),
        }
    }
}

/// The permit of a call that this crate runs itself.
///
/// It knows whether user code is running: dropped meanwhile, that code has panicked; dropped
/// between two polls, the call was cancelled. `std::thread::panicking` could not tell a future that
/// is dropped by an unwinding neighbour from one that panics itself.
#[derive(Debug)]
pub struct Guard<'a> {
    /// Taken when the call has been settled.
    handle: Option<Handle<'a>>,
    ticket: Ticket,
    running: bool,
    /// The first time that the call was pending, if `cancel_after` is in force.
    pending_since: Option<Tick>,
}

impl<'a> Guard<'a> {
    /// Records the outcome.
    #[inline]
    pub fn settle(self, outcome: Outcome) -> Settled<'a> {
        self.settle_with_hint(outcome, None)
    }

    /// Records the outcome, and for how long the value asks to be left alone.
    #[inline]
    pub fn settle_with_hint(mut self, outcome: Outcome, hint: Option<Duration>) -> Settled<'a> {
        let handle = self.handle.take();
        if let Some(handle) = &handle {
            let end = outcome.into();
            Core::settle(handle, self.ticket, Ended { end, hint });
        }
        Settled { handle }
    }

    /// Records that the call took longer than `limit`.
    pub fn time_out(self, limit: Duration) -> (Settled<'a>, BreakerError) {
        let settled = self.settle(Outcome::Failure);
        let name = settled.handle.as_ref().map(|it| it.core().name().clone());
        let name = name.unwrap_or_else(|| Name::created(""));
        (settled, TimedOut::new(name, limit).into())
    }

    /// Notes that the call has to be waited for.
    #[cold]
    fn pend(&mut self) {
        self.pending_since = self.handle.as_ref().and_then(|it| it.core().pending_now());
    }
}

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            abandon(&handle, self.ticket, self.running, self.pending_since);
        }
    }
}

#[cold]
fn abandon(breaker: &CircuitBreaker, ticket: Ticket, running: bool, pending_since: Option<Tick>) {
    if running {
        Core::settle(breaker, ticket, End::Failure.into());
    } else {
        Core::cancel(breaker, ticket, pending_since);
    }
}

/// Something that has to know whether user code is running.
pub trait Marked {
    /// Returns the mark.
    fn running(&mut self) -> &mut bool;

    /// Is told that the call is pending.
    fn pending(&mut self) {}
}

impl Marked for Guard<'_> {
    #[inline]
    fn running(&mut self) -> &mut bool {
        &mut self.running
    }

    #[inline]
    fn pending(&mut self) {
        if self.pending_since.is_none() {
            self.pend();
        }
    }
}

impl Marked for FallbackGuard<'_> {
    #[inline]
    fn running(&mut self) -> &mut bool {
        &mut self.running
    }
}

/// Polls user code under its mark. After the last poll the mark stays: what follows it, up to the
/// outcome, runs without a pause.
#[inline]
pub fn poll<F: Future>(
    marked: &mut impl Marked,
    future: Pin<&mut F>,
    context: &mut Context<'_>,
) -> Poll<F::Output> {
    *marked.running() = true;
    let polled = future.poll(context);
    *marked.running() = polled.is_ready();
    if polled.is_pending() {
        marked.pending();
    }
    polled
}

/// A call that was let through and has been recorded.
#[derive(Debug)]
pub struct Settled<'a> {
    handle: Option<Handle<'a>>,
}

impl<'a> Settled<'a> {
    /// Begins the fallback of a call that failed.
    pub fn fall_back(self) -> FallbackGuard<'a> {
        FallbackGuard::new(self.handle)
    }
}

/// A call that was not let through.
#[derive(Debug)]
pub struct Refused<'a> {
    handle: Handle<'a>,
    rejection: Rejection,
}

impl<'a> Refused<'a> {
    /// Returns the error for the caller.
    #[inline]
    pub fn into_error(self) -> BreakerError {
        BreakerError::Rejected(self.rejection)
    }

    /// Begins the fallback of the refused call.
    pub fn fall_back(self) -> (FallbackGuard<'a>, BreakerError) {
        let error = BreakerError::Rejected(self.rejection);
        (FallbackGuard::new(Some(self.handle)), error)
    }
}

/// Counts how a fallback ended; the breaker never hears of it.
#[derive(Debug)]
pub struct FallbackGuard<'a> {
    handle: Option<Handle<'a>>,
    running: bool,
}

impl<'a> FallbackGuard<'a> {
    fn new(handle: Option<Handle<'a>>) -> Self {
        Self {
            handle,
            running: true,
        }
    }

    /// Counts the fallback's answer, judged as the function's own would be.
    pub fn settle(mut self, outcome: Outcome) {
        self.count(outcome);
    }

    fn count(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Success | Outcome::Ignored => Count::FallbackSuccesses,
            Outcome::Failure => Count::FallbackFailures,
        };
        if let Some(handle) = self.handle.take() {
            handle.core().count(count);
        }
    }
}

impl Drop for FallbackGuard<'_> {
    fn drop(&mut self) {
        if self.running {
            self.count(Outcome::Failure);
        }
    }
}

/// Calls through a breaker that is at hand, without the attribute.
impl CircuitBreaker {
    /// Runs `call` if the circuit lets it through: `Ok` is a success, `Err` a failure.
    ///
    /// A panic is a failure and goes on unwinding. For another classification, take a permit with
    /// [`try_acquire`](Self::try_acquire).
    ///
    /// # Errors
    ///
    /// [`CallError::Breaker`] if the call was refused, [`CallError::Inner`] with its own error.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{CallError, Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// let answer: Result<u32, CallError<std::num::ParseIntError>> = payment.call(|| "7".parse());
    /// assert_eq!(answer, Ok(7));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn call<T, E>(&self, call: impl FnOnce() -> Result<T, E>) -> Result<T, CallError<E>> {
        let guard = match Handle::Borrowed(self).enter() {
            Ok(guard) => guard,
            Err(refused) => return Err(CallError::Breaker(refused.into_error())),
        };
        let answer = call();
        guard.settle(by_result(&answer));
        answer.map_err(CallError::Inner)
    }

    /// Awaits `call` if the circuit lets it through at the first poll: `Ok` is a success, `Err` a
    /// failure.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it is ready gives its permit back and counts as cancelled;
    /// one that is never polled counts as nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # async fn example() -> Result<(), breaker_runtime::ConfigError> {
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// let answer = payment.call_async(async { Ok::<_, std::io::Error>(7) }).await;
    /// assert_eq!(answer.ok(), Some(7));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call_async<T, E>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, CallError<E>> {
        let mut guard = match Handle::Borrowed(self).enter() {
            Ok(guard) => guard,
            Err(refused) => return Err(CallError::Breaker(refused.into_error())),
        };
        let mut call = pin!(call);
        let answer = poll_fn(|context| poll(&mut guard, call.as_mut(), context)).await;
        guard.settle(by_result(&answer));
        answer.map_err(CallError::Inner)
    }
}
