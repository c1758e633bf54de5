//! The window of a circuit that is not closed.

use super::window::{Sample, SlidingWindow, WindowCounts};
use crate::time::Tick;

/// The window as it was when the circuit opened: it shows why.
///
/// It decides nothing. Under a forced closing it goes on counting, so that an operator sees how the dependency does.
#[derive(Debug)]
pub(super) struct OpenWindow {
    window: SlidingWindow,
    at_opening: WindowCounts,
    frozen: bool,
}

impl OpenWindow {
    pub(super) fn new(mut window: SlidingWindow, now: Tick) -> Self {
        Self {
            at_opening: window.counts(now),
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

    /// Returns whether no call was added since the opening.
    pub(super) fn is_frozen(&self) -> bool {
        self.frozen
    }
}
