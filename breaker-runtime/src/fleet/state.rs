//! The state of a fleet, as the store holds it, and how a batch changes it. It is pure: time goes in, and no clock is
//! read.
//!
//! This is the meaning of every store: the one in memory runs it, and the script in Redis is tested against it.

mod changes;
mod circuit;
mod leases;
mod overrides;
mod steer;
mod stored_override;
mod sweep;
mod terms;
mod votes;

use std::collections::BTreeMap;

use self::changes::Changes;
use self::circuit::StoredCircuit;
use self::stored_override::StoredOverride;
use self::terms::{Caller, SWEPT_EVERY, duration, micros, next};
use super::limits::{LARGEST, clean};
use super::store::{Answer, Answers, Batch, Contents, Heard, Op};

/// What a store holds of one fleet. All times are microseconds of the store's clock.
#[derive(Clone, Debug, Default)]
pub(crate) struct FleetState {
    /// Says when data was lost: whoever finds none makes a new one. 0 if there is none.
    epoch: u64,
    /// When the epoch began, or when the first member came after a time without any: since then members have been coming.
    born: u64,
    /// The number of the last change: the time of the change, or one more than the last if that is larger.
    seq: u64,
    /// The number of the last change that was published.
    told: u64,
    /// When the state was last swept.
    swept: u64,
    /// Until when each member counts as alive.
    members: BTreeMap<String, u64>,
    circuits: BTreeMap<String, StoredCircuit>,
    /// By the name of the circuit; the empty name is for all circuits.
    overrides: BTreeMap<String, StoredOverride>,
    /// How many members, circuits and overrides there were after the last batch. Other numbers mean that data was lost.
    counted: [usize; 3],
}

impl FleetState {
    /// Applies a batch at the time `now`, in microseconds, and returns the answers and what all listeners hear.
    pub(crate) fn apply(&mut self, batch: &Batch, now: u64) -> (Answers, Vec<Heard>) {
        let batch = &clean(batch);
        let mut changes = Changes::default();
        let mut caller = Caller {
            member: &batch.member,
            votes: !batch.observer,
            member_ttl: micros(batch.member_ttl),
            now: now.min(LARGEST),
        };
        self.begin(caller, batch.nonce, &mut changes);
        let mut answers = Vec::with_capacity(batch.ops.len());
        for op in &batch.ops {
            answers.push(self.answer(op, caller, &mut changes));
            caller.votes &= *op != Op::Leave;
        }
        let heard = self.publish(&changes, caller.now);
        self.counted = self.count();
        let known = batch.epoch == self.epoch && batch.seq.is_none_or(|seq| seq == self.seq);
        let answers = Answers {
            epoch: self.epoch,
            age: duration(self.age(caller.now)),
            seq: self.seq,
            live: self.live(),
            contents: (!known).then(|| self.contents(caller.now)),
            answers,
        };
        (answers, heard)
    }

    /// Loses all data. The next batch finds that out and begins an epoch.
    pub(crate) fn lose_data(&mut self) {
        *self = Self {
            epoch: self.epoch,
            counted: [usize::MAX; 3],
            ..Self::default()
        };
    }

    /// Returns what a listener hears that has missed changes.
    pub(crate) fn gap(&self) -> Heard {
        Heard::Gap {
            epoch: self.epoch,
            seq: self.seq,
        }
    }

    /// Finds lost data, and says that the caller is alive and that the dead are not.
    fn begin(&mut self, caller: Caller<'_>, nonce: u64, changes: &mut Changes) {
        let now = caller.now;
        if self.epoch == 0 || self.counted != self.count() {
            self.begin_epoch(nonce, now);
        }
        self.born = self.born.min(now);
        self.members.retain(|_, until| *until > now);
        if caller.votes {
            if self.members.is_empty() {
                self.born = now;
            }
            let until = now + caller.member_ttl;
            let alive = self.members.entry(caller.member.to_owned()).or_default();
            *alive = until.max(*alive);
        }
        if now >= self.swept.saturating_add(SWEPT_EVERY) || now < self.swept {
            self.sweep(caller, changes);
        }
    }

    /// Begins a new epoch. Votes of before are dropped, because all members say theirs again.
    fn begin_epoch(&mut self, nonce: u64, now: u64) {
        let epoch = (now + nonce % 1_000).max(1);
        self.epoch = epoch + u64::from(epoch == self.epoch);
        self.born = now;
        self.seq = next(self.seq, now);
        self.told = 0;
        self.drop_votes();
    }

    fn answer(&mut self, op: &Op, caller: Caller<'_>, changes: &mut Changes) -> Answer {
        match op {
            Op::Vote(vote) => self.vote(vote, caller, changes),
            Op::Unvote { name } => self.unvote(name, caller, changes),
            Op::Lease {
                name,
                generation,
                ttl,
            } => self.lease(name, *generation, micros(*ttl), caller, changes),
            Op::Renew { name, lease, ttl } => {
                self.renew(name, *lease, micros(*ttl), caller, changes)
            }
            Op::Verdict {
                name,
                lease,
                verdict,
            } => self.verdict(name, *lease, verdict, caller, changes),
            Op::Steer {
                name,
                order,
                actor,
                reason,
            } => {
                let why = (actor.as_deref(), reason.as_deref());
                self.steer(name.as_deref(), order, why, caller, changes)
            }
            Op::Again(forced) => self.again(forced, caller, changes),
            Op::Members => self.heard_members(caller),
            Op::Leave => self.leave(caller, changes),
        }
    }

    fn heard_members(&self, caller: Caller<'_>) -> Answer {
        let latest = caller.now + caller.member_ttl;
        let ago = |until: u64| duration(latest.saturating_sub(until));
        let members = self.members.iter();
        Answer::Members(
            members
                .map(|(member, until)| (member.clone(), ago(*until)))
                .collect(),
        )
    }

    fn leave(&mut self, caller: Caller<'_>, changes: &mut Changes) -> Answer {
        if !caller.votes {
            return Answer::Invalid;
        }
        self.members.remove(caller.member);
        self.drop_member(caller, changes);
        Answer::Done
    }

    /// Returns all that the store holds.
    pub(crate) fn contents(&self, now: u64) -> Contents {
        let circuits = self.circuits.iter();
        let overrides = self.overrides.iter();
        Contents {
            circuits: circuits
                .map(|(name, circuit)| circuit.seen(name, now))
                .collect(),
            overrides: overrides
                .filter_map(|(name, forced)| forced.seen(name, now))
                .collect(),
        }
    }

    /// Numbers the changes of a batch, and returns what the listeners hear.
    fn publish(&mut self, changes: &Changes, now: u64) -> Vec<Heard> {
        let mut heard = Vec::new();
        for (name, opened) in &changes.circuits {
            let Some(stored) = self.circuits.get(name) else {
                continue;
            };
            let mut circuit = stored.seen(name, now);
            if !opened {
                circuit.votes.clear();
            }
            let (before, told) = (self.seq, self.told);
            self.seq = next(before, now);
            self.told = self.seq;
            heard.push(Heard::Changed {
                epoch: self.epoch,
                before,
                told,
                seq: self.seq,
                circuit,
            });
        }
        if changes.overrides {
            self.seq = next(self.seq, now);
            self.told = self.seq;
            heard.push(self.gap());
        }
        if heard.is_empty() && changes.quiet {
            self.seq = next(self.seq, now);
        }
        heard
    }

    fn age(&self, now: u64) -> u64 {
        now.saturating_sub(self.born)
    }

    fn live(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    fn count(&self) -> [usize; 3] {
        [
            self.members.len(),
            self.circuits.len(),
            self.overrides.len(),
        ]
    }
}

#[cfg(test)]
mod tests;
