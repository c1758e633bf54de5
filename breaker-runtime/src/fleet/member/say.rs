//! What an instance says about a circuit, and when (F2, F6, F7).

use std::time::Duration;

use super::circuit::{Circuit, HOLD};
use super::holding::{Finding, Holding, LEASE, PendingVerdict};
use super::known::Known;
use super::scene::{Ops, Scene, Sent};
use super::want::Traffic;
use crate::fleet::store::Op;
use crate::machine::Standing;
use crate::time::Tick;

impl Circuit {
    /// Reads the breaker, and adds what has to be said now.
    pub(super) fn step(&mut self, scene: &mut Scene<'_>, ops: &mut Ops) {
        self.read(scene);
        self.share_own(scene);
        self.say_verdict(scene.now, ops);
        self.say_vote(scene, ops);
        self.say_lease(scene, ops);
    }

    fn say_verdict(&mut self, now: Tick, ops: &mut Ops) {
        if let Some(verdict) = &self.verdict {
            ops.push(
                verdict.op(&self.name, now),
                Sent::Verdict(self.name.clone()),
            );
        }
    }

    fn say_vote(&mut self, scene: &Scene<'_>, ops: &mut Ops) {
        if scene.observer {
            return;
        }
        if self.ballot.is_revoked(scene.now) {
            let name = self.name.clone();
            ops.push(Op::Unvote { name }, Sent::Unvote(self.name.clone()));
            return;
        }
        // A fleet that is open needs no votes.
        let is_open = self.known.as_ref().is_some_and(Known::is_open);
        let Some(reading) = self.reading.as_ref().filter(|_| !is_open) else {
            return;
        };
        if self.ballot.is_urgent(reading.generation, scene.now) {
            let generation = self.generation(scene.epoch);
            let (quorum, now) = (scene.quorum, scene.now);
            let vote = self
                .ballot
                .say(&self.name, generation, reading, quorum, now);
            if let Some(vote) = vote {
                ops.push(Op::Vote(vote), Sent::Vote(self.name.clone()));
            }
        }
    }

    fn say_lease(&mut self, scene: &mut Scene<'_>, ops: &mut Ops) {
        let now = scene.now;
        let name = self.name.clone();
        if let Some(holding) = &self.holding {
            self.want.reset();
            if holding.is_stuck(now) {
                let verdict = PendingVerdict::new(holding, Finding::GivenBack);
                self.verdict = Some(verdict);
                self.lose_lease();
                self.want.yield_until(now.after(LEASE / 2));
                self.say_verdict(now, ops);
            } else if holding.wants_renewal(now) {
                let (lease, ttl) = (holding.lease, LEASE);
                ops.push(
                    Op::Renew { name, lease, ttl },
                    Sent::Renewal(self.name.clone()),
                );
            }
            return;
        }
        let Some((traffic, generation)) = self.traffic(scene) else {
            return self.want.reset();
        };
        self.want.look(traffic, scene.random);
        if self.want.is_due(now) {
            self.want.asked();
            let op = Op::Lease {
                name,
                generation,
                ttl: LEASE,
            };
            ops.push(op, Sent::Lease(self.name.clone()));
        }
    }

    /// Returns what the decision to probe depends on, if this instance may probe at all.
    fn traffic(&self, scene: &Scene<'_>) -> Option<(Traffic, u64)> {
        let known = self.known.as_ref().filter(|known| known.is_open())?;
        let reading = self.reading.as_ref()?;
        if scene.observer || !scene.joined || self.verdict.is_some() {
            return None;
        }
        let corrects = self.corrects(scene.epoch);
        if scene.live <= 1 && !self.imposed && !corrects {
            return None;
        }
        let (rest, probes) = match reading.standing {
            Standing::Closed if !corrects => return None,
            Standing::Closed => (Duration::ZERO, false),
            Standing::Open { rest, .. } => (rest, false),
            Standing::HalfOpen { ended, .. } => (Duration::ZERO, ended > 0),
        };
        let mut free_from = known.free_from(scene.now);
        if rest > Duration::ZERO {
            free_from = free_from.max(scene.now.after(rest));
        }
        let traffic = Traffic {
            now: scene.now,
            free_from,
            rejected: reading.rejected,
            probes,
            corrects,
            votes: known.votes.iter().any(|vote| vote == scene.me),
            live: scene.live,
        };
        Some((traffic, known.generation))
    }

    /// Probes no more: the circuit waits for another member.
    pub(super) fn lose_lease(&mut self) {
        if self.holding.take().is_some() {
            if let Some(breaker) = self.breaker() {
                breaker.fleet_recalls(HOLD);
                self.dirty = true;
            }
        }
    }

    /// Returns when this circuit needs a step, unless something happens before; `None` for the next beat.
    pub(super) fn next(&self, scene: &Scene<'_>) -> Option<Tick> {
        let now = scene.now;
        let due = |due: bool| due.then_some(now);
        let machine = self.reading.as_ref().map(|reading| reading.generation);
        let is_open = self.known.as_ref().is_some_and(Known::is_open);
        let votes = !scene.observer && !is_open;
        let urgent = machine.is_some_and(|it| self.ballot.is_urgent(it, now));
        [
            due(self.dirty || self.verdict.is_some()),
            due(!scene.observer && self.ballot.is_revoked(now)),
            due(votes && urgent),
            self.ballot.bar_ends(now),
            self.holding.as_ref().map(Holding::next),
            self.want.next(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Returns the last generation that this instance knows, for its vote.
    pub(super) fn generation(&self, epoch: u64) -> u64 {
        let applied = self.applied.filter(|(of, _)| *of == epoch);
        let known = self.known.as_ref().map_or(0, |known| known.generation);
        applied.map_or(0, |(_, generation)| generation).max(known)
    }
}
