//! The guard of a fallback, which counts how the fallback ended.

use super::handle::Handle;
use crate::breaker::Counter;
use crate::values::Outcome;

/// Counts how a fallback ended; the outcome does not affect the breaker.
#[derive(Debug)]
pub struct FallbackGuard<H: Handle> {
    handle: Option<H>,
    running: bool,
}

impl<H: Handle> FallbackGuard<H> {
    pub(super) fn new(handle: Option<H>) -> Self {
        Self {
            handle,
            running: true,
        }
    }

    /// Counts the fallback's value, judged as the function's own value would be.
    pub fn settle(mut self, outcome: Outcome) {
        self.count(outcome);
    }

    pub(super) fn set_running(&mut self, running: bool) {
        self.running = running;
    }

    fn count(&mut self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Success | Outcome::Ignored => Counter::FallbackSuccesses,
            Outcome::Failure | Outcome::Trip => Counter::FallbackFailures,
        };
        if let Some(handle) = self.handle.take() {
            handle.shared().count(counter);
        }
    }
}

impl<H: Handle> Drop for FallbackGuard<H> {
    fn drop(&mut self) {
        if self.running {
            self.count(Outcome::Failure);
        }
    }
}
