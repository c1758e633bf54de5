//! What `poll_ready` does while the circuit rejects every call.

use std::task::{Context, Poll};

use super::choose::HasBreaker;
use crate::breaker::Waiting;
#[cfg(feature = "tokio")]
use crate::call::AdmissionTimer;
#[cfg(feature = "tokio")]
use crate::machine::NextAdmission;

/// What `poll_ready` does while the circuit rejects every call.
#[derive(Debug)]
pub(super) enum WhileOpen {
    /// It is ready, and the next call is rejected.
    Ready,
    /// It is pending until the circuit may admit a call.
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
                Some(_) => chooser.breaker().next_admission(),
                None => NextAdmission::Now,
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
