//! A bounded number of breakers under one name, one for each key.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::breaker::thread_slots::slots;
use crate::registry::sharded_map::ShardedMap;
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, lock};
use crate::time::Tick;
use crate::values::{KeyStats, RetiredCounts};

/// The length of the longest key, in characters.
const LONGEST: usize = 256;
/// The number of entries that a new key examines for eviction when the set is full.
const EVICTION_TRIES: usize = 64;
/// The minimum number of locks: on a few cores two threads seldom need the same one.
const LOCKS: usize = 32;
/// The number of entries that a new key examines for idleness while the set has room.
const IDLE_TRIES: usize = 2;

/// The breakers of one name, by key.
#[derive(Debug)]
pub(crate) struct KeyedBreakers {
    /// The breaker of the name, whose settings all of them have.
    parent: CircuitBreaker,
    /// Changed only under the lock of `order`.
    by_key: ShardedMap<Arc<str>, KeyEntry>,
    /// The keys in the order in which they are examined for eviction.
    order: Mutex<Order>,
    /// What evicted breakers counted.
    retired: Arc<Mutex<RetiredCounts>>,
    /// The number of calls that got an unlisted breaker because the set was full.
    unlisted: AtomicU64,
}

type Order = VecDeque<Arc<str>>;

/// One key.
///
/// Calls write to the atomics under the read lock. They publish nothing but themselves, so `Relaxed` suffices.
#[derive(Debug)]
struct KeyEntry {
    breaker: CircuitBreaker,
    /// When it was last used, in ticks of the coarse clock.
    used: AtomicU64,
    /// Whether it was used since it was last examined; such an entry is skipped once.
    recent: AtomicU64,
}

impl KeyedBreakers {
    pub(crate) fn new(parent: CircuitBreaker) -> Self {
        Self {
            parent,
            by_key: ShardedMap::new(slots().max(LOCKS)),
            order: Mutex::default(),
            retired: Arc::default(),
            unlisted: AtomicU64::new(0),
        }
    }

    /// Returns the breaker of the name.
    #[cfg(feature = "tower")]
    pub(crate) fn parent(&self) -> &CircuitBreaker {
        &self.parent
    }

    /// Returns the breaker of a key, if there is one.
    pub(crate) fn get(&self, key: &str) -> Option<CircuitBreaker> {
        let key = shortened(key);
        self.by_key.get(&key, |entry| entry.breaker.clone())
    }

    /// Returns the breaker of a key for one call, and makes it if there is none.
    #[inline]
    pub(crate) fn get_or_make(&self, key: &str) -> CircuitBreaker {
        // An override of the name holds for every key.
        if self.parent.is_overridden() {
            return self.parent.clone();
        }
        let key = shortened(key);
        let now = self.parent.shared().coarse_now();
        let found = self.by_key.get(&key, |entry| {
            entry.touch(now);
            entry.breaker.clone()
        });
        found.unwrap_or_else(|| self.make(&key, now))
    }

    #[cold]
    fn make(&self, key: &str, now: Tick) -> CircuitBreaker {
        // Made before a lock is taken, because it reads the clock, which may be user code.
        let made = self.parent.spawn_keyed(key, &self.retired);
        let settings = self.parent.config();
        let most = settings.max_keys.get() as usize;
        let scan = EvictionScan {
            now,
            idle_ttl: settings.idle_ttl,
        };
        let mut order = lock(&self.order);
        let breaker = if let Some(breaker) = self.get(key) {
            breaker
        } else {
            if order.len() < most {
                self.evict_idle(&mut order, IDLE_TRIES, &scan);
            } else {
                self.make_room(&mut order, most, &scan);
            }
            if order.len() >= most {
                self.unlisted.fetch_add(1, Ordering::Relaxed);
                return made;
            }
            self.enter(&mut order, key.into(), made.clone(), now);
            made
        };
        drop(order);
        // From its insertion on, a change of the parent's settings reaches it too.
        breaker.inherit_settings(&self.parent);
        breaker
    }

    /// Evicts all keys that have been idle for `idle_ttl`.
    fn evict_all_idle(&self) {
        let scan = EvictionScan {
            now: self.parent.shared().coarse_now(),
            idle_ttl: self.parent.config().idle_ttl,
        };
        let mut order = lock(&self.order);
        let all = order.len();
        self.evict_idle(&mut order, all, &scan);
    }

    /// Returns all breakers, sorted by key.
    pub(crate) fn breakers(&self) -> Vec<CircuitBreaker> {
        let mut breakers = Vec::new();
        self.by_key
            .each(|entry| breakers.push(entry.breaker.clone()));
        breakers.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
        breakers
    }

    pub(crate) fn stats(&self) -> KeyStats {
        self.evict_all_idle();
        let mut stats = KeyStats::new(self.parent.name());
        // One at a time, because a breaker that is held cannot be evicted.
        let keys = lock(&self.order).clone();
        for key in keys {
            if let Some(breaker) = self.get(&key) {
                stats.add_key(breaker.state_and_probes());
            }
        }
        // All at once: a breaker that is evicted meanwhile would be counted twice or not at all.
        let now = self.parent.shared().now();
        let order = lock(&self.order);
        let mut sum = lock(&self.retired).clone();
        self.by_key
            .each(|entry| entry.breaker.shared().add_to(&mut sum, now));
        drop(order);
        stats.set_counts(sum, self.unlisted.load(Ordering::Relaxed));
        stats
    }

    fn enter(&self, order: &mut Order, key: Arc<str>, breaker: CircuitBreaker, now: Tick) {
        let entry = KeyEntry {
            breaker,
            used: AtomicU64::new(now.as_nanos()),
            recent: AtomicU64::new(0),
        };
        self.by_key
            .write(&key, |shard| shard.insert(Arc::clone(&key), entry));
        order.push_back(key);
    }

    /// Examines the first `tries` entries and evicts those that are idle.
    fn evict_idle(&self, order: &mut Order, tries: usize, scan: &EvictionScan) {
        for _ in 0..tries.min(order.len()) {
            self.evict_next(order, scan, |entry| scan.is_idle(entry));
        }
    }

    /// Evicts the first entries that were not used recently, until there are fewer than `most`.
    ///
    /// That can be more than one after `max_keys` was lowered.
    fn make_room(&self, order: &mut Order, most: usize, scan: &EvictionScan) {
        for _ in 0..EVICTION_TRIES.min(2 * order.len()) {
            if order.len() < most {
                return;
            }
            let idle = |entry: &KeyEntry| entry.recent.swap(0, Ordering::Relaxed) == 0;
            self.evict_next(order, scan, idle);
        }
    }

    /// Examines the next entry, and evicts it if `may_be` allows it and nothing is lost by it.
    fn evict_next(
        &self,
        order: &mut Order,
        scan: &EvictionScan,
        may_be: impl Fn(&KeyEntry) -> bool,
    ) {
        let Some(key) = order.front() else {
            return;
        };
        let evicted = self.by_key.write(key, |shard| {
            let entry = shard.get(key)?;
            let evict = may_be(entry) && scan.can_evict(entry);
            evict.then(|| shard.remove(key)).flatten()
        });
        if evicted.is_some() {
            order.pop_front();
        } else {
            order.rotate_left(1);
        }
        // Dropped under the lock of `order`, so that its counts move to `retired` while nobody adds up.
        drop(evicted);
    }
}

/// The instant of a scan, and after how long it considers an entry idle.
struct EvictionScan {
    now: Tick,
    idle_ttl: Duration,
}

impl EvictionScan {
    fn is_idle(&self, entry: &KeyEntry) -> bool {
        self.now.since(entry.used()) >= self.idle_ttl
    }

    /// Returns whether nobody holds the breaker and it remembers nothing that matters.
    fn can_evict(&self, entry: &KeyEntry) -> bool {
        let (breaker, idle) = (&entry.breaker, self.is_idle(entry));
        breaker.is_unshared() && breaker.shared().is_evictable(self.now, idle)
    }
}

impl KeyEntry {
    #[inline]
    fn used(&self) -> Tick {
        Tick::from_nanos(self.used.load(Ordering::Relaxed))
    }

    /// Notes that it is used. It loads first, because a store would take the cache line from other cores.
    #[inline]
    fn touch(&self, now: Tick) {
        if self.recent.load(Ordering::Relaxed) == 0 {
            self.recent.store(1, Ordering::Relaxed);
        }
        if self.used() < now {
            self.used.store(now.as_nanos(), Ordering::Relaxed);
        }
    }
}

/// Returns the key that is used: an empty key, or one longer than 256 characters, is cut and ends in a hash of the
/// original.
fn shortened(key: &str) -> Cow<'_, str> {
    if !key.is_empty() && (key.len() <= LONGEST || key.chars().nth(LONGEST).is_none()) {
        return Cow::Borrowed(key);
    }
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let hash = format!("#{:016x}", hasher.finish());
    let mut cut: String = key.chars().take(LONGEST - hash.len()).collect();
    cut.push_str(&hash);
    Cow::Owned(cut)
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
