//! The calls that the setting `probe` of a declaration makes (R33).

use super::{Model, Role};
use crate::machine::ForcedKind;
use crate::values::State;

impl Model {
    /// Admits a probe, if the circuit is half open and has a free permit.
    pub(crate) fn admit_probe(&mut self) -> Option<Role> {
        self.notice();
        let forced_open = matches!(self.forced(), Some((ForcedKind::Open, _)));
        let permits = self.settings.half_open_calls.get() as usize;
        let is_due = self.state == State::HalfOpen && self.probes_in_flight() < permits;
        if forced_open || !is_due {
            return None;
        }
        Some(self.admit(None).unwrap())
    }

    /// Admits a health check as `admit` admits a call, unless it would be rejected, also without shadow.
    pub(crate) fn admit_check(
        &mut self,
        admit: fn(&mut Self, Option<u64>) -> Result<Role, &'static str>,
    ) -> Option<Role> {
        self.notice();
        let mut without_shadow = self.clone();
        without_shadow.settings.shadow = false;
        admit(&mut without_shadow, None).ok()?;
        Some(admit(self, None).unwrap())
    }
}
