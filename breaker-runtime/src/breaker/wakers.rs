//! The tasks that the breakers of a registry wake when their state changes.

use std::collections::BTreeMap;
use std::task::Waker;

use super::nesting::BreakerId;
use crate::sync::{Mutex, lock};

/// A task's place: the breaker that wakes it, and a number.
pub(super) type Place = (BreakerId, u64);

/// The wakers of tasks.
///
/// A waker may be user code, so it is cloned, woken and dropped outside of the lock.
#[derive(Debug, Default)]
pub(super) struct Wakers {
    by_place: Mutex<BTreeMap<Place, Waker>>,
}

impl Wakers {
    /// Puts a waker in a place; returns the one that was there.
    #[must_use = "it has to be dropped outside of the lock"]
    pub(super) fn insert(&self, place: Place, waker: Waker) -> Option<Waker> {
        lock(&self.by_place).insert(place, waker)
    }

    /// Takes the waker out of a place.
    pub(super) fn remove(&self, place: Place) -> Option<Waker> {
        lock(&self.by_place).remove(&place)
    }

    /// Takes out the wakers of all tasks that a breaker wakes.
    pub(super) fn take(&self, breaker: BreakerId) -> Vec<Waker> {
        let mut wakers = lock(&self.by_place);
        let places: Vec<_> = wakers
            .range((breaker, 0)..=(breaker, u64::MAX))
            .map(|(place, _)| *place)
            .collect();
        places.iter().filter_map(|it| wakers.remove(it)).collect()
    }
}
