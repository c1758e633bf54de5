//! A map by name that is spread over locks: who looks up one name does not meet who looks up another.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;

use crate::sync::{PoisonError, RwLock};

/// The values of one lock, by name.
pub(crate) type Shard<K, V> = HashMap<K, V, RandomState>;

/// So many that two threads seldom share one: a power of two.
const SHARDS: usize = 128;

/// The map.
///
/// No user code runs under its locks, and whoever holds one takes no other of the same map.
#[derive(Debug)]
pub(crate) struct Shards<K, V> {
    hasher: RandomState,
    locks: Box<[Lock<K, V>]>,
}

/// On cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Lock<K, V>(RwLock<Shard<K, V>>);

impl<K: Borrow<str> + Eq + Hash, V> Shards<K, V> {
    pub(crate) fn new() -> Self {
        let hasher = RandomState::default();
        let mut locks = Vec::with_capacity(SHARDS);
        let lock = || Lock(RwLock::new(HashMap::with_hasher(hasher.clone())));
        locks.resize_with(SHARDS, lock);
        Self {
            hasher,
            locks: locks.into(),
        }
    }

    /// The lock of a name. The map takes the lowest bits of the same hash, and the highest ones.
    fn lock(&self, name: &str) -> &RwLock<Shard<K, V>> {
        let hash = self.hasher.hash_one(name);
        &self.locks[(hash >> 32) as usize % SHARDS].0
    }

    /// Looks into the shard of a name.
    #[inline]
    pub(crate) fn read<R>(&self, name: &str, read: impl FnOnce(&Shard<K, V>) -> R) -> R {
        let shard = self.lock(name).read();
        read(&shard.unwrap_or_else(PoisonError::into_inner))
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

#[cfg(test)]
mod tests;
