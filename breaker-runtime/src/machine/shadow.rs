//! Shadow: the machine decides, and its decisions reject no call (R30).

use super::Machine;
use super::forced::ForcedKind;
use super::ticket::Ticket;
use super::types::Rejected;
use crate::time::Tick;
use crate::values::Rejections;

impl Machine {
    /// Returns whether the machine rejects no call, because it only shows what it would do.
    ///
    /// An override takes precedence.
    pub(crate) fn is_in_shadow(&self) -> bool {
        self.settings.shadow && self.overrides.is_none()
    }

    /// Admits a call that the machine rejects, if an override or shadow admits every call. It decides nothing.
    #[cold]
    pub(super) fn admit_rejected(
        &mut self,
        rejected: Rejected,
        now: Tick,
    ) -> Result<Ticket, Rejected> {
        let forced_closed = self
            .forced()
            .is_some_and(|forced| forced.kind == ForcedKind::Closed);
        if self.is_in_shadow() {
            let counts = &mut self.extras.get_or_insert_default().would_reject;
            *counts.of_mut(rejected.reason) += 1;
            return Ok(Ticket::withheld(self.generation, now));
        }
        if forced_closed {
            return Ok(Ticket::uncounted(self.generation, now));
        }
        Err(rejected)
    }

    /// Returns how many calls the machine would have rejected.
    pub(crate) fn would_reject(&self) -> Rejections {
        let extras = self.extras.as_deref();
        extras.map_or_else(Rejections::default, |extras| extras.would_reject)
    }
}
