//! Votes, and how they open a circuit.

use std::collections::BTreeMap;

use super::FleetState;
use super::changes::Changes;
use super::circuit::{Opening, Stage, StoredCircuit, StoredVote};
use super::terms::{Caller, micros, seen};
use crate::fleet::limits::{is_name, parts_per_million, votes_needed};
use crate::fleet::store::{Answer, Vote};

impl FleetState {
    /// Stores a vote, and opens the circuit if there are enough.
    pub(super) fn vote(
        &mut self,
        vote: &Vote,
        caller: Caller<'_>,
        changes: &mut Changes,
    ) -> Answer {
        if !caller.votes || !is_name(&vote.name) {
            return Answer::Invalid;
        }
        let needed = votes_needed(self.live(), vote.at_least, vote.share);
        // Members that have lost touch with the store come back within the life of a membership.
        let alone_suffices = vote.at_least == 1 && parts_per_million(vote.share) == 0;
        let judged = alone_suffices || self.age(caller.now) >= caller.member_ttl;
        let generation = seen(vote.generation, caller.now);
        let stored = self.circuits.entry(vote.name.clone());
        let circuit = stored.or_insert_with(|| StoredCircuit::new(generation));
        if circuit.generation > generation && !matches!(circuit.stage, Stage::Open(_)) {
            return Answer::Stale;
        }
        let Some(votes) = circuit.open_to_votes(generation) else {
            return circuit.voted(caller.now);
        };
        let is_known = is_live(votes.get(caller.member), caller.now);
        let others = live_votes(votes, caller.now) - u32::from(is_known);
        // More votes than needed, which come while no quorum is judged, are not stored.
        let is_stored = is_known || others < needed;
        if is_stored {
            votes.insert(caller.member.to_owned(), StoredVote::new(vote, caller));
        }
        let is_raised = circuit.generation < generation;
        changes.quiet |= is_stored && !is_known || is_raised || circuit.needed != needed;
        circuit.needed = needed;
        circuit.generation = circuit.generation.max(generation);
        circuit.last = circuit.last.max(generation);
        let answer = circuit.voted(caller.now);
        if judged && matches!(answer, Answer::Voted { votes, needed } if votes >= needed) {
            circuit.open_by_votes(caller);
            changes.note_opened(&vote.name);
        }
        answer
    }

    /// Takes a vote back, if the circuit has not opened by it.
    pub(super) fn unvote(
        &mut self,
        name: &str,
        caller: Caller<'_>,
        changes: &mut Changes,
    ) -> Answer {
        if !caller.votes || !is_name(name) {
            return Answer::Invalid;
        }
        if let Some(circuit) = self.circuits.get_mut(name) {
            changes.quiet |= circuit.drop_vote(caller.member);
            if circuit.is_without_votes() {
                self.circuits.remove(name);
            }
        }
        Answer::Done
    }

    /// Drops the votes and the leases of a member that leaves.
    pub(super) fn drop_member(&mut self, caller: Caller<'_>, changes: &mut Changes) {
        self.circuits.retain(|name, circuit| {
            changes.quiet |= circuit.drop_vote(caller.member);
            if circuit.drop_lease(caller) {
                changes.note(name);
            }
            !circuit.is_without_votes()
        });
    }

    /// Drops all votes, also those that have opened circuits.
    pub(super) fn drop_votes(&mut self) {
        self.circuits.retain(|_, circuit| {
            if let Stage::Open(opening) = &mut circuit.stage {
                opening.votes.clear();
            }
            !matches!(circuit.stage, Stage::Voting(_))
        });
    }
}

impl StoredCircuit {
    /// Returns the votes if the circuit can be opened by votes of members that have applied `generation`.
    ///
    /// A closed circuit begins to count. So does an open one of an earlier generation: the store has lost what came
    /// after it.
    fn open_to_votes(&mut self, generation: u64) -> Option<&mut BTreeMap<String, StoredVote>> {
        let begins = match &self.stage {
            Stage::Voting(_) => false,
            Stage::Open(_) => self.generation < generation,
            Stage::Closed { .. } => true,
        };
        if begins {
            self.stage = Stage::Voting(BTreeMap::new());
            self.by.clear();
        }
        match &mut self.stage {
            Stage::Voting(votes) => Some(votes),
            Stage::Open(_) | Stage::Closed { .. } => None,
        }
    }

    fn voted(&self, now: u64) -> Answer {
        let votes = match &self.stage {
            Stage::Voting(votes) => votes.values().filter(|vote| vote.expires > now).count(),
            Stage::Open(opening) => opening.votes.len(),
            Stage::Closed { .. } => 0,
        };
        Answer::Voted {
            votes: u32::try_from(votes).unwrap_or(u32::MAX),
            needed: self.needed,
        }
    }

    /// Opens the circuit for the longest rest among the live votes.
    fn open_by_votes(&mut self, caller: Caller<'_>) {
        let Stage::Voting(votes) = &self.stage else {
            return;
        };
        let live = || votes.iter().filter(|(_, vote)| vote.expires > caller.now);
        // Of equal ends, that of the first member: `max_by_key` returns the last.
        let Some((_, longest)) = live().rev().max_by_key(|(_, vote)| vote.until) else {
            return;
        };
        let opening = Opening {
            until: longest.until.max(caller.now),
            period: longest.period,
            row: live().map(|(_, vote)| vote.row).max().unwrap_or_default(),
            why: longest.why.clone(),
            votes: live().map(|(member, _)| member.clone()).collect(),
            lease: None,
        };
        self.begin(Stage::Open(opening), caller.member, caller.now);
    }

    /// Drops the vote of a member from a circuit that has not opened, and returns whether there was one.
    fn drop_vote(&mut self, member: &str) -> bool {
        match &mut self.stage {
            Stage::Voting(votes) => votes.remove(member).is_some(),
            Stage::Open(_) | Stage::Closed { .. } => false,
        }
    }

    /// Returns whether nobody votes, so that nothing has to be kept.
    pub(super) fn is_without_votes(&self) -> bool {
        matches!(&self.stage, Stage::Voting(votes) if votes.is_empty())
    }
}

impl StoredVote {
    fn new(vote: &Vote, caller: Caller<'_>) -> Self {
        Self {
            until: caller.now + micros(vote.rest),
            period: micros(vote.period),
            row: vote.row,
            why: vote.why.clone(),
            expires: caller.now + caller.member_ttl,
        }
    }
}

fn live_votes(votes: &BTreeMap<String, StoredVote>, now: u64) -> u32 {
    let live = votes.values().filter(|vote| is_live(Some(vote), now));
    u32::try_from(live.count()).unwrap_or(u32::MAX)
}

fn is_live(vote: Option<&StoredVote>, now: u64) -> bool {
    vote.is_some_and(|vote| vote.expires > now)
}
