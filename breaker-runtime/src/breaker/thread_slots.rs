//! Thread slots: a thread claims one when it first counts, and with it one set of counters in every breaker.
//!
//! No two live threads own the same slot. When a thread ends, its slot returns to the pool for a later thread. A thread
//! has no slot if none was free when it first counted, or if it counts while it ends.

use std::cell::Cell;

use crate::sync::{AtomicUsize, Mutex, Ordering, lock};

/// Returns the number of slots: four for each core, at least 8 and at most 256.
#[cfg(not(all(test, breaker_loom)))]
#[inline]
pub(crate) fn slots() -> usize {
    static SLOTS: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *SLOTS.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        (4 * cores).clamp(8, 256)
    })
}

/// Returns a small number of slots, so that models are small and contain a thread without a slot.
#[cfg(all(test, breaker_loom))]
pub(crate) fn slots() -> usize {
    2
}

/// Returns the number of slots that were ever claimed; no thread has counted in a slot beyond them.
///
/// A thread gets its slot from the pool, which publishes this number before the thread counts.
#[inline]
pub(crate) fn slots_in_use() -> usize {
    pool().given_out.load(Ordering::Acquire)
}

/// Returns `count` default values.
#[inline]
pub(crate) fn default_slice<T: Default>(count: usize) -> Box<[T]> {
    let mut values = Vec::with_capacity(count);
    values.resize_with(count, T::default);
    values.into()
}

/// The slot of a thread that has not claimed one yet.
const UNCLAIMED: usize = usize::MAX;
/// The slot of a thread that found none free, or that is ending.
pub(crate) const SHARED: usize = usize::MAX - 1;

#[cfg(not(all(test, breaker_loom)))]
thread_local! {
    // Separate from `CLAIM`, because it has no destructor and reading it takes one load.
    static SLOT: Cell<usize> = const { Cell::new(UNCLAIMED) };
    static CLAIM: Claim = Claim::take();
}

#[cfg(all(test, breaker_loom))]
loom::thread_local! {
    static SLOT: Cell<usize> = Cell::new(UNCLAIMED);
    static CLAIM: Claim = Claim::take();
}

/// Returns the slot of this thread, which claims one if it has not yet; [`SHARED`] if it has none.
#[inline]
pub(crate) fn slot() -> usize {
    let slot = claimed_slot();
    if slot == UNCLAIMED { claim() } else { slot }
}

/// Returns the slot of this thread, or a number beyond all slots if it has none or has not claimed one yet.
///
/// The caller need not check: it indexes a slice with the number.
#[inline]
pub(crate) fn claimed_slot() -> usize {
    SLOT.with(Cell::get)
}

#[cold]
fn claim() -> usize {
    // A thread whose `CLAIM` has been dropped does not get here: its slot is `SHARED`.
    let slot = CLAIM.try_with(|claim| claim.0).unwrap_or(SHARED);
    SLOT.with(|own| own.set(slot));
    slot
}

/// Replaces the slot of this thread; returns the slot that it had.
#[cfg(test)]
pub(crate) fn replace_slot(with: usize) -> usize {
    SLOT.with(|own| own.replace(with))
}

/// Marks this many slots as claimed, for a test that counts in them by number.
#[cfg(test)]
pub(crate) fn give_out(slots: usize) {
    let mut free = lock(&pool().free);
    for slot in pool().given_out.load(Ordering::Relaxed)..slots {
        free.push(slot);
        pool().given_out.store(slot + 1, Ordering::Release);
    }
}

/// A slot that this thread owns until it ends, or [`SHARED`].
struct Claim(usize);

struct Pool {
    /// Slots that ended threads have returned.
    free: Mutex<Vec<usize>>,
    /// The first slot that was never claimed; written under the lock of `free`.
    given_out: AtomicUsize,
}

#[cfg(not(all(test, breaker_loom)))]
static POOL: Pool = Pool {
    free: Mutex::new(Vec::new()),
    given_out: AtomicUsize::new(0),
};

#[cfg(not(all(test, breaker_loom)))]
#[inline]
fn pool() -> &'static Pool {
    &POOL
}

#[cfg(all(test, breaker_loom))]
std::thread_local! {
    /// The pool of this run of a model, all of whose threads are one thread for the system.
    ///
    /// It is leaked, because the threads return their slots at the very end of the run.
    static RUN: Cell<Option<&'static Pool>> = const { Cell::new(None) };
}

#[cfg(all(test, breaker_loom))]
fn pool() -> &'static Pool {
    RUN.get().expect("every run begins with a new pool")
}

/// Makes a new pool for a run of a model.
#[cfg(all(test, breaker_loom))]
pub(crate) fn renew_pool() {
    RUN.set(Some(Box::leak(Box::new(Pool {
        free: Mutex::new(Vec::new()),
        given_out: AtomicUsize::new(0),
    }))));
}

impl Claim {
    fn take() -> Self {
        let mut free = lock(&pool().free);
        if let Some(slot) = free.pop() {
            return Self(slot);
        }
        let next = pool().given_out.load(Ordering::Relaxed);
        if next == slots() {
            return Self(SHARED);
        }
        // `Release` pairs with the load in `slots_in_use`.
        pool().given_out.store(next + 1, Ordering::Release);
        Self(next)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // First, so that this thread counts in the shared counters from now on.
        let _ = SLOT.try_with(|own| own.set(SHARED));
        if self.0 != SHARED {
            lock(&pool().free).push(self.0);
        }
    }
}

#[cfg(test)]
mod tests;
