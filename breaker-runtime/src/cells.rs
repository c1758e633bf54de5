//! Counters that the threads of a program do not fight for.
//!
//! Each live thread owns a slot, and in each breaker the cell of that slot: it counts there with a
//! plain load and store. A slot is handed back when its thread ends and given to a later one; the
//! counts stay. Threads beyond the slots, and threads that count while they end, share one more cell
//! and add to it atomically.

use std::cell::Cell as ThreadCell;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::sync::{AtomicU64, Mutex, Ordering, lock};
use crate::time::nanos;
use crate::totals::Totals;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    Successes,
    Failures,
    Ignored,
    Cancelled,
    Slow,
    Rejected,
    Stale,
    FallbackSuccesses,
    FallbackFailures,
}

const COUNTS: usize = 9;

/// Every 64th success of a thread is dated even if nothing went wrong, the first one included.
const DATED: u64 = 64;

/// The counters of one breaker.
#[derive(Debug)]
pub(crate) struct Cells {
    own: Box<[Cell]>,
    shared: Cell,
}

/// The counters of one slot, on cache lines of their own.
///
/// Each is written by the thread that owns the slot and read by whoever sums up. `Relaxed` is
/// enough: a counter publishes nothing but itself, and a thread's counts are handed to the next
/// owner of its slot by the lock of the pool.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Cell {
    counts: [AtomicU64; COUNTS],
    /// Wall clock of the last dated success, in nanoseconds since the epoch; 0 for none.
    last_success: AtomicU64,
    /// How many successes there were at that time.
    dated_successes: AtomicU64,
    /// Wall clock of the last failure, as above.
    last_failure: AtomicU64,
}

impl Cells {
    pub(crate) fn new() -> Self {
        Self {
            own: (0..slots()).map(|_| Cell::default()).collect(),
            shared: Cell::default(),
        }
    }

    /// Counts one.
    #[inline]
    pub(crate) fn add(&self, count: Count) {
        match self.own.get(slot()) {
            Some(cell) => {
                cell.add_owned(count);
            }
            None => {
                self.shared.add_shared(count);
            }
        }
    }

    /// Counts a success of a circuit in which nothing had gone wrong: dates one in [`DATED`].
    #[inline]
    pub(crate) fn add_quiet_success(&self, wall: impl FnOnce() -> SystemTime) {
        let (cell, before) = self.add_one_success();
        if before % DATED == 0 {
            cell.date_success(before + 1, wall());
        }
    }

    /// Counts a success and dates it.
    pub(crate) fn add_success(&self, wall: SystemTime) {
        let (cell, before) = self.add_one_success();
        cell.date_success(before + 1, wall);
    }

    /// Counts a success; returns where, and how many there were before.
    #[inline]
    fn add_one_success(&self) -> (&Cell, u64) {
        match self.own.get(slot()) {
            Some(cell) => (cell, cell.add_owned(Count::Successes)),
            None => (&self.shared, self.shared.add_shared(Count::Successes)),
        }
    }

    /// Counts a failure and dates it.
    pub(crate) fn add_failure(&self, wall: SystemTime) {
        self.add(Count::Failures);
        let cell = self.own.get(slot()).unwrap_or(&self.shared);
        let now = since_epoch(wall);
        cell.last_failure.fetch_max(now, Ordering::Relaxed);
    }

    /// Sums up. What other threads are counting meanwhile may or may not be in it.
    pub(crate) fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        let (mut last_success, mut last_failure) = (0, 0);
        for cell in self.own.iter().chain([&self.shared]) {
            let read = |count: Count| cell.counts[count as usize].load(Ordering::Relaxed);
            let dated = cell.dated_successes.load(Ordering::Relaxed);
            let successes = read(Count::Successes);
            totals.last_success_is_lower_bound |= successes > dated;
            totals.successes += successes;
            totals.failures += read(Count::Failures);
            totals.ignored += read(Count::Ignored);
            totals.cancelled += read(Count::Cancelled);
            totals.slow += read(Count::Slow);
            totals.rejected += read(Count::Rejected);
            totals.stale += read(Count::Stale);
            totals.fallback_successes += read(Count::FallbackSuccesses);
            totals.fallback_failures += read(Count::FallbackFailures);
            last_success = cell.last_success.load(Ordering::Relaxed).max(last_success);
            last_failure = cell.last_failure.load(Ordering::Relaxed).max(last_failure);
        }
        totals.calls = totals.successes + totals.failures + totals.ignored + totals.cancelled;
        totals.last_success_at = from_epoch(last_success);
        totals.last_failure_at = from_epoch(last_failure);
        totals
    }
}

impl Cell {
    /// Adds as the only writer; returns the count before.
    #[inline]
    fn add_owned(&self, count: Count) -> u64 {
        let counter = &self.counts[count as usize];
        let before = counter.load(Ordering::Relaxed);
        counter.store(before.wrapping_add(1), Ordering::Relaxed);
        before
    }

    /// Adds as one of several writers; returns the count before.
    #[cold]
    fn add_shared(&self, count: Count) -> u64 {
        self.counts[count as usize].fetch_add(1, Ordering::Relaxed)
    }

    #[cold]
    fn date_success(&self, successes: u64, wall: SystemTime) {
        self.last_success
            .fetch_max(since_epoch(wall), Ordering::Relaxed);
        self.dated_successes.fetch_max(successes, Ordering::Relaxed);
    }
}

fn since_epoch(wall: SystemTime) -> u64 {
    let since = wall.duration_since(SystemTime::UNIX_EPOCH);
    nanos(since.unwrap_or(Duration::ZERO)).max(1)
}

fn from_epoch(since: u64) -> Option<SystemTime> {
    (since > 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_nanos(since))
}

/// How many threads can own a slot at a time: four for each core, at least 8 and at most 256.
fn slots() -> usize {
    static SLOTS: OnceLock<usize> = OnceLock::new();
    *SLOTS.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (4 * cores).clamp(8, 256)
    })
}

/// No slot is owned yet, or none any more.
const UNCLAIMED: usize = usize::MAX;
/// There was no slot left, or the thread is ending.
const SHARED: usize = usize::MAX - 1;

thread_local! {
    // Apart from the one below because this one has nothing to drop, so that reading it is one load.
    static SLOT: ThreadCell<usize> = const { ThreadCell::new(UNCLAIMED) };
    static CLAIM: Claim = Claim::take();
}

/// The slot of this thread; one beyond all cells if it has none.
#[inline]
fn slot() -> usize {
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

struct Claim(usize);

struct Pool {
    /// Slots that were handed back.
    free: Vec<usize>,
    /// The first one that was never given out.
    next: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    free: Vec::new(),
    next: 0,
});

impl Claim {
    fn take() -> Self {
        let mut pool = lock(&POOL);
        if let Some(slot) = pool.free.pop() {
            return Self(slot);
        }
        if pool.next == slots() {
            return Self(SHARED);
        }
        pool.next += 1;
        Self(pool.next - 1)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // First, so that what this thread counts from now on goes where others may count too.
        SLOT.set(SHARED);
        if self.0 != SHARED {
            lock(&POOL).free.push(self.0);
        }
    }
}

#[cfg(test)]
mod tests;
