//! Puts calls into the order of their starts, within a bounded time.
//!
//! A log has its lines in the order of the ends, and several threads or workers write it, so starts run back a little.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::sync::Arc;

use breaker_runtime::rehearsal::CallOutcome;

/// The most calls that are held, whatever the time: about 60 MB.
pub(super) const MOST: usize = 1 << 20;

/// A call that waits for calls that began earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// Nanoseconds since 1970.
    pub(super) started: i64,
    /// Nanoseconds.
    pub(super) took: u64,
    pub(super) outcome: CallOutcome,
    pub(super) key: Option<Arc<str>>,
    number: u64,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.started, self.number).cmp(&(other.started, other.number))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Holds calls until none can come that began earlier.
#[derive(Debug)]
pub(super) struct Sorter {
    /// Nanoseconds.
    disorder: i64,
    most: usize,
    held: BinaryHeap<Reverse<Waiting>>,
    newest: i64,
    released: i64,
    pushed: u64,
    is_finished: bool,
    was_full: bool,
}

impl Sorter {
    pub(super) fn new(disorder: i64) -> Self {
        Self {
            disorder,
            most: MOST,
            held: BinaryHeap::new(),
            newest: i64::MIN,
            released: i64::MIN,
            pushed: 0,
            is_finished: false,
            was_full: false,
        }
    }

    /// Takes a call, or returns by how many nanoseconds it began before a call that was already released.
    pub(super) fn push(
        &mut self,
        started: i64,
        took: u64,
        outcome: CallOutcome,
        key: Option<Arc<str>>,
    ) -> Result<(), u64> {
        if started < self.released {
            return Err(self.released.abs_diff(started));
        }
        self.newest = self.newest.max(started);
        self.pushed += 1;
        self.held.push(Reverse(Waiting {
            started,
            took,
            outcome,
            key,
            number: self.pushed,
        }));
        Ok(())
    }

    /// Says that no more calls will come, so that all can leave.
    pub(super) fn finish(&mut self) {
        self.is_finished = true;
    }

    /// Whether calls had to leave early, because too many were held.
    pub(super) fn was_full(&self) -> bool {
        self.was_full
    }

    /// Releases the next call, if none can come that began earlier.
    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let Reverse(first) = self.held.peek()?;
        let is_due = first.started.saturating_add(self.disorder) <= self.newest;
        if !is_due && !self.is_finished {
            if self.held.len() <= self.most {
                return None;
            }
            self.was_full = true;
        }
        let Reverse(first) = self.held.pop()?;
        self.released = first.started;
        Some(first)
    }
}

#[cfg(test)]
mod tests;
