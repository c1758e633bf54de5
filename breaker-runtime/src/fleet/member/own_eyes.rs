//! Only for simulations: an instance whose own calls succeed does not obey an opening of the fleet (F14).

use super::Member;
use super::circuit::{Circuit, HOLD};
use super::scene::Scene;
use crate::breaker::CircuitBreaker;
use crate::machine::Standing;
use crate::time::Tick;

impl Member {
    /// Says whether enough calls have succeeded here in the last second, and none has failed.
    ///
    /// With `obeys_later`, it obeys an opening that it had declined once that is not so any more.
    pub(crate) fn trust_own_eyes(
        &mut self,
        sees_only_successes: bool,
        obeys_later: bool,
        now: Tick,
    ) {
        self.declines = sees_only_successes;
        if !sees_only_successes && obeys_later {
            let (scene, circuits) = self.scene(now);
            if circuits.obey(&scene) {
                self.show(now);
            }
        }
    }
}

impl Circuit {
    /// Returns whether this instance does not obey what the fleet says, and remembers it.
    pub(super) fn declines(
        &mut self,
        breaker: &CircuitBreaker,
        is_new: bool,
        scene: &Scene<'_>,
    ) -> bool {
        if is_new {
            let is_closed = breaker.fleet_reading().standing == Standing::Closed;
            self.declined = scene.declines && is_closed;
        }
        self.declined
    }

    /// Obeys an opening that this instance had declined, if there is one.
    pub(super) fn obey(&mut self, scene: &Scene<'_>) -> bool {
        let known = self.known.as_ref().filter(|known| known.is_open());
        let declined = std::mem::take(&mut self.declined);
        if let (Some(known), Some(breaker)) = (known.filter(|_| declined), self.breaker()) {
            breaker.fleet_opens(known.rest(scene.now), known.row, HOLD);
            self.imposed = true;
            self.proof = false;
            self.want.reset();
            self.dirty = true;
        }
        declined
    }
}
