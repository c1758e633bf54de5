//! A task that waits for something else, and is woken when the state of a breaker changes.

use std::task::Waker;

use super::shared::CircuitBreaker;
use super::wakers::{Place, Wakers};
use crate::sync::Ordering;
use crate::sync::fixed::AtomicU64 as Counter;

/// The place of one task among the tasks that a breaker wakes; dropping it gives up the place.
#[derive(Debug)]
pub(crate) struct Waiting {
    breaker: CircuitBreaker,
    number: u64,
}

impl Waiting {
    pub(crate) fn new(breaker: &CircuitBreaker) -> Self {
        static NEXT: Counter = Counter::new(0);
        Self {
            breaker: breaker.clone(),
            number: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Wakes `waker` once, at the next change after which a call may be admitted that was rejected before, or rejected
    /// that was admitted.
    pub(crate) fn wake_on_change(&self, waker: &Waker) {
        drop(self.wakers().insert(self.place(), waker.clone()));
    }

    fn place(&self) -> Place {
        (self.breaker.shared().id(), self.number)
    }

    fn wakers(&self) -> &Wakers {
        &self.breaker.shared().cold.registry.wakers
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.wakers().remove(self.place()));
    }
}
