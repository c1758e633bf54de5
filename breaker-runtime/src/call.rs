//! A guarded call: admission before, the outcome after, and what a drop between them means.

use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::breaker::CircuitBreaker;
use crate::cells::Count;
use crate::classify::by_result;
use crate::core::Core;
use crate::error::{BreakerError, CallError, Rejection, TimedOut};
use crate::machine::Ticket;
use crate::name::Name;
use crate::outcome::{End, Outcome};
use crate::within;

/// A breaker for the length of a call: that of a registry which may be gone before the call ends.
#[derive(Clone, Debug)]
pub struct Owned(pub(crate) CircuitBreaker);

impl Deref for Owned {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        &self.0
    }
}

/// A breaker for the length of a call: [`Owned`], or a reference to one that stays.
pub trait Handle: Deref<Target = CircuitBreaker> {}

impl<T: Deref<Target = CircuitBreaker>> Handle for T {}

/// Requests permission to run one call.
#[inline]
pub(crate) fn enter<H: Handle>(handle: H) -> Result<Guard<H>, Refused<H>> {
    match Core::admit(&handle) {
        Ok(ticket) => Ok(Guard {
            handle: Some(handle),
            ticket,
        }),
        Err(rejection) => Err(Refused { handle, rejection }),
    }
}

/// The permit of a call that this crate runs itself.
///
/// It knows whether user code is running: dropped meanwhile, that code has panicked; dropped
/// between two polls, the call was cancelled. `std::thread::panicking` could not tell a future that
/// is dropped by an unwinding neighbour from one that panics itself.
///
/// Three words: the future of every annotated function holds one.
#[derive(Debug)]
pub struct Guard<H: Handle> {
    /// Taken when the call has been settled.
    handle: Option<H>,
    /// It rests while nothing of the call runs.
    ticket: Ticket,
}

#[expect(
    clippy::inline_always,
    reason = "the end of every annotated function passes through"
)]
impl<H: Handle> Guard<H> {
    /// Records the outcome.
    #[inline(always)]
    pub fn settle(self, outcome: Outcome) -> Settled<H> {
        self.settle_with_hint(outcome, None)
    }

    /// Records the outcome, and for how long the value asks to be left alone.
    #[inline(always)]
    pub fn settle_with_hint(mut self, outcome: Outcome, hint: Option<Duration>) -> Settled<H> {
        let handle = self.handle.take();
        if let Some(handle) = &handle {
            Core::settle(handle, self.ticket, outcome.into(), hint);
        }
        Settled { handle }
    }

    /// Records the outcome of a call that nothing follows.
    #[inline(always)]
    pub fn record(&mut self, outcome: Outcome) {
        self.record_with_hint(outcome, None);
    }

    /// Records the same, and for how long the value asks to be left alone.
    #[inline(always)]
    pub(crate) fn record_with_hint(&mut self, outcome: Outcome, hint: Option<Duration>) {
        if let Some(handle) = self.handle.take() {
            Core::settle(&handle, self.ticket, outcome.into(), hint);
        }
    }

    /// Notes that nothing of the call runs until its future is polled for the first time. From the
    /// first poll that is pending on, [`Marked::rest`] says so, and since when.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn await_first_poll(&mut self) {
        self.park();
        self.ticket.rest_unpolled();
    }

    /// Notes that nothing of the call runs on this thread, whatever came of it.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn park(&mut self) {
        if let Some(handle) = &self.handle {
            handle.core().park(&mut self.ticket);
        }
    }

    /// Records that the call took longer than `limit`.
    pub fn time_out(self, limit: Duration) -> (Settled<H>, BreakerError) {
        let settled = self.settle(Outcome::Failure);
        let name = settled.handle.as_ref().map(|it| it.core().name().clone());
        let name = name.unwrap_or_else(|| Name::created(""));
        (settled, TimedOut::new(name, limit).into())
    }
}

impl<H: Handle> Drop for Guard<H> {
    #[inline]
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            abandon(&handle, self.ticket);
        }
    }
}

/// Ends a call whose body has panicked, or whose future was given up.
#[cold]
#[inline(never)]
fn abandon(breaker: &CircuitBreaker, ticket: Ticket) {
    let (resting, unpolled) = (ticket.is_resting(), ticket.is_unpolled());
    let mut ticket = breaker.core().leave(ticket);
    ticket.wake();
    if unpolled {
        // Nobody has waited for it, however long ago it was let through.
        Core::settle(breaker, ticket, End::Cancelled, None);
    } else if resting {
        Core::cancel(breaker, ticket);
    } else {
        Core::settle(breaker, ticket, End::Failure, None);
    }
}

/// Something that has to know whether user code is running.
pub trait Marked {
    /// Notes that user code runs from now on.
    fn wake(&mut self);

    /// Notes that the call is pending, and that nothing of it runs.
    fn rest(&mut self);
}

impl<H: Handle> Marked for Guard<H> {
    #[inline]
    fn wake(&mut self) {
        if self.ticket.is_parked() {
            if let Some(handle) = &self.handle {
                within::begin(handle.core(), self.ticket);
            }
        }
        self.ticket.wake();
    }

    #[inline]
    fn rest(&mut self) {
        if let Some(handle) = &self.handle {
            handle.core().note_pending(&mut self.ticket);
        }
        self.ticket.rest();
    }
}

impl<H: Handle> Marked for FallbackGuard<H> {
    #[inline]
    fn wake(&mut self) {
        self.running = true;
    }

    #[inline]
    fn rest(&mut self) {
        self.running = false;
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
    marked.wake();
    let polled = future.poll(context);
    if polled.is_pending() {
        marked.rest();
    }
    polled
}

/// The value of a call that has been recorded. In this a closure returns it: for a `Result` in the open,
/// lints would ask of the closure what is the function's to choose.
#[derive(Debug)]
pub struct Recorded<R>(pub R);

pin_project! {
    /// A future that runs under a guard, up to the record of its end.
    ///
    /// It owns both: what stood beside it would be kept once more by the future of the annotated
    /// function. The guard comes last, because a call that is given up ends after what it holds is
    /// gone: the permit must not be free while its connection is not.
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct Guarded<H: Handle, F, S> {
        #[pin]
        future: F,
        settle: S,
        guard: Guard<H>,
    }
}

impl<H, F, S> Guarded<H, F, S>
where
    H: Handle,
    F: Future,
    S: FnMut(&mut Guard<H>, F::Output) -> Recorded<F::Output>,
{
    /// Has `settle` record the end of the future.
    #[inline]
    pub fn new(guard: Guard<H>, future: F, settle: S) -> Self {
        Self {
            future,
            settle,
            guard,
        }
    }
}

impl<H, F, S> Future for Guarded<H, F, S>
where
    H: Handle,
    F: Future,
    S: FnMut(&mut Guard<H>, F::Output) -> Recorded<F::Output>,
{
    type Output = F::Output;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "as a call it would hand the value over in memory"
    )]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match poll(this.guard, this.future, context) {
            Poll::Ready(answer) => Poll::Ready((this.settle)(this.guard, answer).0),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// A call that was let through and has been recorded.
#[derive(Debug)]
pub struct Settled<H> {
    handle: Option<H>,
}

impl<H: Handle> Settled<H> {
    /// Begins the fallback of a call that failed.
    pub fn fall_back(self) -> FallbackGuard<H> {
        FallbackGuard::new(self.handle)
    }
}

/// A call that was not let through.
#[derive(Debug)]
pub struct Refused<H> {
    handle: H,
    rejection: Rejection,
}

impl<H: Handle> Refused<H> {
    /// Returns the error for the caller.
    #[inline]
    pub fn into_error(self) -> BreakerError {
        BreakerError::Rejected(self.rejection)
    }

    /// Begins the fallback of the refused call.
    pub fn fall_back(self) -> (FallbackGuard<H>, BreakerError) {
        let error = BreakerError::Rejected(self.rejection);
        (FallbackGuard::new(Some(self.handle)), error)
    }
}

/// Counts how a fallback ended; the breaker never hears of it.
#[derive(Debug)]
pub struct FallbackGuard<H: Handle> {
    handle: Option<H>,
    running: bool,
}

impl<H: Handle> FallbackGuard<H> {
    fn new(handle: Option<H>) -> Self {
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

impl<H: Handle> Drop for FallbackGuard<H> {
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
        let guard = match enter(self) {
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
        let mut guard = match enter(self) {
            Ok(guard) => guard,
            Err(refused) => return Err(CallError::Breaker(refused.into_error())),
        };
        let mut call = pin!(call);
        let answer = poll_fn(|context| poll(&mut guard, call.as_mut(), context)).await;
        guard.settle(by_result(&answer));
        answer.map_err(CallError::Inner)
    }
}
