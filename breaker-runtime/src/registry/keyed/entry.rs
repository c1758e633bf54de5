//! One key of a set, and when it may be evicted.

use std::time::Duration;

use super::pin::{KeyPin, Pinned};
use super::set_id::SetId;
use crate::breaker::CircuitBreaker;
use crate::machine::Eviction;
use crate::sync::{Arc, Weak};
use crate::time::Tick;

/// One key.
#[derive(Debug)]
pub(super) struct KeyEntry {
    /// Counts the calls of threads that have not cached the key.
    shared: Arc<Pinned>,
    /// One for each thread that has cached the key, and perhaps for some that did so earlier.
    cached: Vec<Arc<Pinned>>,
}

impl KeyEntry {
    pub(super) fn new(breaker: CircuitBreaker, set: SetId, now: Tick) -> Self {
        Self {
            shared: Arc::new(Pinned::new(breaker, set, now)),
            cached: Vec::new(),
        }
    }

    pub(super) fn breaker(&self) -> &CircuitBreaker {
        &self.shared.breaker
    }

    /// Pins the breaker for a call of a thread that has not cached the key.
    #[inline]
    pub(super) fn pin(&self) -> KeyPin {
        KeyPin::new(Arc::clone(&self.shared))
    }

    /// Returns a reference for a thread to cache, by which it can pin the breaker without this entry.
    pub(super) fn reference(&mut self) -> Weak<Pinned> {
        // Without a cached reference, nobody can pin it any more. A call that does holds the breaker too.
        let shared = &self.shared;
        self.cached.retain(|pinned| {
            let kept = Arc::weak_count(pinned) > 0;
            if !kept {
                shared.absorb(pinned);
            }
            kept
        });
        let own = Arc::new(self.shared.for_thread(self.used()));
        let reference = Arc::downgrade(&own);
        self.cached.push(own);
        reference
    }

    /// Returns the number of references that threads have cached.
    #[cfg(all(test, feature = "test-util"))]
    pub(super) fn cached(&self) -> usize {
        self.cached.len()
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Pinned>> {
        std::iter::once(&self.shared).chain(&self.cached)
    }

    /// Returns when the key was last used.
    pub(super) fn used(&self) -> Tick {
        let used = self.all().map(|pinned| pinned.used());
        used.max().unwrap_or_default()
    }

    /// Returns whether the key was used since the last call of this function.
    pub(super) fn take_recent(&self) -> bool {
        // Not `any`, which would stop at the first.
        self.all()
            .fold(false, |recent, pinned| pinned.take_recent() | recent)
    }

    /// Returns whether a call pins the breaker or somebody holds another handle of it.
    fn is_held(&self) -> bool {
        let pinned = |pinned: &Arc<Pinned>| Arc::strong_count(pinned) > 1;
        self.all().any(pinned) || self.breaker().handles() > 1 + self.cached.len()
    }

    /// Makes the cached references of all threads invalid; returns `false` if somebody holds the breaker.
    ///
    /// Afterwards a call can pin the breaker only under the lock of the entry, which the caller holds.
    pub(super) fn revoke(&mut self) -> bool {
        while let Some(pinned) = self.cached.pop() {
            match Arc::try_unwrap(pinned) {
                Ok(pinned) => self.shared.absorb(&pinned),
                Err(pinned) => {
                    self.cached.push(pinned);
                    return false;
                }
            }
        }
        !self.is_held()
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

    fn eviction(&self, entry: &KeyEntry) -> Eviction {
        if entry.is_held() {
            Eviction::Never
        } else {
            entry.breaker().shared().eviction(self.now)
        }
    }
}
