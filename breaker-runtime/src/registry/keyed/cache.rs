//! The keys that a thread has called lately, so that its next calls by them need no lock and no shared count.
//!
//! A thread remembers up to 192 keys, in buckets of three. If a bucket is full, only every 16th call by another key of
//! the bucket displaces one: so a program that calls by thousands of keys in turn seldom pays for an entry. A cached
//! reference keeps no breaker alive: it is invalid as soon as the key is evicted or the set is dropped.

use std::cell::RefCell;

use super::pin::{KeyPin, Pinned};
use super::set_id::SetId;
use crate::sync::Weak;

/// The number of buckets; a power of two.
const BUCKETS: usize = 64;
/// The number of keys in a bucket.
const PLACES: usize = 3;
/// Among the calls by keys that a full bucket does not have, one of this many displaces a key.
const DISPLACING: u64 = 16;

#[cfg(not(all(test, breaker_loom)))]
thread_local! {
    static CACHE: RefCell<Cache> = const { RefCell::new(Cache { buckets: Vec::new() }) };
}

#[cfg(all(test, breaker_loom))]
loom::thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache { buckets: Vec::new() });
}

struct Cache {
    /// Allocated when the thread first misses a key.
    buckets: Vec<Bucket>,
}

/// Some of the keys whose hashes select it.
#[derive(Default)]
#[repr(align(64))]
struct Bucket {
    places: [Place; PLACES],
    /// The number of calls by other keys while it was full.
    misses: u64,
    /// The place that the next key gets if all are taken.
    next: usize,
}

const _: () = assert!(
    size_of::<Bucket>() == 64,
    "a bucket is one cache line where pointers have 64 bits"
);

#[derive(Default)]
struct Place {
    hash: u64,
    pinned: Weak<Pinned>,
}

impl Place {
    /// Returns whether it is empty, or its key has been evicted.
    fn is_free(&self) -> bool {
        self.pinned.strong_count() == 0
    }
}

/// Pins the breaker of a key, if this thread has cached it and it has not been evicted since.
#[inline]
pub(super) fn pin(hash: u64, set: SetId, key: &str) -> Option<KeyPin> {
    let find = |cache: &RefCell<Cache>| {
        let cache = cache.try_borrow().ok()?;
        let bucket = cache.buckets.get(index(hash))?;
        let place = bucket.places.iter().find(|place| place.hash == hash)?;
        place.pinned.upgrade()
    };
    // A thread that is ending has lost its cache.
    let pin = KeyPin::new(CACHE.try_with(find).ok()??);
    pin.is_of(set, key).then_some(pin)
}

/// Notes that the cache does not have a key; returns whether the thread should cache it.
pub(super) fn note_miss(hash: u64) -> bool {
    let displaces = change(hash, |bucket| {
        if bucket.places.iter().any(Place::is_free) {
            return true;
        }
        bucket.misses = bucket.misses.wrapping_add(1);
        bucket.misses % DISPLACING == 0
    });
    displaces.unwrap_or(false)
}

/// Caches a key.
pub(super) fn add(hash: u64, pinned: Weak<Pinned>) {
    change(hash, |bucket| {
        let at = bucket.places.iter().position(Place::is_free);
        let at = at.unwrap_or_else(|| {
            bucket.next = (bucket.next + 1) % PLACES;
            bucket.next
        });
        bucket.places[at] = Place { hash, pinned };
    });
}

fn change<R>(hash: u64, change: impl FnOnce(&mut Bucket) -> R) -> Option<R> {
    let change = |cache: &RefCell<Cache>| {
        let mut cache = cache.try_borrow_mut().ok()?;
        if cache.buckets.is_empty() {
            cache.buckets.resize_with(BUCKETS, Bucket::default);
        }
        cache.buckets.get_mut(index(hash)).map(change)
    };
    CACHE.try_with(change).ok()?
}

/// Returns the number of the bucket of a hash.
#[inline]
fn index(hash: u64) -> usize {
    (hash >> 32) as usize & (BUCKETS - 1)
}
