//! What the answers of the store mean for a circuit.

use std::time::Duration;

use super::circuit::{Circuit, HOLD};
use super::holding::{Finding, Holding, PendingVerdict};
use super::known::{Known, KnownLease, LONGEST};
use super::scene::{Scene, Sent};
use crate::fleet::store::{self, Answer, Phase};
use crate::machine::Standing;
use crate::time::Tick;
use crate::values::printable;

impl Circuit {
    /// Takes notice of the answer to an operation that was sent at `sent`.
    pub(super) fn answered(&mut self, what: &Sent, answer: Answer, sent: Tick, scene: &Scene<'_>) {
        match (what, answer) {
            (Sent::Vote(_), Answer::Voted { votes: _, needed }) => self.voted(needed, scene),
            (Sent::Vote(_), Answer::Stale) => {
                let generation = self.generation(scene.epoch);
                self.ballot.is_stale(generation);
            }
            (Sent::Unvote(_), _) => self.ballot.revoked(),
            (Sent::Lease(_), Answer::Granted { lease }) => self.granted(lease, sent, scene),
            (Sent::Lease(_), Answer::Taken { by, rest }) => {
                let until = scene.now.after(rest);
                if let (Some(known), Some(breaker)) = (&mut self.known, self.breaker.as_ref()) {
                    if let Some(breaker) = breaker.upgrade() {
                        breaker.fleet_probes_elsewhere(rest);
                    }
                    let id = known.lease.as_ref().map_or(0, |lease| lease.id);
                    let by = printable(&by, LONGEST);
                    known.lease = Some(KnownLease { id, by, until });
                }
                self.want.reset();
            }
            (Sent::Lease(_), Answer::NotYet { rest }) => {
                if let Some(known) = &mut self.known {
                    known.until = known.until.max(scene.now.after(rest));
                }
                self.want.reset();
            }
            (Sent::Lease(_), _) => self.want.yield_until(scene.now.after(HOLD / 3)),
            (Sent::Renewal(_), Answer::Done) => self.renewed(sent, scene.now),
            (Sent::Renewal(_), _) => self.lose_lease(),
            (Sent::Verdict(_), answer) => {
                let verdict = self.verdict.take();
                self.dirty = self.breaker.is_some();
                if answer == Answer::Done {
                    self.confirmed = verdict;
                } else if matches!(verdict, Some(it) if matches!(it.finding, Finding::Closed)) {
                    self.proof =
                        self.known.as_ref().is_some_and(Known::is_open) && self.is_closed_here();
                }
            }
            (Sent::Vote(_) | Sent::Unanswered | Sent::Request(_), _) => {}
        }
    }

    /// The store has the vote of this instance. The votes of others come with the next contents, and an opening is pushed.
    fn voted(&mut self, needed: u32, scene: &Scene<'_>) {
        let is_judged = self.known.as_ref().is_some_and(Known::is_open) || !self.ballot.is_said();
        if is_judged {
            if let Some(known) = &mut self.known {
                known.needed = needed;
            }
            return;
        }
        let voting = |known: &&Known| known.phase == Phase::Voting;
        let known = self.known.as_ref().filter(voting);
        let mut votes = known.map_or_else(Vec::new, |known| known.votes.clone());
        if !votes.iter().any(|vote| vote == scene.me) {
            votes.push(scene.me.to_owned());
            votes.sort();
        }
        let circuit = store::Circuit {
            name: self.name.clone(),
            phase: Phase::Voting,
            generation: self.generation(scene.epoch),
            rest: Duration::ZERO,
            period: Duration::ZERO,
            row: 0,
            why: String::new(),
            by: String::new(),
            lease: None,
            votes,
            needed,
        };
        self.known = Some(Known::new(circuit, known, scene.now, scene.wall));
    }

    /// The store has granted the lease that was asked for at `sent`.
    fn granted(&mut self, lease: u64, sent: Tick, scene: &Scene<'_>) {
        let (Some(known), Some(breaker)) = (&self.known, self.breaker()) else {
            return;
        };
        let holding = Holding::new(lease, known.generation, sent, scene.now);
        let reading = breaker.fleet_reading();
        let finding = if reading.standing == Standing::Closed {
            if self.corrects(scene.epoch) {
                Finding::Closed
            } else {
                Finding::GivenBack
            }
        } else if known.is_open() && breaker.fleet_lease(holding.until, known.row) {
            self.holding = Some(holding);
            self.want.reset();
            self.dirty = true;
            return;
        } else {
            Finding::GivenBack
        };
        self.verdict = Some(PendingVerdict::new(&holding, finding));
    }

    /// The store has prolonged the lease, as was asked for at `sent`.
    fn renewed(&mut self, sent: Tick, now: Tick) {
        let (Some(breaker), Some(holding)) = (self.breaker(), self.holding.as_mut()) else {
            return;
        };
        holding.renewed(sent);
        let row = self.known.as_ref().map_or(1, |known| known.row);
        if now < holding.until {
            breaker.fleet_lease(holding.until, row);
        }
        self.dirty = true;
    }
}
