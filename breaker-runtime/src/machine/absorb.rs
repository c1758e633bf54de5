//! What threads have tallied without the lock, added to the machine under the lock.
//!
//! A drain calls these methods in a fixed order:
//!
//! 1. [`Machine::absorb_ends`] for all threads,
//! 2. [`Machine::absorb_starts`] for all threads,
//! 3. [`Machine::absorbed`] once,
//! 4. [`Machine::absorb_successes`] for all threads.
//!
//! The documentation of [`in_flight`](super::in_flight) shows why the samples come last.

use super::Machine;
use super::in_flight::Span;
use super::phase::Phase;
use crate::time::Tick;

impl Machine {
    /// Adds tallied ends: fast successes of calls that began in a bucket of this generation.
    pub(crate) fn absorb_ends(&mut self, span: Span, calls: u32) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_ends(span, calls);
        }
    }

    /// Adds tallied starts of calls in a bucket of this generation, none of them after `last`.
    pub(crate) fn absorb_starts(&mut self, span: Span, calls: u32, last: Tick) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_starts(span, calls, last);
        }
    }

    /// Compares the absorbed ends and starts with the calls that were noticed as slow.
    pub(crate) fn absorbed(&mut self) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorbed();
        }
    }

    /// Adds tallied samples: fast successes of this generation that ended in the same tenth of the window as `at`.
    pub(crate) fn absorb_successes(&mut self, calls: u64, at: Tick) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_successes(calls, at);
        }
    }
}
