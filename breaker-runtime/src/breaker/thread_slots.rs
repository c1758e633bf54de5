//! Which place a thread counts in: each live thread owns a slot.
//!
//! A slot is handed back when its thread ends and given to a later one. Threads beyond the slots,
//! and threads that count while they end, own none.

use std::cell::Cell;

use crate::sync::{AtomicUsize, Mutex, Ordering, lock};

/// How many threads can own a slot at a time: four for each core, at least 8 and at most 256.
#[cfg(not(all(test, breaker_loom)))]
#[inline]
pub(crate) fn slots() -> usize {
    static SLOTS: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *SLOTS.get_or_init(|| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        (4 * cores).clamp(8, 256)
    })
}

/// Few, so that a model is small; and so that it has a thread without one.
#[cfg(all(test, breaker_loom))]
pub(crate) fn slots() -> usize {
    2
}

/// How many slots were ever given out: those beyond hold nothing.
///
/// Whoever counts in a slot has it from the pool, whose lock publishes the number before.
#[inline]
pub(crate) fn slots_in_use() -> usize {
    pool().given_out.load(Ordering::Acquire)
}

/// Makes a list with a place for each of so many.
#[inline]
pub(crate) fn places<T: Default>(count: usize) -> Box<[T]> {
    let mut places = Vec::with_capacity(count);
    places.resize_with(count, T::default);
    places.into()
}

/// No slot is owned yet, or none any more.
const UNCLAIMED: usize = usize::MAX;
/// There was no slot left, or the thread is ending.
pub(crate) const SHARED: usize = usize::MAX - 1;

#[cfg(not(all(test, breaker_loom)))]
thread_local! {
    // Apart from the one below because this one has nothing to drop, so that reading it is one load.
    static SLOT: Cell<usize> = const { Cell::new(UNCLAIMED) };
    static CLAIM: Claim = Claim::take();
}

#[cfg(all(test, breaker_loom))]
loom::thread_local! {
    static SLOT: Cell<usize> = Cell::new(UNCLAIMED);
    static CLAIM: Claim = Claim::take();
}

/// Returns the slot of this thread; one beyond all slots if it has none.
#[inline]
pub(crate) fn slot() -> usize {
    let slot = claimed_slot();
    if slot == UNCLAIMED { claim() } else { slot }
}

/// Returns the slot of this thread, or one beyond all slots if it has none yet: whoever looks a place up
/// by it finds that out anyway.
#[inline]
pub(crate) fn claimed_slot() -> usize {
    SLOT.with(Cell::get)
}

#[cold]
fn claim() -> usize {
    // The slot of a thread whose `CLAIM` has been dropped is `SHARED`, so that this is not reached.
    let slot = CLAIM.try_with(|claim| claim.0).unwrap_or(SHARED);
    SLOT.with(|own| own.set(slot));
    slot
}

/// Makes this thread one without a slot; returns the slot that it had.
#[cfg(test)]
pub(crate) fn replace_slot(with: usize) -> usize {
    SLOT.with(|own| own.replace(with))
}

/// Makes so many slots count as given out, for a test that counts in them by number.
#[cfg(test)]
pub(crate) fn give_out(slots: usize) {
    let mut free = lock(&pool().free);
    for slot in pool().given_out.load(Ordering::Relaxed)..slots {
        free.push(slot);
        pool().given_out.store(slot + 1, Ordering::Release);
    }
}

struct Claim(usize);

struct Pool {
    /// Slots that were handed back.
    free: Mutex<Vec<usize>>,
    /// The first slot that was never given out; written under the lock of `free`.
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
    /// The pool of the run of a model, all of whose threads are one to the system. It is leaked: they
    /// hand their slots back when the run is nearly gone.
    static RUN: Cell<Option<&'static Pool>> = const { Cell::new(None) };
}

#[cfg(all(test, breaker_loom))]
fn pool() -> &'static Pool {
    RUN.get().expect("a run begins with a new pool")
}

/// Begins a run of a model.
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
        // First, so that what this thread counts from now on goes where others may count too.
        let _ = SLOT.try_with(|own| own.set(SHARED));
        if self.0 != SHARED {
            lock(&pool().free).push(self.0);
        }
    }
}

#[cfg(test)]
mod tests;
