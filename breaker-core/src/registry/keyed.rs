//! One breaker for each key: a bounded number of them under one name.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::core::Core;
use crate::keyed::{Counted, KeyStats};
use crate::name::Name;
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, PoisonError, ShardedLock, lock};
use crate::time::Tick;

/// The longest key, in characters.
const LONGEST: usize = 256;
/// How many entries a newcomer looks at for one to take the place of, where there is no room.
const TRIES: usize = 64;
/// How many entries a newcomer looks at for being idle while there is room.
const IDLE_TRIES: usize = 2;

/// The breakers of one name, by key.
#[derive(Debug)]
pub(crate) struct Keyed {
    /// What they are copies of.
    parent: CircuitBreaker,
    keys: ShardedLock<Keys>,
    /// What was counted by breakers that are gone.
    retired: Arc<Mutex<Counted>>,
    /// How many calls had a breaker of their own, as there was no room for one more.
    unlisted: AtomicU64,
}

#[derive(Debug, Default)]
struct Keys {
    by_key: HashMap<Arc<str>, Entry>,
    /// The keys in the order in which they are looked at for being given up.
    order: VecDeque<Arc<str>>,
}

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
            keys: ShardedLock::default(),
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
        self.read(|keys| Some(keys.by_key.get(&*key)?.breaker.clone()))
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
        let found = self.read(|keys| {
            let entry = keys.by_key.get(&*key)?;
            entry.touch(now);
            Some(entry.breaker.clone())
        });
        found.unwrap_or_else(|| self.make(&key, now))
    }

    #[cold]
    #[inline]
    fn make(&self, key: &str, now: Tick) -> CircuitBreaker {
        // Before the lock is taken, as it asks the clock, which is user code.
        let name = Name::keyed(self.parent.core().name(), key, &self.retired);
        let made = Core::offspring(&self.parent, name);
        let settings = self.parent.config();
        let most = settings.max_keys.get() as usize;
        let look = Look {
            now,
            idle_ttl: settings.idle_ttl,
        };
        let entered = self.write(|keys| {
            if let Some(entry) = keys.by_key.get(key) {
                return Some(entry.breaker.clone());
            }
            if keys.by_key.len() < most {
                keys.give_up_idle(IDLE_TRIES, &look);
            } else {
                keys.make_room(most, &look);
            }
            (keys.by_key.len() < most).then(|| {
                keys.enter(key.into(), made.clone(), now);
                made.clone()
            })
        });
        let Some(breaker) = entered else {
            self.unlisted.fetch_add(1, Ordering::Relaxed);
            return made;
        };
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
        self.write(|keys| keys.give_up_idle(keys.order.len(), &look));
    }

    /// Returns all breakers, sorted by key.
    #[inline]
    pub(super) fn breakers(&self) -> Vec<CircuitBreaker> {
        let mut breakers = self.read(|keys| {
            let breakers = keys.by_key.values().map(|entry| entry.breaker.clone());
            breakers.collect::<Vec<_>>()
        });
        breakers.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
        breakers
    }

    #[inline]
    pub(crate) fn stats(&self) -> KeyStats {
        self.forget_idle();
        let mut stats = KeyStats::new(self.parent.name());
        // One at a time: a breaker that somebody holds cannot make room for another one.
        for key in self.read(|keys| keys.order.clone()) {
            if let Some(breaker) = self.get(&key) {
                stats.look_at(Core::state_and_probes(&breaker));
            }
        }
        // All at once: one that is given up meanwhile would be counted twice or not at all.
        let now = self.parent.core().now();
        let sum = self.read(|keys| {
            let mut sum = lock(&self.retired).clone();
            for entry in keys.by_key.values() {
                entry.breaker.core().add_to(&mut sum, now);
            }
            sum
        });
        stats.counted(sum, self.unlisted.load(Ordering::Relaxed));
        stats
    }

    #[inline]
    fn read<R>(&self, read: impl FnOnce(&Keys) -> R) -> R {
        read(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    #[inline]
    fn write<R>(&self, write: impl FnOnce(&mut Keys) -> R) -> R {
        write(&mut self.keys.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Keys {
    #[inline]
    fn enter(&mut self, key: Arc<str>, breaker: CircuitBreaker, now: Tick) {
        self.order.push_back(Arc::clone(&key));
        let entry = Entry {
            breaker,
            used: AtomicU64::new(now.as_nanos()),
            recent: AtomicU64::new(0),
        };
        self.by_key.insert(key, entry);
    }

    /// Looks at the first so many entries and gives up those that are idle and that nobody needs.
    #[inline]
    fn give_up_idle(&mut self, tries: usize, look: &Look) {
        for _ in 0..tries.min(self.order.len()) {
            self.give_up_next(look, |entry| look.finds_idle(entry));
        }
    }

    /// Gives up the first entries that were not used lately and that nobody needs, until there are
    /// fewer than `most`: more than one if there were to be more before.
    #[inline]
    fn make_room(&mut self, most: usize, look: &Look) {
        for _ in 0..TRIES.min(2 * self.order.len()) {
            if self.by_key.len() < most {
                return;
            }
            self.give_up_next(look, |entry| entry.recent.swap(0, Ordering::Relaxed) == 0);
        }
    }

    /// Looks at the next entry, and gives it up if it may be and nobody needs it.
    #[inline]
    fn give_up_next(&mut self, look: &Look, may_be: impl Fn(&Entry) -> bool) {
        let Some(key) = self.order.pop_front() else {
            return;
        };
        let entry = self.by_key.get(&key);
        let given_up = entry.is_some_and(|entry| may_be(entry) && look.finds_needless(entry));
        if given_up {
            // What it counted goes to those that are retired, while no reader can look.
            self.by_key.remove(&key);
        } else {
            self.order.push_back(key);
        }
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
