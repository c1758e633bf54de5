//! What the fleet says of a circuit takes effect on the breaker here (F4, F5, F8, F9).

use std::time::Duration;

use super::circuit::{Circuit, HOLD};
use super::holding::PendingVerdict;
use super::known::Known;
use super::scene::Scene;
use crate::breaker::CircuitBreaker;
use crate::fleet::circuit_name::split;
use crate::fleet::event::FleetEvent;
use crate::fleet::store::{self, Phase};
use crate::machine::Standing;

/// The longest time over which the circuits of a fleet close (F8).
const LONGEST_SPREAD: Duration = Duration::from_secs(3);
/// The share of the open period over which they close.
const SPREAD_SHARE: u32 = 10;
/// For how many open periods an instance does not vote after the fleet has refuted its vote (F3).
const BARRED: u32 = 10;
/// The reason of a circuit that somebody closed in the whole fleet.
const RESET: &str = "reset";

impl Circuit {
    /// Takes notice of what the fleet says of this circuit.
    pub(super) fn hear(&mut self, circuit: store::Circuit, scene: &mut Scene<'_>) {
        let before = self.known.take();
        let known = Known::new(circuit, before.as_ref(), scene.now, scene.wall);
        self.tell(&known, scene);
        self.drop_superseded(&known, scene);
        let breaker = self.breaker().filter(|_| !scene.observer);
        let is_new = self.is_new(scene.epoch, known.generation);
        match known.phase {
            // It imposes nothing: the deadlines in the machine end what is in force here.
            Phase::Voting => {}
            Phase::Open => {
                if let Some(breaker) = &breaker {
                    self.open(breaker, &known, is_new, scene);
                }
            }
            Phase::Closed => {
                if is_new {
                    self.bar_if_refuted(before.as_ref(), &known, scene);
                    if let Some(breaker) = &breaker {
                        self.close(breaker, before.as_ref(), &known);
                    }
                }
                self.ballot.judged();
            }
        }
        if is_new {
            self.applied = Some((scene.epoch, known.generation));
        }
        self.was_alone = false;
        self.known = Some(known);
        self.dirty = self.breaker.is_some();
    }

    /// Applies what the fleet said before the breaker was made, or was shared.
    pub(super) fn apply_known(&mut self, scene: &Scene<'_>) {
        let breaker = self.breaker().filter(|_| self.applied.is_none());
        let (Some(breaker), Some(known)) = (breaker, self.known.clone()) else {
            return;
        };
        if known.phase == Phase::Open {
            self.open(&breaker, &known, true, scene);
        }
        self.applied = Some((scene.epoch, known.generation));
    }

    /// Returns whether a generation has not been applied to the breaker here.
    fn is_new(&self, epoch: u64, generation: u64) -> bool {
        self.applied
            .is_none_or(|applied| follows((epoch, generation), applied))
    }

    fn open(&mut self, breaker: &CircuitBreaker, known: &Known, is_new: bool, scene: &Scene<'_>) {
        #[cfg(test)]
        if self.declines(breaker, is_new, scene) {
            return self.ballot.judged();
        }
        let again = self.was_alone && !self.is_closed_here();
        // The only member behaves as if it had not joined: its own period counts, and it waits for nobody.
        let own = scene.live <= 1 && known.by == scene.me && !self.is_closed_here();
        self.own |= is_new && own;
        if (is_new || again) && !own {
            breaker.fleet_opens(known.rest(scene.now), known.row, HOLD);
            self.imposed = true;
            self.proof = false;
            self.want.reset();
            self.ballot.unsettle();
        }
        self.ballot.judged();
        if let Some(lease) = known.live_lease(scene.now) {
            if lease.by != scene.me {
                breaker.fleet_probes_elsewhere(lease.until.since(scene.now));
            }
        }
    }

    /// Another member has come, so the opening of this instance is that of both.
    pub(super) fn share_own(&mut self, scene: &Scene<'_>) {
        if !self.own || scene.live <= 1 || !scene.joined {
            return;
        }
        self.own = false;
        let standing = self.reading.as_ref().map(|reading| reading.standing);
        let Some(Standing::Open { held, .. }) = standing else {
            return;
        };
        let known = self.known.as_ref().filter(|known| known.is_open());
        if let (Some(known), Some(breaker)) = (known, self.breaker()) {
            // A circuit that waits for an earlier opening keeps the deadline of that wait.
            if !held {
                breaker.fleet_opens(known.rest(scene.now), known.row, HOLD);
            }
            self.imposed = true;
        }
    }

    /// Closes the circuit here, unless it opened by a rule that the fleet has never judged.
    fn close(&mut self, breaker: &CircuitBreaker, before: Option<&Known>, known: &Known) {
        if self.imposed || self.ballot.is_said() || known.why == RESET {
            let own = self
                .reading
                .as_ref()
                .map_or(Duration::ZERO, |it| it.open_for);
            let period = before.filter(|it| it.is_open()).map_or(own, |it| it.period);
            let spread = (period / SPREAD_SHARE).min(LONGEST_SPREAD);
            // Somebody who resets the fleet waits for it.
            breaker.fleet_closes(if known.why == RESET {
                Duration::ZERO
            } else {
                spread
            });
            self.ballot.settle(breaker.fleet_reading().generation);
        }
    }

    /// Does not vote for a while if this instance had opened the fleet, and another one found nothing wrong.
    ///
    /// That is not so if most members had voted, or if the other one had voted too: then the dependency has recovered.
    fn bar_if_refuted(&mut self, before: Option<&Known>, known: &Known, scene: &Scene<'_>) {
        if known.why == RESET {
            return self.ballot.unbar();
        }
        let Some(before) = before.filter(|before| before.is_open()) else {
            return;
        };
        let voted = |member: &str| before.votes.iter().any(|vote| vote == member);
        let few = before.votes.len() * 2 <= scene.live as usize;
        let refuted = voted(scene.me) && few && !voted(&known.by);
        if let Some(reading) = self.reading.as_ref().filter(|_| refuted) {
            self.ballot
                .bar(scene.now.after(reading.open_for.saturating_mul(BARRED)));
        }
    }

    /// Forgets the lease and the verdict if they belong to an earlier generation, or another member has the lease.
    fn drop_superseded(&mut self, known: &Known, scene: &Scene<'_>) {
        let lease = known.live_lease(scene.now);
        let current = |id: u64, generation: u64| {
            let is_own = lease.is_none_or(|lease| lease.by == scene.me || lease.id <= id);
            known.is_open() && known.generation == generation && is_own
        };
        let holds = self.holding.as_ref();
        if holds.is_some_and(|it| !current(it.lease, it.generation)) {
            if known.phase == Phase::Open {
                self.lose_lease();
            } else {
                self.end_lease();
            }
        }
        let judges = self.verdict.as_ref();
        if judges.is_some_and(|it| !current(it.lease, it.generation)) {
            self.confirmed = self.verdict.take();
        }
        // The store has lost a verdict that it had confirmed.
        let lost = |it: &PendingVerdict| {
            let own = lease.is_some_and(|lease| lease.id == it.lease && lease.by == scene.me);
            own && known.generation == it.generation
        };
        if self.holding.is_none() && self.confirmed.as_ref().is_some_and(lost) {
            self.verdict = self.confirmed.take();
        }
    }

    /// Probes no more for the fleet: a half-open circuit goes on by itself.
    fn end_lease(&mut self) {
        if self.holding.take().is_some() {
            if let Some(breaker) = self.breaker() {
                breaker.fleet_is_gone();
                self.dirty = true;
            }
        }
    }

    /// The store does not know this circuit any more.
    pub(super) fn vanish(&mut self) {
        self.end_lease();
        self.verdict = None;
        self.known = None;
        self.want.reset();
        self.dirty = self.breaker.is_some();
    }

    /// The store has a new epoch: it has lost all votes, and perhaps the opening of this circuit.
    pub(super) fn begin_epoch(&mut self) {
        let was_open = self.known.as_ref().is_some_and(Known::is_open);
        self.ballot.begin_epoch(was_open);
        self.dirty = self.breaker.is_some();
    }

    /// This instance is alone: nothing of the fleet holds the circuit here any more (F10).
    pub(super) fn go_alone(&mut self) {
        self.end_lease();
        if let Some(breaker) = self.breaker().filter(|_| self.imposed) {
            breaker.fleet_is_gone();
        }
        self.want.reset();
        self.was_alone = true;
        self.dirty = self.breaker.is_some();
    }

    /// Tells the listeners what is new.
    fn tell(&mut self, known: &Known, scene: &mut Scene<'_>) {
        let (name, key) = split(&self.name);
        let heard = (scene.epoch, known.generation);
        let is_new = follows(heard, self.told);
        let is_open = known.phase == Phase::Open;
        if is_new && is_open {
            scene.events.push(FleetEvent::Opened {
                name: name.clone(),
                key: key.clone(),
                decided_here: known.by == scene.me,
                votes: known.votes.clone(),
                why: known.why.clone(),
            });
        } else if is_new && known.phase == Phase::Closed {
            scene.events.push(FleetEvent::Closed {
                name: name.clone(),
                key: key.clone(),
                by: known.by.clone(),
            });
        }
        if is_new {
            self.told = heard;
        }
        let lease = known.live_lease(scene.now);
        if let Some(lease) = lease.filter(|lease| is_open && lease.id > self.told_lease) {
            self.told_lease = lease.id;
            let by = lease.by.clone();
            scene.events.push(FleetEvent::Probing { name, key, by });
        }
    }
}

/// Returns whether a generation, after its epoch, is another one than `before` and not an older one of the same epoch.
fn follows((epoch, generation): (u64, u64), before: (u64, u64)) -> bool {
    if epoch == before.0 {
        generation > before.1
    } else {
        generation != before.1
    }
}
