//! Whether the machine would admit the next call, and when it may. Nothing is admitted here.

use super::Machine;
use super::forced::ForcedKind;
#[cfg(any(test, feature = "tokio"))]
use super::phase::Phase;
#[cfg(any(test, feature = "tokio"))]
use super::types::NextAdmission;
#[cfg(feature = "tower")]
use super::types::Rejected;
use crate::time::Tick;

impl Machine {
    /// Returns when the machine would admit a call, if there are no other calls before it.
    ///
    /// [`advance`](Self::advance) must have been called for the same instant.
    #[cfg(any(test, feature = "tokio"))]
    pub(crate) fn next_admission(&self, nested_in: Option<u64>, now: Tick) -> NextAdmission {
        match self.forced() {
            Some(forced) if forced.kind == ForcedKind::Open => NextAdmission::at(forced.until, now),
            Some(_) => NextAdmission::Now,
            None if self.settings.shadow => NextAdmission::Now,
            None => self.next_by_phase(nested_in, now),
        }
    }

    /// Returns when the phase of the machine would admit a call.
    #[cfg(any(test, feature = "tokio"))]
    pub(super) fn next_by_phase(&self, nested_in: Option<u64>, now: Tick) -> NextAdmission {
        let nested = nested_in == Some(self.generation);
        match &self.phase {
            Phase::Closed(closed) if !nested => match closed.ramp_admits_at(now) {
                Some(at) => NextAdmission::at(Some(at), now),
                None => NextAdmission::Now,
            },
            Phase::Open(period) => NextAdmission::at(Some(period.ends()), now),
            Phase::HalfOpen(probes)
                if !nested && probes.are_full(self.settings.half_open_calls) =>
            {
                NextAdmission::at(probes.next_change(&self.settings), now)
            }
            Phase::Closed(_) | Phase::HalfOpen(_) => NextAdmission::Now,
        }
    }

    /// Returns when the machine would admit a probe, if there are no other calls before it (R33).
    ///
    /// [`advance`](Self::advance) must have been called for the same instant.
    #[cfg(any(test, feature = "tokio"))]
    pub(crate) fn next_probe(&self, now: Tick) -> NextAdmission {
        if let Some(forced) = self.forced().filter(|it| it.kind == ForcedKind::Open) {
            return NextAdmission::at(forced.until, now);
        }
        match &self.phase {
            Phase::Closed(_) => NextAdmission::AfterChange,
            Phase::Open(_) | Phase::HalfOpen(_) => self.next_by_phase(None, now),
        }
    }

    /// Returns why the machine would reject any next call, or `None` if it might admit one.
    ///
    /// A ramp may admit any call. [`advance`](Self::advance) must have been called for the same instant.
    #[cfg(feature = "tower")]
    pub(crate) fn next_rejection(&self, nested_in: Option<u64>, now: Tick) -> Option<Rejected> {
        match self.forced().map(|forced| forced.kind) {
            Some(ForcedKind::Open) => Some(self.rejected_by_force(now)),
            Some(ForcedKind::Closed) => None,
            None if self.settings.shadow => None,
            None => self.rejected_by_phase(nested_in, now),
        }
    }
}
