//! A map by name that is sharded over locks, so that lookups of different names seldom contend.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash};

// A map drops its values in the order of their hashes, and loom needs the same order in each execution.
#[cfg(all(test, breaker_loom))]
use foldhash::fast::FixedState as RandomState;
#[cfg(not(all(test, breaker_loom)))]
use foldhash::fast::RandomState;

use crate::sync::{PoisonError, RwLock};

/// The entries of one lock.
pub(crate) type Shard<K, V> = HashMap<K, V, RandomState>;

/// A sharded map.
///
/// No user code runs under its locks, and a thread that holds one of them takes no other.
pub(crate) struct ShardedMap<K, V> {
    hasher: RandomState,
    locks: Box<[Lock<K, V>]>,
}

/// One lock, with separate cache lines.
#[repr(align(128))]
struct Lock<K, V>(RwLock<Shard<K, V>>);

impl<K: Borrow<str> + Eq + Hash, V> ShardedMap<K, V> {
    /// Makes an empty map with at least `least` locks and fewer than twice as many.
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

    /// Returns the hash of a name, which is the same as long as the map exists.
    #[inline]
    pub(crate) fn hash(&self, name: &str) -> u64 {
        self.hasher.hash_one(name)
    }

    /// Returns the lock of a hash. Bits in the middle select it; the hash map uses the lowest and highest.
    #[inline]
    fn lock(&self, hash: u64) -> &RwLock<Shard<K, V>> {
        &self.locks[(hash >> 32) as usize & (self.locks.len() - 1)].0
    }

    /// Calls `look` with the value of a name, if there is one.
    #[inline]
    pub(crate) fn get<R>(&self, name: &str, look: impl FnOnce(&V) -> R) -> Option<R> {
        self.get_by_hash(self.hash(name), name, look)
    }

    /// Does the same for a name whose hash the caller knows.
    #[inline]
    pub(crate) fn get_by_hash<R>(
        &self,
        hash: u64,
        name: &str,
        look: impl FnOnce(&V) -> R,
    ) -> Option<R> {
        let shard = self.lock(hash).read();
        let shard = shard.unwrap_or_else(PoisonError::into_inner);
        shard.get(name).map(look)
    }

    /// Calls `write` with the shard of a name.
    pub(crate) fn write<R>(&self, name: &str, write: impl FnOnce(&mut Shard<K, V>) -> R) -> R {
        let shard = self.lock(self.hash(name)).write();
        write(&mut shard.unwrap_or_else(PoisonError::into_inner))
    }

    /// Calls `look` with all values, one shard after the other.
    ///
    /// Values that are added or removed concurrently may be included or missing.
    pub(crate) fn each(&self, mut look: impl FnMut(&V)) {
        for Lock(lock) in &self.locks {
            let shard = lock.read().unwrap_or_else(PoisonError::into_inner);
            shard.values().for_each(&mut look);
        }
    }
}

/// Shows the entries, not the shards.
impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for ShardedMap<K, V> {
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
