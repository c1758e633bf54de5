//! The server: the state of the fleet, and the faults of a server.

use std::collections::VecDeque;

use super::clock::{Now, S};
use crate::fleet::state::FleetState;
use crate::fleet::store::{Answers, Batch, Circuit, Contents, Heard, Op};

/// What the server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    Up,
    /// It accepts nothing; connections are reset.
    Down,
    /// It reads nothing, and its connections stay.
    Hangs,
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) state: FleetState,
    pub(super) health: Health,
    /// How far its clock is ahead, in microseconds.
    pub(super) skew: i64,
    /// The states before the last batches, for a failover that forgets them; empty unless one is planned.
    past: VecDeque<FleetState>,
    pub(super) remembers: bool,
    /// Batches that wait for a server that hangs, with their instance, its life and their number.
    pub(super) waiting: Vec<(usize, u32, u64, Batch)>,
    /// When batches were applied.
    pub(super) scripts: Vec<Now>,
    /// How many changes were published, and how often members have asked for a lease.
    pub(super) published: usize,
    pub(super) leases_asked: usize,
    /// How often the timeline of the server was cut, and when it was last.
    pub(super) losses: u32,
    pub(super) lost_at: Option<Now>,
}

/// How many batches a failover can forget.
const PAST: usize = 8;

impl Server {
    pub(super) fn new() -> Self {
        Self {
            state: FleetState::default(),
            health: Health::Up,
            skew: 0,
            past: VecDeque::new(),
            remembers: false,
            waiting: Vec::new(),
            scripts: Vec::new(),
            published: 0,
            leases_asked: 0,
            losses: 0,
            lost_at: None,
        }
    }

    pub(super) fn apply(&mut self, batch: &Batch, now: Now) -> (Answers, Vec<Heard>) {
        self.scripts.push(now);
        let asks = |op: &&Op| matches!(op, Op::Lease { .. });
        self.leases_asked += batch.ops.iter().filter(asks).count();
        if self.remembers {
            self.past.push_back(self.state.clone());
            if self.past.len() > PAST {
                self.past.pop_front();
            }
        }
        let time = self.time(now);
        let (answers, heard) = self.state.apply(batch, time);
        self.published += heard.len();
        (answers, heard)
    }

    fn time(&self, now: Now) -> u64 {
        (1_800_000_000 * 1_000_000 + now / 1_000).saturating_add_signed(self.skew)
    }

    pub(super) fn contents(&self, now: Now) -> Contents {
        self.state.contents(self.time(now))
    }

    /// A replica takes over that has not heard of the last batches, and whose clock is off.
    pub(super) fn fail_over(&mut self, lost: usize, skew: i64, now: Now) {
        let kept = self.past.len().saturating_sub(lost);
        if let Some(state) = self.past.drain(kept..).next() {
            self.state = state;
        }
        self.skew = skew;
        self.cut(now);
    }

    pub(super) fn lose_data(&mut self, now: Now) {
        self.state.lose_data();
        self.past.clear();
        self.cut(now);
    }

    fn cut(&mut self, now: Now) {
        self.losses += 1;
        self.lost_at = Some(now);
    }

    /// Returns a circuit as the server holds it.
    pub(super) fn circuit(&self, name: &str, now: Now) -> Option<Circuit> {
        let circuits = self.contents(now).circuits;
        circuits.into_iter().find(|circuit| circuit.name == name)
    }

    /// Returns whether a lease of a lost timeline may still be in force.
    pub(super) fn has_just_lost(&self, now: Now) -> bool {
        self.lost_at.is_some_and(|lost| now < lost + 6 * S)
    }
}
