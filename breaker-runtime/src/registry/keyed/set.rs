//! A bounded set of breakers under one name, one for each key.
//!
//! Each call looks its breaker up: in the cache of its thread, or else in the map. The map is sharded over locks by
//! key, so that lookups of different keys seldom contend. The call *pins* what it finds ([`pin`](super::pin)).
//!
//! **Eviction.** A breaker can be evicted at any time if nobody holds it and a new one would decide alike. A
//! new key examines the next entries in turn: two for idleness while the set has room, otherwise up to 64 until one
//! can be evicted. In a full set it skips an entry once that was used since it was last examined. If none of the
//! examined breakers can be evicted so, the one that has been idle for longest goes, although it remembers failures:
//! it must have been idle for `idle_ttl` and for its window. So the work is bounded, whatever the number of keys. A
//! list in the order of use would have to be written by every call. Readings evict nothing (R23).
//!
//! **Counts.** An evicted breaker leaves its counts to the set when its last handle is dropped, and so does an unlisted
//! breaker, for which the set had no room. Sums over all keys are taken under the lock of the order, while no entry can
//! be evicted: each breaker is counted exactly once, and a total never decreases.

use std::collections::VecDeque;

use super::cache;
use super::entry::{EvictionScan, KeyEntry};
use super::pin::{KeyPin, Pinned};
use super::set_id::SetId;
use crate::breaker::thread_slots::slots;
use crate::breaker::{CircuitBreaker, KeySet};
use crate::machine::OpenKeys;
use crate::registry::sharded_map::{Shard, ShardedMap};
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, Weak, lock};
use crate::time::Tick;
use crate::values::{KeyStats, RetiredCounts, shortened};

/// The number of entries that a new key examines for eviction when the set is full.
pub(crate) const EVICTION_TRIES: usize = 64;
/// The minimum number of locks, so that threads on a few cores seldom contend.
const LOCKS: usize = 32;
/// The number of entries that a new key examines for idleness while the set has room.
pub(crate) const IDLE_TRIES: usize = 2;

/// The breakers of one name, by key.
#[derive(Debug)]
pub(crate) struct KeyedBreakers {
    id: SetId,
    /// The breaker of the name; all breakers by key have its settings.
    parent: CircuitBreaker,
    /// Changed only under the lock of `order`.
    by_key: ShardedMap<Arc<str>, KeyEntry>,
    /// The keys in the order in which they are examined for eviction.
    order: Mutex<Order>,
    /// The counts of evicted and unlisted breakers.
    retired: Arc<Mutex<RetiredCounts>>,
    /// How many keys there are, and how many of their circuits are open; the first is changed under the lock of `order`.
    open: Arc<OpenKeys>,
    /// The number of calls that got an unlisted breaker because the set was full.
    unlisted: AtomicU64,
}

type Order = VecDeque<Arc<str>>;

impl KeyedBreakers {
    pub(crate) fn new(parent: &CircuitBreaker) -> Arc<Self> {
        let keyed = Arc::new(Self {
            id: SetId::next(),
            parent: parent.clone(),
            by_key: ShardedMap::new(slots().max(LOCKS)),
            order: Mutex::default(),
            retired: Arc::default(),
            open: Arc::default(),
            unlisted: AtomicU64::new(0),
        });
        parent.join_keys(Arc::downgrade(&keyed) as Weak<dyn KeySet>);
        keyed
    }

    /// Returns the breaker of the name.
    #[cfg(feature = "tower")]
    pub(crate) fn parent(&self) -> &CircuitBreaker {
        &self.parent
    }

    /// Returns the breaker of a key, or `None` if it does not exist.
    pub(crate) fn get(&self, key: &str) -> Option<CircuitBreaker> {
        let key = shortened(key);
        self.by_key.get(&key, |entry| entry.breaker().clone())
    }

    /// Pins the breaker of a key for one call, and makes it if it does not exist.
    #[inline]
    pub(crate) fn pin(self: &Arc<Self>, key: &str) -> KeyPin {
        let key = shortened(key);
        let now = self.parent.shared().coarse_now();
        let hash = self.by_key.hash(&key);
        match cache::pin(hash, self.id, &key) {
            Some(pin) => {
                pin.touch(now);
                pin
            }
            None => self.pin_uncached(hash, &key, now),
        }
    }

    /// Pins the breaker of a key that this thread has not cached.
    #[inline(never)]
    fn pin_uncached(self: &Arc<Self>, hash: u64, key: &str, now: Tick) -> KeyPin {
        let Some(pin) = self.by_key.get_by_hash(hash, key, KeyEntry::pin) else {
            return self.make(key, now);
        };
        pin.touch(now);
        if cache::note_miss(hash) {
            // The entry stays there meanwhile, because it is pinned.
            let reference = |shard: &mut Shard<_, KeyEntry>| Some(shard.get_mut(key)?.reference());
            if let Some(reference) = self.by_key.write(key, reference) {
                cache::add(hash, reference);
            }
        }
        pin
    }

    #[cold]
    fn make(self: &Arc<Self>, key: &str, now: Tick) -> KeyPin {
        // Made before a lock is taken, because it reads the clock, which may be user code.
        let made = self.parent.spawn_keyed(key, &self.retired);
        made.join_keys(Arc::downgrade(self) as Weak<dyn KeySet>);
        made.count_open_keys(&self.open);
        let scan = EvictionScan::new(&self.parent);
        let most = scan.max_keys;
        let mut order = lock(&self.order);
        let pin = if let Some(pin) = self.by_key.get(key, KeyEntry::pin) {
            pin
        } else {
            if order.len() < most {
                self.evict_idle(&mut order, IDLE_TRIES, &scan);
            } else {
                self.make_room(&mut order, most, &scan);
            }
            if order.len() >= most {
                self.unlisted.fetch_add(1, Ordering::Relaxed);
                drop(order);
                made.inherit_settings(&self.parent);
                return KeyPin::new(Arc::new(Pinned::new(made, self.id, now)));
            }
            self.enter(&mut order, key.into(), made, now)
        };
        drop(order);
        // The settings of the parent may have changed before the insertion. Later changes reach this breaker too.
        pin.inherit_settings(&self.parent);
        // The same holds for a recorder.
        #[cfg(feature = "rehearsal")]
        pin.record();
        pin
    }

    /// Calls `act` with the breaker of each of the keys, and with whether the key was used within `idle_ttl`.
    ///
    /// It leaves out keys that have been idle for `idle_ttl` and whose breakers remember nothing that matters: a new
    /// key can evict them at any time. It does not evict them, because that would affect later evictions (R23).
    fn each_kept(&self, keys: Order, mut act: impl FnMut(&CircuitBreaker, bool)) {
        let scan = EvictionScan::new(&self.parent);
        for key in keys {
            let kept = self.by_key.get(&key, |entry| {
                let recent = !scan.is_idle(entry);
                let kept = recent || !scan.is_clean(entry);
                kept.then(|| (entry.breaker().clone(), recent))
            });
            // One at a time, because a breaker that is held cannot be evicted.
            if let Some((breaker, recent)) = kept.flatten() {
                act(&breaker, recent);
            }
        }
    }

    /// Returns the breakers of all keys.
    pub(crate) fn all(&self) -> Vec<CircuitBreaker> {
        let mut breakers = Vec::new();
        self.by_key
            .each(|entry| breakers.push(entry.breaker().clone()));
        breakers
    }

    /// Calls `act` with the breaker of each key, sorted by key, except for keys that are idle and remember nothing.
    pub(crate) fn each_in_order(&self, mut act: impl FnMut(&CircuitBreaker)) {
        let mut keys = self.keys();
        keys.make_contiguous().sort_unstable();
        self.each_kept(keys, |breaker, _| act(breaker));
    }

    fn keys(&self) -> Order {
        lock(&self.order).clone()
    }

    pub(crate) fn stats(&self) -> KeyStats {
        let mut stats = KeyStats::new(self.parent.name());
        self.each_kept(self.keys(), |breaker, recent| {
            stats.add_key(breaker.key_reading(), recent);
        });
        let counts = self.counts(self.parent.shared().now());
        stats.set_counts(counts, self.unlisted.load(Ordering::Relaxed));
        stats
    }

    /// Returns what the breakers of all keys have counted until `now`, including evicted ones.
    pub(crate) fn counts(&self, now: Tick) -> RetiredCounts {
        // All at once: a breaker that is evicted meanwhile would be counted twice or not at all.
        let _order = lock(&self.order);
        let mut sum = lock(&self.retired).clone();
        self.by_key
            .each(|entry| entry.breaker().shared().add_to(&mut sum, now));
        sum
    }

    /// Adds a key; pins its breaker.
    fn enter(
        &self,
        order: &mut Order,
        key: Arc<str>,
        breaker: CircuitBreaker,
        now: Tick,
    ) -> KeyPin {
        let entry = KeyEntry::new(breaker, self.id, now);
        let pin = entry.pin();
        self.by_key
            .write(&key, |shard| shard.insert(Arc::clone(&key), entry));
        order.push_back(key);
        self.open.set_keys(order.len());
        pin
    }

    /// Examines the first `tries` entries and evicts those that are idle and remember nothing that matters.
    fn evict_idle(&self, order: &mut Order, tries: usize, scan: &EvictionScan) {
        for _ in 0..tries.min(order.len()) {
            self.evict_next(order, |entry| scan.is_idle(entry) && scan.is_clean(entry));
        }
    }

    /// Evicts entries until there are fewer than `most`: that can be more than one after `max_keys` was lowered.
    ///
    /// Entries that were not used recently and remember nothing that matters go first. If there are too few, those go
    /// that have been idle for longest, although they remember failures.
    fn make_room(&self, order: &mut Order, most: usize, scan: &EvictionScan) {
        let tries = EVICTION_TRIES.min(2 * order.len());
        for _ in 0..tries {
            if order.len() < most {
                return;
            }
            self.evict_next(order, |entry| !entry.take_recent() && scan.is_clean(entry));
        }
        // The entries examined last are at the end.
        let examined = order.iter().rev().take(tries);
        let mut idle: Vec<_> = examined
            .filter_map(|key| {
                let used = self
                    .by_key
                    .get(key, |entry| scan.is_expendable(entry).then(|| entry.used()));
                Some((used??, Arc::clone(key)))
            })
            .collect();
        while order.len() >= most {
            let longest = idle.iter().enumerate().min_by(|(_, a), (_, b)| a.cmp(b));
            let Some((at, _)) = longest else {
                return;
            };
            let (_, key) = idle.swap_remove(at);
            let evicted = self.evict_if(&key, |entry| scan.is_expendable(entry));
            if evicted.is_some() {
                order.retain(|other| *other != key);
                self.open.set_keys(order.len());
            }
        }
    }

    /// Examines the next entry, and evicts it if `may_evict` allows it.
    fn evict_next(&self, order: &mut Order, may_evict: impl Fn(&KeyEntry) -> bool) {
        let Some(key) = order.front() else {
            return;
        };
        let evicted = self.evict_if(key, may_evict);
        if evicted.is_some() {
            order.pop_front();
            self.open.set_keys(order.len());
        } else {
            order.rotate_left(1);
        }
        // Dropped under the lock of `order`, so that its counts move to `retired` while no sum is taken.
        drop(evicted);
    }

    /// Takes an entry out if nobody holds its breaker and `may_evict` allows it.
    fn evict_if(&self, key: &str, may_evict: impl Fn(&KeyEntry) -> bool) -> Option<KeyEntry> {
        self.by_key.write(key, |shard| {
            let entry = shard.get_mut(key)?;
            // Twice: a thread that has cached the key may make a call until its reference is revoked.
            let evict = may_evict(entry) && entry.revoke() && may_evict(entry);
            evict.then(|| shard.remove(key)).flatten()
        })
    }
}

impl KeySet for KeyedBreakers {
    fn for_each(&self, act: &mut dyn FnMut(&CircuitBreaker)) {
        // One at a time, because a breaker that is held cannot be evicted.
        for key in self.keys() {
            if let Some(breaker) = self.get(&key) {
                act(&breaker);
            }
        }
    }

    fn for_each_kept(&self, act: &mut dyn FnMut(&CircuitBreaker)) {
        self.each_kept(self.keys(), |breaker, _| act(breaker));
    }

    fn stats(&self) -> KeyStats {
        Self::stats(self)
    }

    fn find(&self, key: &str) -> Option<CircuitBreaker> {
        self.get(key)
    }

    fn list(&self, breaker: &CircuitBreaker) -> CircuitBreaker {
        let key = breaker.key().unwrap_or_default();
        let now = self.parent.shared().coarse_now();
        let mut order = lock(&self.order);
        if let Some(listed) = self.get(key) {
            return listed;
        }
        self.enter(&mut order, key.into(), breaker.clone(), now)
            .clone()
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
