//! The places of `max_in_flight`: how many calls of a breaker are in flight (R31).
//!
//! A call takes a place before the gate or the machine decides on it, and returns it when it ends or is rejected. So
//! there are never more calls in flight than places, in whatever order threads come and go. A ticket knows whether its
//! call holds a place, so that a call returns what it took, also after the setting has changed.

use crate::sync::{AtomicU64, Ordering};

/// The places of one breaker.
///
/// Only calls of a breaker with `max_in_flight` write to it. `Relaxed` suffices: each number publishes nothing but
/// itself.
#[derive(Debug)]
pub(super) struct Places {
    /// The setting; [`OFF`] without it. A change of settings writes it.
    most: AtomicU64,
    /// The number of calls that hold a place.
    taken: AtomicU64,
    /// The number of calls that were rejected because there was no place.
    rejected: AtomicU64,
}

/// More places than there are calls.
const OFF: u64 = u64::MAX;

impl Places {
    pub(super) fn new() -> Self {
        Self {
            most: AtomicU64::new(OFF),
            taken: AtomicU64::new(0),
            rejected: AtomicU64::new(0),
        }
    }

    pub(super) fn set_most(&self, most: Option<u32>) {
        self.most
            .store(most.map_or(OFF, u64::from), Ordering::Relaxed);
    }

    /// Takes a place, unless all are taken.
    pub(super) fn take(&self) -> Option<Place<'_>> {
        let most = self.most.load(Ordering::Relaxed);
        let one_more = |taken: u64| (taken < most).then_some(taken + 1);
        let taken = self
            .taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        // A place that was not taken must not be made: dropping it would return one.
        taken.ok().map(|_| Place(self))
    }

    /// Takes a place beyond the limit, for a call that an override admits.
    pub(super) fn take_beyond(&self) -> Place<'_> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        Place(self)
    }

    /// Returns the place of a call that has ended, and returns whether all places were taken before.
    pub(super) fn give_back(&self) -> bool {
        let before = self.taken.fetch_sub(1, Ordering::Relaxed);
        before >= self.most.load(Ordering::Relaxed)
    }

    /// Returns whether all places are taken.
    #[cfg(feature = "tokio")]
    pub(super) fn are_taken(&self) -> bool {
        self.taken.load(Ordering::Relaxed) >= self.most.load(Ordering::Relaxed)
    }

    /// Returns how many calls hold a place; `None` without the setting.
    pub(super) fn in_flight(&self) -> Option<u32> {
        let limited = self.most.load(Ordering::Relaxed) != OFF;
        let taken = self.taken.load(Ordering::Relaxed);
        limited.then(|| u32::try_from(taken).unwrap_or(u32::MAX))
    }

    pub(super) fn add_rejected(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }
}

/// A place that is taken. It is returned when this is dropped: the clock may be user code, and panic.
#[must_use]
pub(super) struct Place<'a>(&'a Places);

impl Place<'_> {
    /// Leaves the place taken.
    pub(super) fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let _ = self.0.give_back();
    }
}
