//! The guard of a call that this crate runs itself.

use std::time::Duration;

use super::fallback::FallbackGuard;
use super::handle::Handle;
use crate::breaker::{CircuitBreaker, StateCause};
#[cfg(any(feature = "http", feature = "stream"))]
use crate::machine::Role;
use crate::machine::{CallEnd, Ticket};
#[cfg(feature = "timer")]
use crate::time::Sleep;
use crate::values::{
    BreakerError, BreakerName, Cause, End, FailureKind, Origin, Outcome, Rejection, TimedOut,
};

/// Requests permission to run one call.
#[inline]
pub(crate) fn enter<H: Handle>(handle: H) -> Result<Guard<H>, RejectedCall<H>> {
    match handle.admit() {
        Ok(ticket) => Ok(Guard {
            handle: Some(handle),
            ticket,
        }),
        Err(rejection) => Err(RejectedCall { handle, rejection }),
    }
}

/// The permit of a call that this crate runs itself.
///
/// It knows whether user code is running. If it is dropped while user code runs, that code has panicked; if it is
/// dropped between two polls, the call was cancelled. `std::thread::panicking` cannot distinguish a future that
/// panics from a future that is dropped because something else unwinds.
///
/// It is only three words large, because the future of every annotated function holds one.
#[derive(Debug)]
pub struct Guard<H: Handle> {
    /// Taken when the call is settled.
    handle: Option<H>,
    /// Marked idle while none of the call's code runs.
    ticket: Ticket,
}

/// Requests permission to run one probe; `None` if the circuit is not half open or its permits are taken.
#[cfg(feature = "tokio")]
pub(crate) fn enter_as_probe<H: Handle>(handle: H) -> Option<Guard<H>> {
    let ticket = handle.admit_probe()?;
    let handle = Some(handle);
    Some(Guard { handle, ticket })
}

/// Requests permission to run one call of `probe_always`; `None` if a call would be rejected, also without shadow.
#[cfg(feature = "tokio")]
pub(crate) fn enter_as_check<H: Handle>(handle: H) -> Option<Guard<H>> {
    let ticket = handle.admit_check()?;
    let handle = Some(handle);
    Some(Guard { handle, ticket })
}

#[expect(clippy::inline_always, reason = "every annotated function ends here")]
impl<H: Handle> Guard<H> {
    /// Records the outcome.
    #[inline(always)]
    pub fn settle(self, outcome: Outcome) -> Settled<H> {
        self.settle_with_hint(outcome, None)
    }

    /// Records the outcome, and how long the circuit should stay open, as the value asks.
    #[inline(always)]
    pub fn settle_with_hint(self, outcome: Outcome, hint: Option<Duration>) -> Settled<H> {
        self.end(outcome.into(), hint)
    }

    #[inline(always)]
    fn end(mut self, end: End, hint: Option<Duration>) -> Settled<H> {
        let handle = self.handle.take();
        if let Some(handle) = &handle {
            handle.settle(self.ticket, end, hint);
        }
        Settled { handle }
    }

    /// Records the outcome of a call that no fallback follows.
    #[inline(always)]
    pub fn record(&mut self, outcome: Outcome) {
        self.record_with_hint(outcome, None);
    }

    /// Records the outcome of a call that no fallback follows, and how long the circuit should stay open, as its value
    /// asks.
    #[inline(always)]
    pub(crate) fn record_with_hint(&mut self, outcome: Outcome, hint: Option<Duration>) {
        if let Some(handle) = self.handle.take() {
            handle.settle(self.ticket, outcome.into(), hint);
        }
    }

    /// Records a failed call that no fallback follows; `cause` states its cause if it opens the circuit.
    #[cfg(feature = "tower")]
    #[cold]
    pub(crate) fn record_failure(
        &mut self,
        outcome: Outcome,
        hint: Option<Duration>,
        cause: &mut StateCause<'_>,
    ) {
        if let Some(handle) = self.handle.take() {
            let end = outcome.into();
            handle.settle_with_cause(self.ticket, CallEnd { end, hint }, cause);
        }
    }

    /// Records that none of the call's code runs until its future is first polled.
    ///
    /// From the first pending poll on, [`mark_idle`](Self::mark_idle) records that, and stamps the time.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn await_first_poll(&mut self) {
        self.suspend();
        self.ticket.mark_idle_unpolled();
    }

    /// Records that none of the call's code runs on this thread, however its poll ended.
    #[cfg(any(feature = "stream", feature = "tower"))]
    #[inline]
    pub(crate) fn suspend(&mut self) {
        if let Some(handle) = &self.handle {
            handle.shared().suspend(&mut self.ticket);
        }
    }

    /// Takes the guard out of a place that keeps one that is settled.
    #[cfg(any(feature = "http", feature = "stream"))]
    pub(crate) fn take(&mut self) -> Self {
        Self {
            handle: self.handle.take(),
            ticket: self.ticket,
        }
    }

    /// Records that a part of the answer has arrived, so that a probe is not silent; `first` is whether it is the first.
    #[cfg(any(feature = "http", feature = "stream"))]
    pub(super) fn progress(&self, first: bool) {
        if let Some(handle) = &self.handle {
            if first {
                handle.shared().note_begun_answer();
                handle.shared().record_head(self.ticket);
            }
            handle.progress(self.ticket);
        }
    }

    /// Records when the head of a response has arrived, which ends the call.
    #[cfg(feature = "http")]
    pub(crate) fn note_head(&self) {
        if let Some(handle) = &self.handle {
            handle.shared().record_head(self.ticket);
        }
    }

    /// Returns whether the outcome is recorded.
    #[cfg(any(feature = "http", feature = "stream"))]
    pub(super) fn is_settled(&self) -> bool {
        self.handle.is_none()
    }

    /// Records that whoever reads an answer that has begun has stopped reading; does nothing while user code runs.
    ///
    /// The dependency has answered, so that a probe is ignored and not cancelled: readers that leave early must not open
    /// the circuit.
    #[cfg(any(feature = "http", feature = "stream"))]
    #[cold]
    pub(super) fn leave(&mut self) {
        if !self.ticket.is_idle() {
            return;
        }
        if let Some(handle) = self.handle.take() {
            let mut ticket = handle.shared().end_nesting(self.ticket);
            ticket.mark_running();
            let end = match ticket.role() {
                Role::Probe => End::Ignored,
                Role::Call | Role::Tracked | Role::Uncounted => End::Cancelled,
            };
            handle.settle(ticket, end, None);
        }
    }

    /// Returns the generation of the circuit in which the call was admitted.
    #[cfg(feature = "tokio")]
    pub(crate) fn generation(&self) -> u64 {
        self.ticket.generation()
    }

    /// Records that a call which this crate makes by itself took longer than `probe_timeout`.
    ///
    /// A probe has failed for the machine already, which counts it once.
    #[cfg(feature = "tokio")]
    pub(crate) fn expire(self) {
        self.end(End::Failure(FailureKind::TimedOut), None);
    }

    /// Records that user code runs from now on.
    #[inline]
    pub(super) fn mark_running(&mut self) {
        if self.ticket.is_suspended() {
            if let Some(handle) = &self.handle {
                handle.begin_nesting(self.ticket);
            }
        }
        self.ticket.mark_running();
    }

    /// Records that the call is pending and none of its code runs.
    #[inline]
    pub(super) fn mark_idle(&mut self) {
        if let Some(handle) = &self.handle {
            handle.shared().note_pending(&mut self.ticket);
        }
        self.ticket.mark_idle();
    }

    /// Records the outcome; if it is a failure that opens the circuit, `cause` states its cause.
    ///
    /// `cause` runs at most once, outside of every lock.
    #[inline]
    pub fn settle_with_cause(
        mut self,
        outcome: Outcome,
        hint: Option<Duration>,
        cause: &mut StateCause<'_>,
    ) -> Settled<H> {
        if !outcome.is_failure() {
            return self.settle(outcome);
        }
        let handle = self.handle.take();
        if let Some(handle) = &handle {
            let end = outcome.into();
            handle.settle_with_cause(self.ticket, CallEnd { end, hint }, cause);
        }
        Settled { handle }
    }

    /// Returns the limit of a call of a function whose attribute has the limit `own`.
    pub(super) fn call_timeout(&self, own: Duration) -> Duration {
        let handle = self.handle.as_ref();
        handle.map_or(own, |handle| handle.shared().call_timeout(own))
    }

    /// Returns a future that is ready when the limit has passed, or `None` if the call has ended.
    #[cfg(feature = "timer")]
    pub(super) fn sleep(&self, own: Duration) -> Option<Sleep> {
        Some(self.handle.as_ref()?.shared().sleep(own))
    }

    /// Records that the call took longer than the limit, which is the cause if it opens the circuit.
    pub fn time_out_with_cause(
        mut self,
        own: Duration,
        origin: Origin,
    ) -> (Settled<H>, BreakerError) {
        let error = self.timed_out(own);
        let handle = self.handle.take();
        if let Some(handle) = &handle {
            let end = End::Failure(FailureKind::TimedOut).into();
            let cause = &mut || Some(Cause::new(format_args!("{error:#}"), origin));
            handle.settle_with_cause(self.ticket, end, cause);
        }
        (Settled { handle }, error.into())
    }

    /// Records that the call took longer than the limit.
    pub fn time_out(self, own: Duration) -> (Settled<H>, BreakerError) {
        let error = self.timed_out(own);
        let settled = self.end(End::Failure(FailureKind::TimedOut), None);
        (settled, error.into())
    }

    /// Returns the error of a call that took longer than the limit.
    fn timed_out(&self, own: Duration) -> TimedOut {
        let name = self.handle.as_ref().map(|it| it.shared().name().clone());
        let name = name.unwrap_or_else(|| BreakerName::created(""));
        TimedOut::new(name, self.call_timeout(own))
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

/// Ends a call whose body panicked or whose future was dropped.
#[cold]
#[inline(never)]
fn abandon(breaker: &CircuitBreaker, ticket: Ticket) {
    let (idle, unpolled) = (ticket.is_idle(), ticket.is_unpolled());
    let mut ticket = breaker.shared().end_nesting(ticket);
    ticket.mark_running();
    if unpolled {
        // Nobody has waited for the call, however long ago it was admitted.
        breaker.settle(ticket, End::Cancelled, None);
    } else if idle {
        breaker.cancel(ticket);
    } else {
        breaker.settle(ticket, End::Failure(FailureKind::Panicked), None);
    }
}

/// A call that was admitted and whose outcome is recorded.
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

/// A call that was rejected.
#[derive(Debug)]
pub struct RejectedCall<H> {
    handle: H,
    rejection: Rejection,
}

impl<H: Handle> RejectedCall<H> {
    /// Returns the error for the caller.
    #[inline]
    pub fn into_error(self) -> BreakerError {
        BreakerError::Rejected(self.rejection)
    }

    /// Begins the fallback of the rejected call.
    pub fn fall_back(self) -> (FallbackGuard<H>, BreakerError) {
        let error = BreakerError::Rejected(self.rejection);
        (FallbackGuard::new(Some(self.handle)), error)
    }
}
