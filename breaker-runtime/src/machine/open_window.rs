//! The window of a circuit that is not closed.

use super::window::{Sample, SlidingWindow, WindowCounts};
use crate::time::Tick;
use crate::values::Failures;

/// The window as it was when the circuit opened: it shows why.
///
/// It decides nothing. Under a forced closing it goes on counting, so that an operator sees how the dependency does.
#[derive(Debug)]
pub(super) struct OpenWindow {
    window: SlidingWindow,
    at_opening: WindowCounts,
    failures_at_opening: Failures,
    frozen: bool,
}

impl OpenWindow {
    pub(super) fn new(mut window: SlidingWindow, now: Tick) -> Self {
        Self {
            at_opening: window.counts(now),
            failures_at_opening: window.failures(now),
            window,
            frozen: true,
        }
    }

    pub(super) fn add(&mut self, sample: Sample, now: Tick) {
        self.window.add(sample, now);
        self.frozen = false;
    }

    pub(super) fn counts(&mut self, now: Tick) -> WindowCounts {
        if self.frozen {
            self.at_opening
        } else {
            self.window.counts(now)
        }
    }

    /// Returns the failures among the counts, by kind.
    pub(super) fn failures(&self, now: Tick) -> Failures {
        if self.frozen {
            self.failures_at_opening
        } else {
            self.window.failures(now)
        }
    }

    /// Returns whether no call was added since the opening.
    pub(super) fn is_frozen(&self) -> bool {
        self.frozen
    }
}
