//! Which place a thread counts in: each live thread owns a slot.
//!
//! A slot is handed back when its thread ends and given to a later one. Threads beyond the slots,
//! and threads that count while they end, own none.

use std::cell::Cell;
use std::sync::OnceLock;
use std::thread;

use crate::sync::{AtomicUsize, Mutex, Ordering, lock};

/// How many threads can own a slot at a time: four for each core, at least 8 and at most 256.
pub(crate) fn slots() -> usize {
    static SLOTS: OnceLock<usize> = OnceLock::new();
    *SLOTS.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (4 * cores).clamp(8, 256)
    })
}

/// How many slots were ever given out: those beyond hold nothing.
///
/// Whoever counts in a slot has it from the pool, whose lock publishes the number before.
pub(crate) fn slots_in_use() -> usize {
    GIVEN_OUT.load(Ordering::Acquire)
}

/// No slot is owned yet, or none any more.
const UNCLAIMED: usize = usize::MAX;
/// There was no slot left, or the thread is ending.
pub(crate) const SHARED: usize = usize::MAX - 1;

thread_local! {
    // Apart from the one below because this one has nothing to drop, so that reading it is one load.
    static SLOT: Cell<usize> = const { Cell::new(UNCLAIMED) };
    static CLAIM: Claim = Claim::take();
}

/// Returns the slot of this thread; one beyond all slots if it has none.
#[inline]
pub(crate) fn slot() -> usize {
    let slot = SLOT.get();
    if slot == UNCLAIMED { claim() } else { slot }
}

#[cold]
fn claim() -> usize {
    // The slot of a thread whose `CLAIM` has been dropped is `SHARED`, so that this is not reached.
    let slot = CLAIM.try_with(|claim| claim.0).unwrap_or(SHARED);
    SLOT.set(slot);
    slot
}

/// Makes this thread one without a slot; returns the slot that it had.
#[cfg(test)]
pub(crate) fn replace_slot(with: usize) -> usize {
    SLOT.replace(with)
}

/// Makes so many slots count as given out, for a test that counts in them by number.
#[cfg(test)]
pub(crate) fn give_out(slots: usize) {
    let mut free = lock(&FREE);
    for slot in GIVEN_OUT.load(Ordering::Relaxed)..slots {
        free.push(slot);
        GIVEN_OUT.store(slot + 1, Ordering::Release);
    }
}

struct Claim(usize);

/// Slots that were handed back.
static FREE: Mutex<Vec<usize>> = Mutex::new(Vec::new());
/// The first slot that was never given out; written under the lock of `FREE`.
static GIVEN_OUT: AtomicUsize = AtomicUsize::new(0);

impl Claim {
    fn take() -> Self {
        let mut free = lock(&FREE);
        if let Some(slot) = free.pop() {
            return Self(slot);
        }
        let next = GIVEN_OUT.load(Ordering::Relaxed);
        if next == slots() {
            return Self(SHARED);
        }
        // `Release` pairs with the load in `slots_in_use`.
        GIVEN_OUT.store(next + 1, Ordering::Release);
        Self(next)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // First, so that what this thread counts from now on goes where others may count too.
        SLOT.set(SHARED);
        if self.0 != SHARED {
            lock(&FREE).push(self.0);
        }
    }
}

#[cfg(test)]
mod tests;
