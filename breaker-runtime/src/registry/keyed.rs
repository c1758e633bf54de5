//! One breaker for each key: a bounded number of them under one name.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::core::Core;
use crate::keyed::{Counted, KeyStats};
use crate::name::Name;
use crate::shards::Shards;
use crate::slots::slots;
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, lock};
use crate::time::Tick;

/// The longest key, in characters.
const LONGEST: usize = 256;
/// How many entries a newcomer looks at for one to take the place of, where there is no room.
const TRIES: usize = 64;
/// How many locks the keys of a name are spread over at least: on a few cores two threads seldom share one.
const LOCKS: usize = 32;
/// How many entries a newcomer looks at for being idle while there is room.
const IDLE_TRIES: usize = 2;

/// The breakers of one name, by key.
#[derive(Debug)]
pub(crate) struct Keyed {
    /// What they are copies of.
    parent: CircuitBreaker,
    /// Changed under the lock of `order` only.
    by_key: Shards<Arc<str>, Entry>,
    /// The keys in the order in which they are looked at for being given up.
    order: Mutex<Order>,
    /// What was counted by breakers that are gone.
    retired: Arc<Mutex<Counted>>,
    /// How many calls had a breaker of their own, as there was no room for one more.
    unlisted: AtomicU64,
}

type Order = VecDeque<Arc<str>>;

/// Calls write to it under the lock of readers, with stores that publish nothing else: `Relaxed`.
#[derive(Debug)]
struct Entry {
    breaker: CircuitBreaker,
    /// When it was used last, in ticks of the coarse clock.
    used: AtomicU64,
    /// Whether it was used since it was looked at last; one that was is passed over once.
    recent: AtomicU64,
}

impl Keyed {
    #[inline]
    pub(super) fn new(parent: CircuitBreaker) -> Self {
        Self {
            parent,
            by_key: Shards::new(slots().max(LOCKS)),
            order: Mutex::default(),
            retired: Arc::default(),
            unlisted: AtomicU64::new(0),
        }
    }

    /// Returns the breaker that all are copies of.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn parent(&self) -> &CircuitBreaker {
        &self.parent
    }

    /// Returns the breaker of a key, if there is one.
    #[inline]
    pub(super) fn get(&self, key: &str) -> Option<CircuitBreaker> {
        let key = shortened(key);
        self.by_key.get(&key, |entry| entry.breaker.clone())
    }

    /// Returns the breaker of a key for one call, and makes it if there is none.
    #[inline]
    pub(crate) fn get_or_make(&self, key: &str) -> CircuitBreaker {
        // An override of the name's own breaker holds for every key.
        if Core::is_overridden(&self.parent) {
            return self.parent.clone();
        }
        let key = shortened(key);
        let now = self.parent.core().coarse();
        let found = self.by_key.get(&key, |entry| {
            entry.touch(now);
            entry.breaker.clone()
        });
        found.unwrap_or_else(|| self.make(&key, now))
    }

    #[cold]
    #[inline]
    fn make(&self, key: &str, now: Tick) -> CircuitBreaker {
        // Before a lock is taken, as it asks the clock, which is user code.
        let name = Name::keyed(self.parent.core().name(), key, &self.retired);
        let made = Core::offspring(&self.parent, name);
        let settings = self.parent.config();
        let most = settings.max_keys.get() as usize;
        let look = Look {
            now,
            idle_ttl: settings.idle_ttl,
        };
        let mut order = lock(&self.order);
        let breaker = if let Some(breaker) = self.get(key) {
            breaker
        } else {
            if order.len() < most {
                self.give_up_idle(&mut order, IDLE_TRIES, &look);
            } else {
                self.make_room(&mut order, most, &look);
            }
            if order.len() >= most {
                self.unlisted.fetch_add(1, Ordering::Relaxed);
                return made;
            }
            self.enter(&mut order, key.into(), made.clone(), now);
            made
        };
        drop(order);
        // Whoever changes the parent's settings changes those of all that are entered then.
        Core::adopt(&breaker, &self.parent);
        breaker
    }

    /// Gives up all that nobody has used for long.
    #[inline]
    fn forget_idle(&self) {
        let look = Look {
            now: self.parent.core().coarse(),
            idle_ttl: self.parent.config().idle_ttl,
        };
        let mut order = lock(&self.order);
        let all = order.len();
        self.give_up_idle(&mut order, all, &look);
    }

    /// Returns all breakers, sorted by key.
    #[inline]
    pub(super) fn breakers(&self) -> Vec<CircuitBreaker> {
        let mut breakers = Vec::new();
        self.by_key
            .each(|entry| breakers.push(entry.breaker.clone()));
        breakers.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
        breakers
    }

    #[inline]
    pub(crate) fn stats(&self) -> KeyStats {
        self.forget_idle();
        let mut stats = KeyStats::new(self.parent.name());
        // One at a time: a breaker that somebody holds cannot make room for another one.
        let keys = lock(&self.order).clone();
        for key in keys {
            if let Some(breaker) = self.get(&key) {
                stats.look_at(Core::state_and_probes(&breaker));
            }
        }
        // All at once: one that is given up meanwhile would be counted twice or not at all.
        let now = self.parent.core().now();
        let order = lock(&self.order);
        let mut sum = lock(&self.retired).clone();
        self.by_key
            .each(|entry| entry.breaker.core().add_to(&mut sum, now));
        drop(order);
        stats.counted(sum, self.unlisted.load(Ordering::Relaxed));
        stats
    }

    #[inline]
    fn enter(&self, order: &mut Order, key: Arc<str>, breaker: CircuitBreaker, now: Tick) {
        let entry = Entry {
            breaker,
            used: AtomicU64::new(now.as_nanos()),
            recent: AtomicU64::new(0),
        };
        self.by_key
            .write(&key, |shard| shard.insert(Arc::clone(&key), entry));
        order.push_back(key);
    }

    /// Looks at the first so many entries and gives up those that are idle and that nobody needs.
    #[inline]
    fn give_up_idle(&self, order: &mut Order, tries: usize, look: &Look) {
        for _ in 0..tries.min(order.len()) {
            self.give_up_next(order, look, |entry| look.finds_idle(entry));
        }
    }

    /// Gives up the first entries that were not used lately and that nobody needs, until there are
    /// fewer than `most`: more than one if there were to be more before.
    #[inline]
    fn make_room(&self, order: &mut Order, most: usize, look: &Look) {
        for _ in 0..TRIES.min(2 * order.len()) {
            if order.len() < most {
                return;
            }
            let idle = |entry: &Entry| entry.recent.swap(0, Ordering::Relaxed) == 0;
            self.give_up_next(order, look, idle);
        }
    }

    /// Looks at the next entry, and gives it up if it may be and nobody needs it.
    #[inline]
    fn give_up_next(&self, order: &mut Order, look: &Look, may_be: impl Fn(&Entry) -> bool) {
        let Some(key) = order.front() else {
            return;
        };
        let given_up = self.by_key.write(key, |shard| {
            let entry = shard.get(key)?;
            let needless = may_be(entry) && look.finds_needless(entry);
            needless.then(|| shard.remove(key)).flatten()
        });
        if given_up.is_some() {
            order.pop_front();
        } else {
            order.rotate_left(1);
        }
        // What it counted goes to those that are retired, while nobody can sum up.
        drop(given_up);
    }
}

/// The instant of a look at entries, and what it takes for idle.
struct Look {
    now: Tick,
    idle_ttl: Duration,
}

impl Look {
    #[inline]
    fn finds_idle(&self, entry: &Entry) -> bool {
        self.now.since(entry.used()) >= self.idle_ttl
    }

    /// Whether nobody holds it, and it has nothing to remember that matters still.
    #[inline]
    fn finds_needless(&self, entry: &Entry) -> bool {
        let (breaker, idle) = (&entry.breaker, self.finds_idle(entry));
        breaker.is_unshared() && breaker.core().is_forgettable(self.now, idle)
    }
}

impl Entry {
    #[inline]
    fn used(&self) -> Tick {
        Tick::from_nanos(self.used.load(Ordering::Relaxed))
    }

    /// Notes that it is used. Looks first: a store would take the line from the other cores.
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

/// A key as it is used: one that is empty or longer than 256 characters is cut, and ends in a hash of
/// all of it.
#[inline]
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
