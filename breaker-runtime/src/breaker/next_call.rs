//! What the breaker would answer to the next call, without a call.

#[cfg(feature = "tower")]
use std::time::Duration;

use super::nesting;
use super::shared::CircuitBreaker;
#[cfg(feature = "tokio")]
use crate::machine::NextAdmission;
#[cfg(feature = "tower")]
use crate::machine::{Machine, Rejected};
#[cfg(feature = "tower")]
use crate::values::{Rejection, RejectionReason};

impl CircuitBreaker {
    /// Returns why the breaker would reject any next call, or `None` if it might admit one.
    ///
    /// It admits no call.
    #[cfg(feature = "tower")]
    #[inline(never)]
    pub(crate) fn next_rejection(&self) -> Option<Rejected> {
        let shared = self.shared();
        let word = shared.gate.word();
        if word.is_closed() {
            return None;
        }
        if word.is_open() {
            if let Some(rest) = shared.time_left(word) {
                return Some(Rejected {
                    reason: RejectionReason::Open,
                    retry_after: Some(Duration::from_nanos(rest.get())),
                });
            }
        }
        let nested_in = nesting::generation(shared.id());
        self.change(|machine, now, changes| {
            machine.advance(now, changes);
            machine.next_rejection(nested_in, now)
        })
    }

    /// Returns when the breaker would admit a call, if there are no other calls before it.
    ///
    /// This is a reading: it applies transitions that are due, and admits no call.
    #[cfg(feature = "tokio")]
    pub(crate) fn next_admission(&self) -> NextAdmission {
        let word = self.shared().gate.word();
        if word.admits_untracked() {
            return NextAdmission::Now;
        }
        let nested_in = nesting::generation(self.shared().id());
        let (next, limited) = self.change(|machine, now, changes| {
            machine.advance(now, changes);
            let limited = machine.forced().is_none() && !machine.settings().shadow;
            (machine.next_admission(nested_in, now), limited)
        });
        match next {
            NextAdmission::Now if limited && self.shared().cold.places.are_taken() => {
                NextAdmission::AfterChange
            }
            next => next,
        }
    }

    /// Applies the changes that are due, such as the outcome of a probe that has become slow.
    #[cfg(feature = "tower")]
    pub(crate) fn advance(&self) {
        self.change(Machine::advance);
    }

    /// Rejects a call for which the inner service was not polled, because the circuit rejected every call then.
    ///
    /// `reason` is why the circuit did so. The rejection states it if the circuit no longer rejects every call.
    #[cfg(feature = "tower")]
    #[cold]
    pub(crate) fn reject(&self, reason: RejectionReason) -> Rejection {
        let shared = self.shared();
        #[cfg(feature = "rehearsal")]
        shared.record_rejected();
        let Rejected {
            reason,
            retry_after,
        } = self.next_rejection().unwrap_or(Rejected {
            reason,
            retry_after: None,
        });
        shared.rejected(Rejected {
            reason,
            retry_after,
        })
    }
}
