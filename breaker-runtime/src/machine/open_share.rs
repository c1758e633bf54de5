//! Keys that stay closed because enough others are open (R32).

use super::Machine;
use super::open_keys::{KeyMember, OpenKeys};
use super::phase::Phase;
use crate::sync::Arc;
use crate::time::Tick;
use crate::values::Reason;

impl Machine {
    /// Makes this the machine of one key of a name.
    pub(crate) fn join_keys(&mut self, keys: &Arc<OpenKeys>) {
        let keys = Arc::clone(keys);
        self.extras.get_or_insert_default().key = Some(KeyMember {
            keys,
            place: None,
            spared: 0,
        });
        self.hold_open_place();
    }

    /// Returns whether a closed circuit that would open stays closed, because enough other keys are open.
    ///
    /// What a person trips opens always.
    pub(super) fn is_spared(&mut self, reason: Reason, now: Tick) -> bool {
        let key = self.extras.as_mut().and_then(|extras| extras.key.as_mut());
        let (Some(member), Some(share)) = (key, self.settings.max_open_share) else {
            return false;
        };
        if !matches!(self.phase, Phase::Closed(_)) || reason == Reason::Tripped {
            return false;
        }
        member.place = member.keys.take(share, now);
        member.spared += u64::from(member.place.is_none());
        member.place.is_none()
    }

    /// Holds a place among the open keys while the circuit is not closed.
    ///
    /// With calls, the stay ends in time, and the next one extends the place. A key that nobody calls any more must not
    /// keep the others from opening.
    pub(super) fn hold_open_place(&mut self) {
        let half_open = match &self.phase {
            Phase::Closed(_) => None,
            Phase::Open(period) => Some(period.ends()),
            Phase::HalfOpen(_) => Some(self.since),
        };
        let rest = self
            .settings
            .probe_timeout
            .saturating_add(self.settings.idle_ttl);
        let until = half_open.map(|since| since.after(rest));
        let Some(member) = self.extras.as_mut().and_then(|extras| extras.key.as_mut()) else {
            return;
        };
        match (until, &member.place) {
            (None, _) => member.place = None,
            (Some(until), Some(place)) => place.extend(until),
            (Some(until), None) => member.place = Some(member.keys.take_beyond(until)),
        }
    }

    /// Returns how often the circuit stayed closed because enough other keys were open.
    pub(crate) fn spared(&self) -> u64 {
        let key = self.extras.as_ref().and_then(|extras| extras.key.as_ref());
        key.map_or(0, |member| member.spared)
    }
}
