//! Pins: how a call keeps the breaker of its key from being evicted.
//!
//! A pin is a counted reference. If all threads counted in one place, calls with the same key would contend, so each
//! entry has several counts: one that all threads share, and one for each thread that has cached the key
//! ([`cache`](super::cache)). The cache holds a `Weak` reference only:
//!
//! - A call upgrades it, which increments the count of its thread. It writes no cache line that another thread writes.
//! - Whoever evicts the key takes each count out of its `Arc`, which succeeds only if no call pins the breaker. From then
//!   on the cache of that thread cannot upgrade its reference, and the thread looks the key up again.
//!
//! So either the call has the breaker and it stays, or the eviction has it and the call does not get it. A future may
//! drop its pin on another thread, and a thread may make several calls at once.

use std::ops::Deref;

use super::set_id::SetId;
use crate::breaker::CircuitBreaker;
use crate::sync::{Arc, AtomicU64, Ordering};
use crate::time::Tick;

/// A breaker of a key with one count of the calls that pin it: the number of references, less that of the entry.
///
/// The calls that it counts write the atomics. These publish nothing but themselves, so `Relaxed` suffices. It is on
/// separate cache lines, because a call of another thread has another one.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Pinned {
    pub(super) breaker: CircuitBreaker,
    set: SetId,
    /// When it was last used, in ticks of the coarse clock.
    used: AtomicU64,
    /// Whether it was used since the entry was last examined for eviction.
    recent: AtomicU64,
}

impl Pinned {
    pub(super) fn new(breaker: CircuitBreaker, set: SetId, now: Tick) -> Self {
        Self {
            breaker,
            set,
            used: AtomicU64::new(now.as_nanos()),
            recent: AtomicU64::new(0),
        }
    }

    /// Returns one with its own count, for a thread that caches the key.
    pub(super) fn for_thread(&self, used: Tick) -> Self {
        Self::new(self.breaker.clone(), self.set, used)
    }

    #[inline]
    pub(super) fn used(&self) -> Tick {
        Tick::from_nanos(self.used.load(Ordering::Relaxed))
    }

    /// Returns whether it was used since the last call of this function.
    pub(super) fn take_recent(&self) -> bool {
        self.recent.swap(0, Ordering::Relaxed) != 0
    }

    /// Notes a use.
    ///
    /// It loads first, because a store would take the cache line from other cores.
    #[inline]
    pub(super) fn touch(&self, now: Tick) {
        if self.recent.load(Ordering::Relaxed) == 0 {
            self.recent.store(1, Ordering::Relaxed);
        }
        if self.used() < now {
            self.used.store(now.as_nanos(), Ordering::Relaxed);
        }
    }

    /// Takes over what another one of the same entry has noted.
    pub(super) fn absorb(&self, other: &Self) {
        self.used
            .fetch_max(other.used().as_nanos(), Ordering::Relaxed);
        if other.take_recent() {
            self.recent.store(1, Ordering::Relaxed);
        }
    }
}

/// The breaker of a key, held for the length of a call. It is not evicted meanwhile.
#[derive(Debug)]
pub struct KeyPin(Arc<Pinned>);

impl KeyPin {
    #[inline]
    pub(super) fn new(pinned: Arc<Pinned>) -> Self {
        Self(pinned)
    }

    /// Notes that a call uses the key.
    #[inline]
    pub(super) fn touch(&self, now: Tick) {
        self.0.touch(now);
    }

    /// Returns whether the breaker is that of a key of a set.
    #[inline]
    pub(super) fn is_of(&self, set: SetId, key: &str) -> bool {
        self.0.set == set && self.0.breaker.key() == Some(key)
    }
}

impl Deref for KeyPin {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        &self.0.breaker
    }
}
