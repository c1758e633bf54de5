//! The breakers of a registry that have a probe, and the tasks that run the probes.

use std::collections::BTreeMap;
use std::fmt;
use std::task::Waker;

use super::probe::Probe;
use crate::breaker::CircuitBreaker;
use crate::sync::{Mutex, lock};

/// The breakers of a registry that have a probe, and the tasks that run the probes.
#[derive(Default)]
pub(super) struct Probed {
    inner: Mutex<ProbedInner>,
}

#[derive(Default)]
struct ProbedInner {
    /// It only grows, because a breaker with a declaration cannot be removed.
    breakers: Vec<(CircuitBreaker, Probe)>,
    /// The wakers of the futures that run the probes, by the places of the futures.
    ///
    /// A waker may be user code, so it is cloned, woken and dropped outside of the lock.
    tasks: BTreeMap<u64, Waker>,
    /// The place of the next future.
    next_place: u64,
}

impl Probed {
    /// Adds a breaker with its probe, unless it has one already.
    pub(super) fn add(&self, breaker: &CircuitBreaker, probe: Probe) {
        let mut inner = lock(&self.inner);
        if inner
            .breakers
            .iter()
            .any(|(known, _)| known.same_as(breaker))
        {
            return;
        }
        inner.breakers.push((breaker.clone(), probe));
        let tasks = std::mem::take(&mut inner.tasks);
        drop(inner);
        tasks.into_values().for_each(Waker::wake);
    }

    /// Returns a place for a future that runs the probes; [`leave`](Self::leave) gives it up.
    pub(super) fn new_place(&self) -> u64 {
        let mut inner = lock(&self.inner);
        inner.next_place += 1;
        inner.next_place
    }

    /// Returns the breakers after the first `known` ones, and wakes the future in this place when there are more.
    pub(super) fn after(
        &self,
        place: u64,
        known: usize,
        waker: &Waker,
    ) -> Vec<(CircuitBreaker, Probe)> {
        let waker = waker.clone();
        let mut inner = lock(&self.inner);
        let added = inner.breakers[known..].to_vec();
        let replaced = inner.tasks.insert(place, waker);
        drop(inner);
        drop(replaced);
        added
    }

    /// Gives up the place of a future.
    pub(super) fn leave(&self, place: u64) {
        let waker = lock(&self.inner).tasks.remove(&place);
        drop(waker);
    }
}

impl fmt::Debug for Probed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probed").finish_non_exhaustive()
    }
}
