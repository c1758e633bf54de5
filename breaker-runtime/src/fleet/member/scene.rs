//! What all circuits of a member share at one instant, and the batch that they fill.

use std::time::SystemTime;

use super::random::Random;
use crate::fleet::event::FleetEvent;
use crate::fleet::quorum::Quorum;
use crate::fleet::store::Op;
use crate::time::Tick;

/// What all circuits of a member share at one instant.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) now: Tick,
    pub(super) wall: SystemTime,
    pub(super) me: &'a str,
    pub(super) observer: bool,
    pub(super) quorum: Quorum,
    /// The epoch of the store; 0 if this instance has not heard of one.
    pub(super) epoch: u64,
    pub(super) live: u32,
    /// Whether the store answers.
    pub(super) joined: bool,
    #[cfg(test)]
    pub(super) declines: bool,
    pub(super) random: &'a mut Random,
    pub(super) events: &'a mut Vec<FleetEvent>,
}

/// The most operations of a batch; the others follow in the next one.
const MOST: usize = 500;

/// The operations of a batch, and what to do with the answer to each.
#[derive(Debug, Default)]
pub(super) struct Ops {
    pub(super) ops: Vec<Op>,
    pub(super) sent: Vec<Sent>,
}

/// What an answer belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Vote(String),
    Unvote(String),
    Lease(String),
    Renewal(String),
    Verdict(String),
    /// An override that is said again, or a departure: the answer does not matter.
    Unanswered,
    Request(u64),
}

impl Ops {
    pub(super) fn push(&mut self, op: Op, sent: Sent) {
        self.ops.push(op);
        self.sent.push(sent);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    pub(super) fn are_votes(&self) -> bool {
        self.ops.iter().all(|op| matches!(op, Op::Vote(_)))
    }

    pub(super) fn is_full(&self) -> bool {
        self.ops.len() >= MOST
    }
}
