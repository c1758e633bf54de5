//! Where the calls of recorded breakers leave what happened, until a recorder fetches it.
//!
//! Each thread slot has a ring of events that its thread alone writes, so that no call waits for another or for the
//! recorder.

use std::collections::BTreeSet;
use std::fmt;
use std::thread::Thread;
use std::time::Duration;

use super::ring_of_events::{CallEvent, CallMark, LAST_SOURCE, Left, Ring};
use super::thread_slots::{claimed_slot, default_slice, slot, slots};
use crate::sync::fixed::AtomicBool;
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, lock};
use crate::time::Tick;
use crate::values::{BreakerName, End};

/// The rings of a registry, and which of its breakers are recorded.
pub(crate) struct Recording {
    /// One for each slot, and a last one for threads without a slot.
    rings: Box<[Ring]>,
    /// Held by a thread without a slot while it writes the last ring; no call waits for it.
    last_ring: Mutex<()>,
    /// The number of calls that were dropped because another thread held the last ring. It publishes nothing but itself.
    missed: AtomicU64,
    /// Whether a recorder runs. It publishes nothing but itself.
    active: AtomicBool,
    sources: Mutex<Sources>,
    /// The thread of the recorder.
    recorder: Mutex<Option<Thread>>,
    /// Returns what the recorder keeps in memory.
    recent: Mutex<Option<Arc<RecentCalls>>>,
}

/// Returns the calls of the last time as the bytes of a trace.
pub(crate) type RecentCalls = dyn Fn(Duration) -> Option<Vec<u8>> + Send + Sync;

/// The recorded breakers, as far as the recorder has not fetched them.
#[derive(Debug, Default)]
struct Sources {
    /// Which breakers are recorded, if a recorder takes any.
    chosen: Option<Chosen>,
    /// Whether a recorder runs, which may have begun to end.
    running: bool,
    last: u64,
    /// The last id of earlier recorders.
    earlier: u64,
    made: Vec<Source>,
    dropped: Vec<u64>,
}

/// The breakers that a recorder records.
#[derive(Clone, Debug)]
pub(crate) enum Chosen {
    All,
    /// By name, with all of their keys.
    Named(BTreeSet<String>),
}

/// A recorded breaker.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) id: u64,
    pub(crate) name: Box<str>,
    pub(crate) key: Option<Box<str>>,
    /// Its `call_timeout` in nanoseconds.
    pub(crate) call_timeout: Option<u64>,
}

impl Source {
    fn new(id: u64, name: &BreakerName, call_timeout: Option<u64>) -> Self {
        Self {
            id,
            name: name.as_str().into(),
            key: name.key().map(Into::into),
            call_timeout,
        }
    }
}

impl Default for Recording {
    fn default() -> Self {
        Self {
            rings: default_slice(slots() + 1),
            last_ring: Mutex::default(),
            missed: AtomicU64::new(0),
            active: AtomicBool::new(false),
            sources: Mutex::default(),
            recorder: Mutex::default(),
            recent: Mutex::default(),
        }
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").finish_non_exhaustive()
    }
}

/// What calls and breakers do.
impl Recording {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a recorded call passes it")]
    pub(super) fn call_began(&self, source: u64, mark: CallMark, now: Tick) {
        self.leave(None, Left::began(source, mark, now));
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a recorded call passes it")]
    pub(super) fn call_succeeded(&self, source: u64, mark: CallMark, now: Tick) {
        self.leave(None, Left::ended(source, mark, End::Success, false, now));
    }

    pub(super) fn call_ended(
        &self,
        source: u64,
        mark: CallMark,
        end: End,
        dropped: bool,
        hint: Option<u64>,
        now: Tick,
    ) {
        self.leave(hint, Left::ended(source, mark, end, dropped, now));
    }

    pub(super) fn call_rejected(&self, source: u64, now: Tick) {
        self.leave(None, Left::rejected(source, now));
    }

    /// Leaves an event in the ring of this thread, with its hint in front of it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a recorded call does it twice")]
    fn leave(&self, hint: Option<u64>, event: Left) {
        if !self.active.load(Ordering::Relaxed) {
            return;
        }
        // The last ring is beyond the slots.
        if let Some(ring) = self.rings.get(claimed_slot()) {
            if ring.push(hint, event) {
                self.wake();
            }
        } else {
            let Left([head, bits, stamp, at]) = event;
            self.leave_first(hint, head, bits, stamp, at);
        }
    }

    /// Leaves an event of a thread that may not have a slot yet.
    ///
    /// It takes the words one by one: an array would be in memory, also for the calls that do not get here.
    #[cold]
    #[inline(never)]
    fn leave_first(&self, hint: Option<u64>, head: u64, bits: u64, stamp: u64, at: u64) {
        let event = Left([head, bits, stamp, at]);
        let (own, last) = (slot(), self.rings.len() - 1);
        if own < last {
            if self.rings[own].push(hint, event) {
                self.wake();
            }
        } else {
            self.leave_in_last(hint, event);
        }
    }

    #[cold]
    fn leave_in_last(&self, hint: Option<u64>, event: Left) {
        /// The holder needs a few nanoseconds, unless the system has stopped it.
        const ATTEMPTS: usize = 100;
        let ring = &self.rings[self.rings.len() - 1];
        for _ in 0..ATTEMPTS {
            if let Ok(_held) = self.last_ring.try_lock() {
                if ring.push(hint, event) {
                    self.wake();
                }
                return;
            }
            std::hint::spin_loop();
        }
        if event.is_call() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Wakes the recorder, unless somebody else is about to.
    #[cold]
    #[inline(never)]
    fn wake(&self) {
        if let Ok(recorder) = self.recorder.try_lock() {
            if let Some(thread) = &*recorder {
                thread.unpark();
            }
        }
    }

    /// Returns the id of a breaker that is to be recorded.
    pub(super) fn add(&self, name: &BreakerName, call_timeout: Option<u64>) -> Option<u64> {
        let mut sources = lock(&self.sources);
        let is_chosen = match &sources.chosen {
            None => false,
            Some(Chosen::All) => true,
            Some(Chosen::Named(names)) => names.contains(name.as_str()),
        };
        if !is_chosen || sources.last == LAST_SOURCE {
            return None;
        }
        sources.last += 1;
        let id = sources.last;
        sources.made.push(Source::new(id, name, call_timeout));
        Some(id)
    }

    /// Notes the `call_timeout` of a breaker that is recorded.
    pub(super) fn limit(&self, id: u64, name: &BreakerName, call_timeout: Option<u64>) {
        let mut sources = lock(&self.sources);
        if sources.running {
            // The recorder replaces what it knows.
            sources.made.push(Source::new(id, name, call_timeout));
        }
    }

    /// Returns whether the id was given by the recorder that runs.
    pub(super) fn knows(&self, id: u64) -> bool {
        let sources = lock(&self.sources);
        sources.running && id > sources.earlier
    }

    /// Notes that a breaker is no longer recorded.
    pub(super) fn remove(&self, id: u64) {
        let mut sources = lock(&self.sources);
        if sources.running {
            sources.dropped.push(id);
        }
    }
}

/// What a recorder does.
impl Recording {
    /// Begins to record breakers; returns `false` if another recorder runs.
    pub(crate) fn begin(&self, chosen: Chosen) -> bool {
        let mut sources = lock(&self.sources);
        if sources.running {
            return false;
        }
        sources.running = true;
        sources.earlier = sources.last;
        sources.chosen = Some(chosen);
        // What an earlier recorder has left concerns other ids.
        self.fetch(|_| {});
        self.active.store(true, Ordering::Relaxed);
        true
    }

    /// Takes no more breakers.
    pub(crate) fn close(&self) {
        lock(&self.sources).chosen = None;
    }

    pub(crate) fn end(&self) {
        self.active.store(false, Ordering::Relaxed);
        let mut sources = lock(&self.sources);
        sources.chosen = None;
        sources.running = false;
        sources.made = Vec::new();
        sources.dropped = Vec::new();
        drop(sources);
        self.set_recorder(None);
    }

    /// Sets the thread to wake when a ring is half full.
    pub(crate) fn set_recorder(&self, thread: Option<Thread>) {
        *lock(&self.recorder) = thread;
    }

    pub(crate) fn set_recent(&self, recent: Option<Arc<RecentCalls>>) {
        *lock(&self.recent) = recent;
    }

    /// Returns a function that asks the recorder for the last calls, if it keeps any in memory.
    pub(crate) fn recent(&self) -> Option<Arc<RecentCalls>> {
        lock(&self.recent).clone()
    }

    /// Puts back ids that [`fetch_sources`](Self::fetch_sources) has returned, for the next time.
    pub(crate) fn return_gone(&self, ids: Vec<u64>) {
        lock(&self.sources).dropped.extend(ids);
    }

    /// Returns the number of calls and of blocks that were dropped so far.
    pub(crate) fn dropped(&self) -> (u64, u64) {
        let mut dropped = (self.missed.load(Ordering::Relaxed), 0_u64);
        for ring in &self.rings {
            dropped.0 += ring.dropped_calls.load(Ordering::Relaxed);
            dropped.1 += ring.dropped_blocks.load(Ordering::Relaxed);
        }
        dropped
    }

    /// Returns the breakers that were added, and the ids of those that were removed, since the last time.
    pub(crate) fn fetch_sources(&self) -> (Vec<Source>, Vec<u64>) {
        let mut sources = lock(&self.sources);
        let made = std::mem::take(&mut sources.made);
        (made, std::mem::take(&mut sources.dropped))
    }

    /// Takes the events out of all rings; only the recorder calls it.
    ///
    /// Returns the number of calls and of blocks that were dropped so far.
    pub(crate) fn fetch(&self, mut each: impl FnMut((usize, CallEvent))) -> (u64, u64) {
        for (nth, ring) in self.rings.iter().enumerate() {
            ring.take(|event| each((nth, event)));
        }
        self.dropped()
    }
}

#[cfg(test)]
mod tests;
