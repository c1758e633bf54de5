//! Random batches, which know enough of the answers to get far.

use std::time::Duration;

use crate::fleet::{
    Answer, Answers, Batch, Contents, FleetOverride, Op, Order, OverrideKind, Verdict, Vote,
};

const MEMBERS: [&str; 4] = ["a#1", "b#2", "c#3", "watch#9"];
const NAMES: [&str; 4] = ["p", "mail\u{1f}tenant", "z\u{e9}", "*"];
const SECONDS: [u64; 8] = [0, 0, 0, 1, 2, 5, 16, 70];

pub(super) struct Draw {
    state: u64,
    epoch: u64,
    seq: u64,
    contents: Contents,
    leases: Vec<(String, u64)>,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            epoch: 0,
            seq: 0,
            contents: Contents::default(),
            leases: Vec::new(),
        }
    }

    /// A number below `end`. The generator is splitmix64.
    fn below(&mut self, end: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let index = self.below(from.len() as u64);
        &from[usize::try_from(index).expect("small")]
    }

    /// A later time, or now and then an earlier one: clocks of servers differ.
    pub(super) fn later(&mut self, now: u64) -> u64 {
        let step = *self.of(&SECONDS) * 1_000_000 + self.below(400_000);
        match self.below(40) {
            0 => now - step,
            1 => now + 4_000_000_000,
            2 => now,
            _ => now + step,
        }
    }

    /// Remembers what the last answers say.
    pub(super) fn learn(&mut self, batch: &Batch, answers: &Answers) {
        if self.below(4) > 0 {
            self.epoch = answers.epoch;
            self.seq = answers.seq;
        }
        if let Some(contents) = &answers.contents {
            self.contents.clone_from(contents);
        }
        for (op, answer) in batch.ops.iter().zip(&answers.answers) {
            if let (Op::Lease { name, .. }, Answer::Granted { lease }) = (op, answer) {
                self.leases.push((name.clone(), *lease));
            }
        }
    }

    /// A batch that leaves something in each key.
    pub(super) fn full(&mut self) -> Batch {
        let mut batch = self.batch();
        "a#1".clone_into(&mut batch.member);
        batch.observer = false;
        batch.ops = vec![
            Op::Vote(Vote {
                name: "p".to_owned(),
                generation: 0,
                rest: Duration::from_secs(10),
                period: Duration::from_secs(10),
                row: 1,
                at_least: 3,
                share: 0.0,
                why: "failures".to_owned(),
            }),
            Op::Steer {
                name: Some("q".to_owned()),
                order: Order::ForceOpen { ttl: None },
                actor: None,
                reason: None,
            },
        ];
        batch
    }

    pub(super) fn batch(&mut self) -> Batch {
        let member = *self.of(&MEMBERS);
        let count = self.below(4);
        Batch {
            member: member.to_owned(),
            observer: member.starts_with("watch"),
            member_ttl: Duration::from_secs(15),
            epoch: self.epoch,
            seq: (self.below(4) > 0).then_some(self.seq),
            nonce: self.below(u64::MAX),
            ops: (0..count).map(|_| self.op()).collect(),
        }
    }

    fn op(&mut self) -> Op {
        match self.below(20) {
            0..=6 => Op::Vote(self.vote()),
            7 => Op::Unvote { name: self.name() },
            8..=10 => self.lease(),
            11 => {
                let (name, lease) = self.known_lease();
                let ttl = self.seconds();
                Op::Renew { name, lease, ttl }
            }
            12 | 13 => {
                let (name, lease) = self.known_lease();
                let verdict = self.verdict();
                Op::Verdict {
                    name,
                    lease,
                    verdict,
                }
            }
            14..=16 => self.steer(),
            17 => Op::Again(self.again()),
            18 => Op::Members,
            _ => match self.below(3) {
                0 => Op::Leave,
                _ => Op::Members,
            },
        }
    }

    fn name(&mut self) -> String {
        match self.below(60) {
            0 => String::new(),
            1 => "x".repeat(257),
            _ => (*self.of(&NAMES)).to_owned(),
        }
    }

    fn seconds(&mut self) -> Duration {
        match self.below(30) {
            0 => Duration::MAX,
            1 => Duration::from_nanos(1_234_567_891),
            _ => Duration::from_secs(self.below(12)),
        }
    }

    fn generation(&mut self, name: &str) -> u64 {
        let known = self
            .contents
            .circuits
            .iter()
            .find(|circuit| circuit.name == name);
        let known = known.map_or(0, |circuit| circuit.generation);
        match self.below(12) {
            0 => 0,
            1 => known.saturating_sub(1),
            2 => known + self.below(1_000_000),
            3 if self.below(10) == 0 => u64::MAX,
            _ => known,
        }
    }

    fn vote(&mut self) -> Vote {
        let name = self.name();
        let period = self.seconds();
        Vote {
            generation: self.generation(&name),
            name,
            rest: if self.below(3) == 0 {
                self.seconds()
            } else {
                period
            },
            period,
            row: u32::try_from(self.below(u64::from(u32::MAX) + 1)).expect("32 bits"),
            at_least: u32::try_from(self.below(4)).expect("small"),
            share: *self.of(&[0.0, 0.0, 0.1, 0.5, 1.0, f64::NAN, -1.0]),
            why: (*self.of(&["failures_in_a_row", "slow_rate", "\u{1f600}\u{1f600}"])).to_owned(),
        }
    }

    fn lease(&mut self) -> Op {
        let name = self.name();
        Op::Lease {
            generation: self.generation(&name),
            name,
            ttl: self.seconds(),
        }
    }

    fn known_lease(&mut self) -> (String, u64) {
        match self.leases.last().cloned() {
            Some(lease) if self.below(6) > 0 => lease,
            _ => (self.name(), self.below(u64::MAX)),
        }
    }

    fn verdict(&mut self) -> Verdict {
        match self.below(4) {
            0 | 1 => Verdict::Closed,
            2 => Verdict::GivenBack,
            _ => Verdict::Open {
                rest: self.seconds(),
                period: self.seconds(),
                row: 7,
                why: "probes".to_owned(),
            },
        }
    }

    fn optional(&mut self, texts: [&str; 3]) -> Option<String> {
        let text = (*self.of(&texts)).to_owned();
        (self.below(2) == 0).then_some(text)
    }

    fn steer(&mut self) -> Op {
        let ttl = (self.below(2) == 0).then(|| self.seconds());
        let order = match self.below(6) {
            0 => Order::ForceOpen { ttl },
            1 => Order::ForceClosed { ttl },
            2 => Order::Clear,
            3 | 4 => Order::Trip {
                period: self.seconds(),
            },
            _ => Order::Reset,
        };
        Op::Steer {
            name: (self.below(5) > 0).then(|| self.name()),
            order,
            actor: self.optional(["jo", "", "+x"]),
            reason: self.optional(["maintenance", "\"quoted\" /", "-"]),
        }
    }

    fn again(&mut self) -> FleetOverride {
        if let Some(known) = self.contents.overrides.first().cloned() {
            if self.below(2) == 0 {
                let revision = known.revision + self.below(3);
                return FleetOverride { revision, ..known };
            }
        }
        FleetOverride {
            name: (self.below(5) > 0).then(|| self.name()),
            kind: *self.of(&[
                OverrideKind::Open,
                OverrideKind::Closed,
                OverrideKind::Cleared,
            ]),
            actor: self.optional(["jo", "", "+x"]),
            reason: self.optional(["maintenance", "a b|c", "-"]),
            age: self.seconds(),
            rest: (self.below(2) == 0).then(|| self.seconds()),
            revision: self.below(u64::MAX) >> self.below(30),
        }
    }
}
