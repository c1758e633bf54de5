//! A map by name that is spread over locks: who looks up one name does not meet who looks up another.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;

use crate::sync::{PoisonError, RwLock};

/// The values of one lock, by name.
pub(crate) type Shard<K, V> = HashMap<K, V, RandomState>;

/// The map.
///
/// No user code runs under its locks, and whoever holds one takes no other of the same map.
pub(crate) struct Shards<K, V> {
    hasher: RandomState,
    locks: Box<[Lock<K, V>]>,
}

/// On cache lines of its own.
#[repr(align(128))]
struct Lock<K, V>(RwLock<Shard<K, V>>);

impl<K: Borrow<str> + Eq + Hash, V> Shards<K, V> {
    /// Makes an empty one with so many locks, or up to twice as many.
    pub(crate) fn new(least: usize) -> Self {
        let hasher = RandomState::default();
        let mut locks = Vec::new();
        let lock = || Lock(RwLock::new(HashMap::with_hasher(hasher.clone())));
        locks.resize_with(least.next_power_of_two(), lock);
        Self {
            hasher,
            locks: locks.into(),
        }
    }

    /// The lock of a name. The map takes the lowest bits of the same hash, and the highest ones.
    fn lock(&self, name: &str) -> &RwLock<Shard<K, V>> {
        let hash = self.hasher.hash_one(name);
        &self.locks[(hash >> 32) as usize & (self.locks.len() - 1)].0
    }

    /// Looks at the value of a name, if there is one.
    #[inline]
    pub(crate) fn get<R>(&self, name: &str, look: impl FnOnce(&V) -> R) -> Option<R> {
        let shard = self.lock(name).read();
        let shard = shard.unwrap_or_else(PoisonError::into_inner);
        shard.get(name).map(look)
    }

    /// Changes the shard of a name.
    #[inline]
    pub(crate) fn write<R>(&self, name: &str, write: impl FnOnce(&mut Shard<K, V>) -> R) -> R {
        let shard = self.lock(name).write();
        write(&mut shard.unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at all values, one shard after the other: what is put in or taken out meanwhile may or may not
    /// be seen.
    #[inline]
    pub(crate) fn each(&self, mut look: impl FnMut(&V)) {
        for Lock(lock) in &self.locks {
            let shard = lock.read().unwrap_or_else(PoisonError::into_inner);
            shard.values().for_each(&mut look);
        }
    }
}

/// Shows what is in it, and not how it is spread.
impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Shards<K, V> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for Lock(lock) in &self.locks {
            map.entries(lock.read().unwrap_or_else(PoisonError::into_inner).iter());
        }
        map.finish()
    }
}

#[cfg(test)]
mod tests;
