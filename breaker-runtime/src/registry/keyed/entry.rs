//! One key of a set, and when it may be evicted.

use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::machine::Eviction;
use crate::sync::{AtomicU64, Ordering};
use crate::time::Tick;

/// One key.
///
/// Calls write to the atomics under the read lock. They publish nothing but themselves, so `Relaxed` suffices.
#[derive(Debug)]
pub(super) struct KeyEntry {
    pub(super) breaker: CircuitBreaker,
    /// When it was last used, in ticks of the coarse clock.
    pub(super) used: AtomicU64,
    /// Whether it was used since it was last examined; such an entry is skipped once.
    pub(super) recent: AtomicU64,
}

impl KeyEntry {
    #[inline]
    pub(super) fn used(&self) -> Tick {
        Tick::from_nanos(self.used.load(Ordering::Relaxed))
    }

    /// Notes that the entry is used.
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
}

/// What a scan for evictions needs to know.
pub(super) struct EvictionScan {
    pub(super) now: Tick,
    pub(super) idle_ttl: Duration,
    pub(super) max_keys: usize,
}

impl EvictionScan {
    pub(super) fn new(parent: &CircuitBreaker) -> Self {
        let settings = parent.config();
        Self {
            now: parent.shared().coarse_now(),
            idle_ttl: settings.idle_ttl,
            max_keys: settings.max_keys.get() as usize,
        }
    }

    pub(super) fn is_idle(&self, entry: &KeyEntry) -> bool {
        self.now.since(entry.used()) >= self.idle_ttl
    }

    /// Returns whether nobody holds the breaker and it remembers nothing that matters.
    pub(super) fn is_clean(&self, entry: &KeyEntry) -> bool {
        self.eviction(entry) == Eviction::AtAnyTime
    }

    /// Returns whether the breaker may go to make room, although it remembers failures.
    pub(super) fn is_expendable(&self, entry: &KeyEntry) -> bool {
        match self.eviction(entry) {
            Eviction::AtAnyTime => true,
            Eviction::AfterIdle(least) => self.now.since(entry.used()) >= self.idle_ttl.max(least),
            Eviction::Never => false,
        }
    }

    pub(super) fn eviction(&self, entry: &KeyEntry) -> Eviction {
        if entry.breaker.is_unshared() {
            entry.breaker.shared().eviction(self.now)
        } else {
            Eviction::Never
        }
    }
}
