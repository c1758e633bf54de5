//! One probe in flight.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use crate::attribute::ProbeRun;
use crate::call::{Guard, Owned, poll};

/// One probe in flight: a run of the function under its guard.
pub(super) struct Run {
    future: ProbeRun,
    limit: Pin<Box<Sleep>>,
    generation: u64,
    /// The last field, so that the permit is released after everything that the call held. Taken when the run ends.
    guard: Option<Guard<Owned>>,
}

impl Run {
    pub(super) fn new(guard: Guard<Owned>, future: ProbeRun, limit: Duration) -> Self {
        Self {
            future,
            limit: Box::pin(sleep(limit)),
            generation: guard.generation(),
            guard: Some(guard),
        }
    }

    /// Returns the generation of the circuit in which the run was admitted.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Is ready when the run has ended. A run that panics or takes longer than its limit has failed.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let polled = catch_unwind(AssertUnwindSafe(|| self.poll_guarded(context)));
        polled.unwrap_or_else(|payload| {
            drop_caught(payload);
            // The guard is marked as running, so that this counts a panic.
            self.guard = None;
            Poll::Ready(())
        })
    }

    fn poll_guarded(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(guard) = &mut self.guard else {
            return Poll::Ready(());
        };
        if let Poll::Ready(outcome) = poll(guard, Pin::new(&mut self.future), context) {
            if let Some(guard) = self.guard.take() {
                guard.settle(outcome);
            }
            return Poll::Ready(());
        }
        ready!(self.limit.as_mut().poll(context));
        if let Some(guard) = self.guard.take() {
            guard.expire();
        }
        Poll::Ready(())
    }

    /// Drops the run. The function's destructors are user code, and their panics end here.
    pub(super) fn end(self) {
        drop_caught(self);
    }
}

/// Drops a value and forgets its panic, because dropping the payload may panic again.
fn drop_caught<T>(value: T) {
    std::mem::forget(catch_unwind(AssertUnwindSafe(|| drop(value))));
}
