//! What `poll_ready` does while the breaker rejects every call.

use std::task::{Context, Poll};

use super::choose::HasBreaker;
use crate::breaker::Waiting;
#[cfg(feature = "tokio")]
use crate::call::AdmissionTimer;
#[cfg(feature = "tokio")]
use crate::machine::NextAdmission;

/// What `poll_ready` does while the breaker rejects every call.
#[derive(Debug)]
pub(super) enum WhileOpen {
    /// It is ready, and the next call is rejected.
    Ready,
    /// It is pending until the circuit may admit a call and there is a place for it.
    #[cfg(feature = "tokio")]
    Pending(AdmissionTimer),
}

impl WhileOpen {
    #[cfg(feature = "tokio")]
    pub(super) fn pending() -> Self {
        Self::Pending(AdmissionTimer::default())
    }

    pub(super) fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }

    /// Returns whether `poll_ready` waits for a place, though the circuit might admit a call.
    #[cfg_attr(
        not(feature = "tokio"),
        expect(unused_variables, reason = "without a timer nothing is pending")
    )]
    pub(super) fn waits_for_place(&self, chooser: &impl HasBreaker) -> bool {
        match self {
            Self::Ready => false,
            #[cfg(feature = "tokio")]
            Self::Pending(_) => chooser.is_full(),
        }
    }

    /// Is ready when the circuit may admit a call; until then, the task is woken whenever that may have changed.
    #[cfg_attr(
        not(feature = "tokio"),
        expect(
            unused_variables,
            clippy::needless_pass_by_ref_mut,
            reason = "without a timer nothing is pending"
        )
    )]
    pub(super) fn poll(
        &mut self,
        chooser: &impl HasBreaker,
        waiting: &Waiting,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        match self {
            Self::Ready => Poll::Ready(()),
            #[cfg(feature = "tokio")]
            Self::Pending(timer) => timer.poll(waiting, context, || match chooser.rejects_all() {
                None if !chooser.is_full() => NextAdmission::Now,
                _ => chooser.breaker().next_admission(),
            }),
        }
    }

    /// Stops the timer.
    #[cfg_attr(
        not(feature = "tokio"),
        expect(clippy::needless_pass_by_ref_mut, reason = "there is no timer")
    )]
    pub(super) fn stop(&mut self) {
        match self {
            Self::Ready => {}
            #[cfg(feature = "tokio")]
            Self::Pending(timer) => timer.stop(),
        }
    }
}

/// A clone waits for nothing yet.
impl Clone for WhileOpen {
    fn clone(&self) -> Self {
        match self {
            Self::Ready => Self::Ready,
            #[cfg(feature = "tokio")]
            Self::Pending(_) => Self::pending(),
        }
    }
}

#[cfg(all(test, feature = "test-util", feature = "tokio"))]
mod tests;
