//! The breakers of a registry that have a probe, and the tasks that run the probes.

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
    /// The tasks that run the probes.
    tasks: Vec<Waker>,
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
        tasks.into_iter().for_each(Waker::wake);
    }

    /// Returns the breakers after the first `known` ones; if there are none, wakes the task when there are.
    pub(super) fn after(&self, known: usize, waker: &Waker) -> Vec<(CircuitBreaker, Probe)> {
        let waker = waker.clone();
        let mut inner = lock(&self.inner);
        let added = inner.breakers[known..].to_vec();
        inner.tasks.retain(|task| !task.will_wake(&waker));
        inner.tasks.push(waker);
        added
    }
}

impl fmt::Debug for Probed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probed").finish_non_exhaustive()
    }
}
