//! The guard of a call that answers in parts: a stream of results, or the body of a response (R34).

use super::guard::Guard;
use super::handle::Handle;
use crate::values::Outcome;

/// The guard of a call whose answer arrives in parts.
///
/// Until the first part arrives, it is a call like any other, and a drop means what R11 says. After that the dependency
/// has answered, and whoever stops reading says nothing about it.
#[derive(Debug)]
pub struct StreamGuard<H: Handle> {
    guard: Guard<H>,
    seen: Seen,
}

/// What has arrived so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Nothing,
    /// The last part counts.
    Answer,
    /// The last part says nothing about the dependency.
    Ignored,
}

impl<H: Handle> StreamGuard<H> {
    pub(crate) fn new(guard: Guard<H>) -> Self {
        let seen = Seen::Nothing;
        Self { guard, seen }
    }

    /// Makes the guard of a call whose first part has arrived, and which waits for its reader.
    #[cfg(feature = "http")]
    pub(crate) fn answered(guard: Guard<H>) -> Self {
        let mut guard = Self::new(guard);
        guard.fails(Outcome::Success);
        guard.run().rest();
        guard
    }

    /// Marks the call as running, until the returned mark is dropped.
    pub(crate) fn run(&mut self) -> Running<'_, H> {
        self.guard.mark_running();
        Running(self)
    }

    /// Returns whether the outcome is recorded.
    pub fn is_over(&self) -> bool {
        self.guard.is_settled()
    }

    /// Notes a part of the answer. If it has failed, returns the guard, with which the failure must be recorded.
    pub fn fails(&mut self, outcome: Outcome) -> Option<Guard<H>> {
        let first = self.seen == Seen::Nothing;
        self.seen = match outcome {
            Outcome::Success => Seen::Answer,
            Outcome::Ignored => Seen::Ignored,
            Outcome::Failure | Outcome::Trip => return Some(self.guard.take()),
        };
        self.guard.progress(first);
        None
    }

    /// Records that the answer is complete: a success, or ignored if the last part was.
    pub(crate) fn complete(&mut self) {
        self.guard.record(match self.seen {
            Seen::Nothing | Seen::Answer => Outcome::Success,
            Seen::Ignored => Outcome::Ignored,
        });
    }
}

/// A reader that drops an answer that has begun has stopped reading it.
impl<H: Handle> Drop for StreamGuard<H> {
    fn drop(&mut self) {
        if self.seen != Seen::Nothing {
            self.guard.leave();
        }
    }
}

/// A call while its code runs.
///
/// Dropping it records that none of the code runs on this thread, also during a panic: the caller may catch the panic
/// and keep the stream.
pub(crate) struct Running<'a, H: Handle>(&'a mut StreamGuard<H>);

impl<H: Handle> Running<'_, H> {
    pub(crate) fn guard(&mut self) -> &mut StreamGuard<H> {
        self.0
    }

    /// Records that the call waits for its reader or for the dependency. A panic from here on is not the call's.
    pub(crate) fn rest(self) {
        self.0.guard.mark_idle();
    }
}

impl<H: Handle> Drop for Running<'_, H> {
    fn drop(&mut self) {
        self.0.guard.suspend();
    }
}
