use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::fleet::store::{Circuit, FleetOverride, Order, OverrideKind, Phase, Verdict, Vote};

mod properties;
mod steering;

const S: u64 = 1_000_000;
/// When the tests begin.
const START: u64 = 1_800_000_000 * S;

/// A store, its clock, and what each member has applied.
struct Store {
    state: FleetState,
    now: u64,
    heard: Vec<Heard>,
    applied: BTreeMap<String, (u64, u64)>,
}

impl Store {
    /// A store with these members, old enough to judge a quorum.
    fn of(members: &[&str]) -> Self {
        let mut store = Self::new();
        for _ in 0..4 {
            for member in members {
                store.beat(member);
            }
            store.pass(5 * S);
        }
        for member in members {
            store.beat(member);
        }
        store.heard.clear();
        store
    }

    fn new() -> Self {
        Self {
            state: FleetState::default(),
            now: START,
            heard: Vec::new(),
            applied: BTreeMap::new(),
        }
    }

    fn pass(&mut self, micros: u64) {
        self.now += micros;
    }

    fn send(&mut self, batch: &Batch) -> Answers {
        let (answers, heard) = self.state.apply(batch, self.now);
        self.heard.extend(heard);
        self.applied
            .insert(batch.member.clone(), (answers.epoch, answers.seq));
        answers
    }

    fn batch(&self, member: &str, ops: Vec<Op>) -> Batch {
        let (epoch, seq) = self.applied.get(member).copied().unwrap_or_default();
        Batch {
            member: member.to_owned(),
            observer: false,
            member_ttl: Duration::from_secs(15),
            epoch,
            seq: Some(seq),
            nonce: 7,
            ops,
        }
    }

    fn beat(&mut self, member: &str) -> Answers {
        self.send(&self.batch(member, Vec::new()))
    }

    /// Does one operation and returns its answer.
    fn ask(&mut self, member: &str, op: Op) -> Answer {
        let mut answers = self.send(&self.batch(member, vec![op]));
        answers.answers.remove(0)
    }

    fn observe(&mut self, op: Op) -> Answer {
        let batch = Batch {
            observer: true,
            ..self.batch("cli#1", vec![op])
        };
        self.send(&batch).answers.remove(0)
    }

    fn circuit(&self) -> Option<Circuit> {
        let mut circuits = self.state.contents(self.now).circuits;
        assert!(circuits.len() <= 1);
        circuits.pop()
    }

    fn phase(&self) -> Option<Phase> {
        self.circuit().map(|circuit| circuit.phase)
    }

    fn generation(&self) -> u64 {
        self.circuit().map_or(0, |circuit| circuit.generation)
    }

    /// A vote of a member that has applied the present generation.
    fn vote(&mut self, member: &str) -> Answer {
        let vote = vote(self.generation());
        self.ask(member, Op::Vote(vote))
    }

    fn lease(&mut self, member: &str) -> Answer {
        let lease = lease(self.generation());
        self.ask(member, lease)
    }

    fn granted(&mut self, member: &str) -> u64 {
        match self.lease(member) {
            Answer::Granted { lease } => lease,
            other => panic!("not granted: {other:?}"),
        }
    }

    /// A store of three members, of which two have opened the circuit.
    fn open() -> Self {
        let mut store = Self::of(&["a", "b", "c"]);
        store.vote("a");
        store.vote("b");
        store.heard.clear();
        store
    }

    /// The same after the period, which all have lived through.
    fn waiting() -> Self {
        let mut store = Self::open();
        for _ in 0..6 {
            store.pass(5 * S);
            for member in ["a", "b", "c"] {
                store.beat(member);
            }
        }
        store.heard.clear();
        store
    }
}

fn vote(generation: u64) -> Vote {
    Vote {
        name: "p".to_owned(),
        generation,
        rest: Duration::from_secs(30),
        period: Duration::from_secs(30),
        row: 1,
        at_least: 2,
        share: 0.1,
        why: "failures_in_a_row".to_owned(),
    }
}

fn unvote() -> Op {
    Op::Unvote {
        name: "p".to_owned(),
    }
}

fn lease(generation: u64) -> Op {
    Op::Lease {
        name: "p".to_owned(),
        generation,
        ttl: Duration::from_secs(5),
    }
}

fn renew(lease: u64) -> Op {
    Op::Renew {
        name: "p".to_owned(),
        lease,
        ttl: Duration::from_secs(5),
    }
}

fn verdict(lease: u64, verdict: Verdict) -> Op {
    Op::Verdict {
        name: "p".to_owned(),
        lease,
        verdict,
    }
}

fn failed() -> Verdict {
    Verdict::Open {
        rest: Duration::from_secs(60),
        period: Duration::from_secs(60),
        row: 2,
        why: "probe_failed".to_owned(),
    }
}

const fn voted(votes: u32, needed: u32) -> Answer {
    Answer::Voted { votes, needed }
}

#[test]
fn f2_a_vote_ends_with_its_member_or_when_it_is_not_said_again() {
    let mut store = Store::of(&["a", "b", "c"]);
    assert_eq!(store.vote("a"), voted(1, 2));
    store.pass(14 * S);
    store.beat("b");
    store.beat("a");
    assert_eq!(
        store.circuit().map(|circuit| circuit.votes),
        Some(vec!["a".to_owned()])
    );
    store.pass(S);
    assert_eq!(store.vote("b"), voted(1, 2));
    assert_eq!(store.phase(), Some(Phase::Voting));
}

#[test]
fn f2_a_vote_that_is_taken_back_leaves_nothing() {
    let mut store = Store::of(&["a", "b"]);
    store.vote("a");
    assert_eq!(store.ask("a", unvote()), Answer::Done);
    assert_eq!(store.circuit(), None);
    assert_eq!(store.ask("a", unvote()), Answer::Done);
}

#[test]
fn f3_enough_votes_open_the_circuit_for_the_longest_rest() {
    let mut store = Store::of(&["a", "b", "c"]);
    let waits = Vote {
        rest: Duration::from_secs(120),
        period: Duration::from_secs(120),
        row: 3,
        why: "max_failures".to_owned(),
        ..vote(0)
    };
    assert_eq!(store.ask("b", Op::Vote(waits)), voted(1, 2));
    for member in ["a", "b", "c", "a", "b", "c"] {
        store.pass(20 * S / 6);
        store.beat(member);
    }
    store.now = START + 40 * S;
    let waits = Vote {
        rest: Duration::from_secs(100),
        period: Duration::from_secs(120),
        row: 3,
        why: "max_failures".to_owned(),
        ..vote(0)
    };
    assert_eq!(store.ask("b", Op::Vote(waits)), voted(1, 2));
    store.heard.clear();
    let before = store.state.seq;
    assert_eq!(store.vote("a"), voted(2, 2));
    let open = Circuit {
        name: "p".to_owned(),
        phase: Phase::Open,
        generation: store.now,
        rest: Duration::from_secs(100),
        period: Duration::from_secs(120),
        row: 3,
        why: "max_failures".to_owned(),
        by: "a".to_owned(),
        lease: None,
        votes: vec!["a".to_owned(), "b".to_owned()],
        needed: 2,
    };
    assert_eq!(store.circuit(), Some(open.clone()));
    let heard = Heard::Changed {
        epoch: store.state.epoch,
        before,
        told: 0,
        seq: store.state.seq,
        circuit: open,
    };
    assert_eq!(store.heard, [heard]);
}

#[test]
fn f3_no_quorum_is_judged_in_a_young_epoch_and_more_votes_than_needed_are_not_stored() {
    let mut store = Store::new();
    for member in ["a", "b", "c"] {
        store.beat(member);
    }
    assert_eq!(store.vote("a"), voted(1, 2));
    assert_eq!(store.vote("b"), voted(2, 2));
    assert_eq!(store.vote("c"), voted(2, 2));
    assert_eq!(store.phase(), Some(Phase::Voting));
    for _ in 0..2 {
        store.pass(5 * S);
        store.vote("a");
        store.vote("b");
    }
    assert_eq!(store.phase(), Some(Phase::Voting));
    store.pass(5 * S);
    assert_eq!(store.vote("b"), voted(2, 2));
    assert_eq!(store.phase(), Some(Phase::Open));
}

#[test]
fn f3_a_quorum_of_one_needs_no_age_unless_it_also_needs_a_share() {
    for (share, phase) in [(0.0, Phase::Open), (0.1, Phase::Voting)] {
        let mut store = Store::new();
        let one = Vote {
            at_least: 1,
            share,
            ..vote(0)
        };
        assert_eq!(store.ask("a", Op::Vote(one)), voted(1, 1));
        assert_eq!(store.phase(), Some(phase));
    }
}

#[test]
fn f3_the_first_that_comes_back_after_a_hung_store_does_not_open_the_fleet_alone() {
    let mut store = Store::of(&["a", "b", "c"]);
    store.pass(20 * S);
    assert_eq!(store.vote("a"), voted(1, 1));
    assert_eq!(store.phase(), Some(Phase::Voting));
    store.beat("b");
    assert_eq!(store.vote("a"), voted(1, 2));
}

#[test]
fn f3_an_observer_is_no_member_and_has_no_vote() {
    let mut store = Store::of(&["a"]);
    for op in [Op::Vote(vote(0)), unvote(), lease(0), renew(1), Op::Leave] {
        assert_eq!(store.observe(op), Answer::Invalid);
    }
    let members = vec![("a".to_owned(), Duration::ZERO)];
    assert_eq!(store.observe(Op::Members), Answer::Members(members));
}

#[test]
fn f5_only_one_member_probes_after_the_period() {
    let mut store = Store::open();
    let rest = Duration::from_secs(30);
    assert_eq!(store.lease("a"), Answer::NotYet { rest });
    let mut store = Store::waiting();
    assert_eq!(store.ask("c", lease(1)), Answer::Stale);
    let id = store.granted("c");
    assert!(id > store.generation());
    store.pass(2 * S);
    let by = "c".to_owned();
    let rest = Duration::from_secs(3);
    assert_eq!(store.lease("a"), Answer::Taken { by, rest });
    assert_eq!(store.granted("c"), id, "the same lease, prolonged");
    store.pass(4 * S);
    assert!(matches!(store.lease("a"), Answer::Taken { .. }));
    store.pass(S);
    assert!(store.granted("a") > id);
}

#[test]
fn f6_a_rejected_request_prolongs_nothing() {
    let mut store = Store::waiting();
    store.granted("a");
    store.heard.clear();
    let ends = store.now + 5 * S;
    while store.now + S / 100 < ends {
        store.pass(S / 100);
        assert!(matches!(store.lease("b"), Answer::Taken { .. }));
        assert!(matches!(store.lease("c"), Answer::Taken { .. }));
    }
    assert_eq!(store.heard, []);
    store.now = ends;
    store.granted("b");
}

#[test]
fn f6_a_lease_is_renewed_and_given_back_by_its_holder_only() {
    let mut store = Store::waiting();
    let id = store.granted("a");
    store.pass(S);
    assert_eq!(store.ask("b", renew(id)), Answer::Stale);
    assert_eq!(store.ask("a", renew(id + 1)), Answer::Stale);
    assert_eq!(store.ask("a", renew(id)), Answer::Done);
    let rest = store
        .circuit()
        .and_then(|circuit| circuit.lease)
        .map(|lease| lease.rest);
    assert_eq!(rest, Some(Duration::from_secs(5)));
    assert_eq!(
        store.ask("b", verdict(id, Verdict::GivenBack)),
        Answer::Stale
    );
    assert_eq!(
        store.ask("a", verdict(id, Verdict::GivenBack)),
        Answer::Done
    );
    assert_eq!(store.circuit().and_then(|circuit| circuit.lease), None);
    assert_eq!(store.heard.len(), 3, "the lease, the renewal, the return");
}

#[test]
fn f7_the_verdict_of_the_holder_closes_the_fleet() {
    let mut store = Store::waiting();
    let id = store.granted("a");
    assert_eq!(store.ask("a", verdict(id, Verdict::Closed)), Answer::Done);
    let circuit = store.circuit().expect("kept for a minute");
    assert_eq!((circuit.phase, circuit.by.as_str()), (Phase::Closed, "a"));
    assert!(circuit.generation > id, "also if the clock stands still");
    for _ in 0..12 {
        store.pass(5 * S);
        store.beat("a");
    }
    assert_eq!(store.circuit(), None);
}

#[test]
fn f7_the_verdict_of_the_holder_opens_the_fleet_anew() {
    let mut store = Store::waiting();
    let (generation, id) = (store.generation(), store.granted("a"));
    assert_eq!(store.ask("a", verdict(id, failed())), Answer::Done);
    let circuit = store.circuit().expect("open");
    assert_eq!(circuit.phase, Phase::Open);
    assert!(circuit.generation > generation);
    assert_eq!((circuit.rest, circuit.row), (Duration::from_secs(60), 2));
    assert_eq!((circuit.lease, circuit.votes), (None, Vec::new()));
}

#[test]
fn f9_a_late_verdict_changes_nothing() {
    let mut store = Store::waiting();
    let late = store.granted("a");
    store.pass(5 * S);
    assert_eq!(
        store.ask("a", verdict(late, failed())),
        Answer::Stale,
        "it has ended"
    );
    let id = store.granted("b");
    assert_eq!(store.ask("a", verdict(late, failed())), Answer::Stale);
    assert_eq!(store.ask("b", verdict(id, Verdict::Closed)), Answer::Done);
    let closed = store.circuit();
    assert_eq!(store.ask("a", verdict(late, failed())), Answer::Stale);
    assert_eq!(store.ask("b", verdict(id, Verdict::Closed)), Answer::Stale);
    assert_eq!(store.circuit(), closed);
}

#[test]
fn f9_votes_of_before_a_closing_are_dropped_while_others_vote() {
    let mut store = Store::waiting();
    let old = store.generation();
    let id = store.granted("a");
    store.ask("a", verdict(id, Verdict::Closed));
    assert_eq!(store.ask("b", Op::Vote(vote(old))), Answer::Stale);
    assert_eq!(store.vote("c"), voted(1, 2));
    assert_eq!(store.ask("b", Op::Vote(vote(old))), Answer::Stale);
    assert_eq!(store.phase(), Some(Phase::Voting));
    assert_eq!(store.vote("b"), voted(2, 2));
    assert_eq!(store.phase(), Some(Phase::Open));
}

#[test]
fn f13_a_store_that_has_lost_a_closing_counts_votes_again() {
    let mut store = Store::waiting();
    let lost = store.state.clone();
    let id = store.granted("a");
    store.ask("a", verdict(id, Verdict::Closed));
    let closed = store.generation();
    store.state = lost;
    assert_eq!(store.ask("b", Op::Vote(vote(closed))), voted(1, 2));
    assert_eq!(store.phase(), Some(Phase::Voting));
    assert_eq!(store.generation(), closed);
    assert_eq!(store.ask("c", Op::Vote(vote(closed))), voted(2, 2));
    assert!(store.generation() > closed);
}

#[test]
fn f13_lost_data_begins_an_epoch_which_drops_votes_and_keeps_what_is_left() {
    let lose: [fn(&mut FleetState); 4] = [
        FleetState::lose_data,
        |state| state.members.clear(),
        |state| state.circuits.clear(),
        |state| state.overrides.clear(),
    ];
    for lose in lose {
        let mut store = Store::open();
        let force = Order::ForceOpen { ttl: None };
        store.observe(steer(Some("q"), force));
        let epoch = store.beat("a").epoch;
        lose(&mut store.state);
        let answers = store.beat("a");
        assert_ne!(answers.epoch, epoch);
        assert_eq!(answers.age, Duration::ZERO);
        let contents = answers.contents.expect("another epoch");
        assert!(
            contents
                .circuits
                .iter()
                .all(|circuit| circuit.votes.is_empty())
        );
        assert_eq!(store.beat("a").epoch, answers.epoch);
    }
}

#[test]
fn a_whole_fleet_that_was_gone_begins_no_epoch() {
    let mut store = Store::of(&["a", "b"]);
    let epoch = store.beat("a").epoch;
    store.pass(3600 * S);
    assert_eq!(store.beat("b").epoch, epoch);
}

#[test]
fn contents_come_only_if_something_has_changed() {
    let mut store = Store::of(&["a", "b", "c"]);
    assert_eq!(store.beat("a").contents, None);
    store.vote("b");
    let contents = store.beat("a").contents.expect("a vote is a change");
    assert_eq!(contents.circuits[0].votes, ["b"]);
    store.vote("b");
    assert_eq!(
        store.beat("a").contents,
        None,
        "the same vote again is none"
    );
    assert_eq!(store.heard, [], "votes are not published");
}

#[test]
fn what_leaves_takes_its_votes_and_leases_along() {
    let mut store = Store::waiting();
    store.granted("a");
    store.heard.clear();
    assert_eq!(store.ask("a", Op::Leave), Answer::Done);
    assert_eq!(store.circuit().and_then(|circuit| circuit.lease), None);
    assert_eq!((store.heard.len(), store.state.live()), (1, 2));
    let mut store = Store::of(&["a", "b", "c"]);
    store.vote("a");
    let last = store.batch("a", vec![Op::Leave, Op::Vote(vote(0))]);
    assert_eq!(store.send(&last).answers, [Answer::Done, Answer::Invalid]);
    assert_eq!(store.circuit(), None);
}

#[test]
fn f9_generations_rise_also_when_the_clock_goes_back() {
    let mut store = Store::waiting();
    let generation = store.generation();
    store.now -= 60 * S;
    store.beat("a");
    store.pass(30 * S);
    store.beat("a");
    let id = store.granted("a");
    assert!(id > generation);
    store.ask("a", verdict(id, Verdict::Closed));
    assert!(store.generation() > id);
}

#[test]
fn s26_a_clock_that_went_back_delays_nothing_by_more_than_its_own_length() {
    let mut store = Store::waiting();
    store.now -= 60 * S;
    let rest = store
        .beat("a")
        .contents
        .map(|contents| contents.circuits[0].rest);
    assert_eq!(rest, None, "nothing changed");
    let Answer::NotYet { rest } = store.lease("a") else {
        panic!("not over");
    };
    assert_eq!(rest, Duration::from_secs(30));
    store.pass(30 * S);
    store.beat("b");
    store.granted("a");
}

#[test]
fn only_a_batch_that_asks_is_told_what_has_changed_and_all_are_told_of_a_new_epoch() {
    let mut store = Store::of(&["a", "b"]);
    store.vote("a");
    let silent = Batch {
        seq: None,
        ..store.batch("b", Vec::new())
    };
    let (answers, _) = store.state.apply(&silent, store.now);
    assert_eq!(answers.contents, None);
    assert!(store.beat("b").contents.is_some());
    store.state.lose_data();
    assert!(store.send(&silent).contents.is_some());
}

fn steer(name: Option<&str>, order: Order) -> Op {
    Op::Steer {
        name: name.map(str::to_owned),
        order,
        actor: Some("anna".to_owned()),
        reason: Some("maintenance".to_owned()),
    }
}
