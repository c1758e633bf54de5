//! What holds for any sequence of batches, times, losses and failovers.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const MEMBERS: [&str; 4] = ["a", "b", "c", "d"];

/// A number that an operation refers to: wild, or relative to what the circuit has at that time.
#[derive(Clone, Copy, Debug)]
enum Number {
    Wild(u64),
    OfCircuit(i8),
}

/// An operation, whose numbers are not known yet.
#[derive(Clone, Debug)]
enum Wish {
    Op(Op),
    Vote(Vote, Number),
    Lease(String, Number, Duration),
    Renew(String, Number, Duration),
    Verdict(String, Number, Verdict),
    Again(FleetOverride, Number),
}

#[derive(Clone, Debug)]
enum Step {
    Batch {
        member: &'static str,
        observer: bool,
        ttl: Duration,
        nonce: u64,
        wishes: Vec<Wish>,
    },
    Pass(u64),
    /// The clock of another server.
    Jump(i64),
    Lose(u8),
    /// The last changes are forgotten.
    FailOver(usize),
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        4 => (-1..2_i8).prop_map(Number::OfCircuit),
        1 => any::<u64>().prop_map(Number::Wild),
    ]
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["p", "p", "p", "q", ""]).prop_map(str::to_owned)
}

fn span() -> impl Strategy<Value = Duration> {
    prop_oneof![
        8 => (0..40_000_000_u64).prop_map(Duration::from_micros),
        1 => any::<Duration>(),
    ]
}

fn any_vote() -> impl Strategy<Value = Vote> {
    let share = prop_oneof![Just(0.0), Just(0.1), any::<f64>()];
    (name(), span(), span(), any::<u32>(), 0..4_u32, share).prop_map(
        |(name, rest, period, row, at_least, share)| Vote {
            name,
            rest,
            period,
            row,
            at_least,
            share,
            ..vote(0)
        },
    )
}

fn any_verdict() -> impl Strategy<Value = Verdict> {
    let open = (span(), span()).prop_map(|(rest, period)| Verdict::Open {
        rest,
        period,
        row: 2,
        why: "probe_failed".to_owned(),
    });
    prop_oneof![Just(Verdict::Closed), Just(Verdict::GivenBack), open]
}

fn any_order() -> impl Strategy<Value = Order> {
    prop_oneof![
        proptest::option::of(span()).prop_map(|ttl| Order::ForceOpen { ttl }),
        proptest::option::of(span()).prop_map(|ttl| Order::ForceClosed { ttl }),
        Just(Order::Clear),
        span().prop_map(|period| Order::Trip { period }),
        Just(Order::Reset),
    ]
}

fn again() -> impl Strategy<Value = FleetOverride> {
    let kind = select(vec![
        OverrideKind::Open,
        OverrideKind::Closed,
        OverrideKind::Cleared,
    ]);
    (
        kind,
        proptest::option::of(name()),
        span(),
        proptest::option::of(span()),
    )
        .prop_map(|(kind, name, age, rest)| FleetOverride {
            name,
            kind,
            actor: None,
            reason: None,
            age,
            rest,
            revision: 0,
        })
}

fn wish() -> impl Strategy<Value = Wish> {
    let name_of_all = proptest::option::of(name());
    prop_oneof![
        6 => (any_vote(), number()).prop_map(|(vote, number)| Wish::Vote(vote, number)),
        1 => name().prop_map(|name| Wish::Op(Op::Unvote { name })),
        4 => (name(), number(), span()).prop_map(|(name, n, ttl)| Wish::Lease(name, n, ttl)),
        2 => (name(), number(), span()).prop_map(|(name, n, ttl)| Wish::Renew(name, n, ttl)),
        3 => (name(), number(), any_verdict()).prop_map(|(name, n, v)| Wish::Verdict(name, n, v)),
        1 => (name_of_all, any_order()).prop_map(|(name, order)| Wish::Op(steer(name.as_deref(), order))),
        1 => (again(), number()).prop_map(|(forced, number)| Wish::Again(forced, number)),
        1 => select(vec![Op::Members, Op::Leave]).prop_map(Wish::Op),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let ttl = prop_oneof![4 => Just(Duration::from_secs(15)), 1 => span()];
    let batch = (
        select(&MEMBERS[..]),
        prop::bool::weighted(0.1),
        ttl,
        any::<u64>(),
        vec(wish(), 0..4),
    );
    prop_oneof![
        12 => batch.prop_map(|(member, observer, ttl, nonce, wishes)| Step::Batch { member, observer, ttl, nonce, wishes }),
        6 => (0..8 * S).prop_map(Step::Pass),
        1 => any::<u64>().prop_map(Step::Pass),
        1 => (-60 * 1_000_000..60 * 1_000_000_i64).prop_map(Step::Jump),
        1 => (0..4_u8).prop_map(Step::Lose),
        1 => (1..5_usize).prop_map(Step::FailOver),
    ]
}

impl Store {
    /// Returns the operation with the numbers that the circuit has now.
    fn op(&self, wish: &Wish) -> Op {
        let number = |name: &str, number: Number, of_lease: bool| match number {
            Number::Wild(number) => number,
            Number::OfCircuit(step) => {
                let circuits = self.state.contents(self.now).circuits;
                let circuit = circuits.into_iter().find(|circuit| circuit.name == name);
                let number = circuit.map_or(0, |circuit| match circuit.lease {
                    Some(lease) if of_lease => lease.id,
                    _ => circuit.generation,
                });
                // Mostly the number itself.
                number.saturating_add_signed(i64::from(step / 2))
            }
        };
        match wish.clone() {
            Wish::Op(op) => op,
            Wish::Vote(vote, n) => Op::Vote(Vote {
                generation: number(&vote.name, n, false),
                ..vote
            }),
            Wish::Lease(name, n, ttl) => Op::Lease {
                generation: number(&name, n, false),
                name,
                ttl,
            },
            Wish::Renew(name, n, ttl) => Op::Renew {
                lease: number(&name, n, true),
                name,
                ttl,
            },
            Wish::Verdict(name, n, verdict) => Op::Verdict {
                lease: number(&name, n, true),
                name,
                verdict,
            },
            Wish::Again(forced, n) => Op::Again(FleetOverride {
                revision: number(forced.name.as_deref().unwrap_or_default(), n, false),
                ..forced
            }),
        }
    }
}

/// What has to rise.
#[derive(Default)]
struct Seen {
    epoch: u64,
    seq: u64,
    /// The largest generation of each name on this timeline.
    generations: BTreeMap<String, u64>,
    /// The revision of each override that is there, and the time when a tombstone may be gone.
    revisions: BTreeMap<Option<String>, (u64, u64)>,
    /// The holder of each lease: no number is given to two members, or for two circuits.
    leases: BTreeMap<(String, u64), String>,
}

impl Seen {
    fn check(&mut self, store: &Store, answers: &Answers, heard: &[Heard]) {
        assert!(answers.epoch != self.epoch || answers.seq >= self.seq);
        (self.epoch, self.seq) = (answers.epoch, answers.seq);
        let mut last = 0;
        for heard in heard {
            let (Heard::Changed { seq, .. } | Heard::Gap { seq, .. }) = heard else {
                panic!("not of the state");
            };
            assert!(*seq > last);
            last = *seq;
        }
        assert!(last <= answers.seq);
        let contents = store.state.contents(store.now);
        for circuit in &contents.circuits {
            self.check_circuit(store, circuit);
        }
        let known = std::mem::take(&mut self.revisions);
        for forced in contents.overrides {
            assert_ne!(forced.rest, Some(Duration::ZERO));
            if let Some((revision, gone)) = known.get(&forced.name) {
                assert!(*revision <= forced.revision || *gone <= store.now);
            }
            let gone = match forced.kind {
                OverrideKind::Cleared => store.now + micros(forced.rest.expect("a tombstone ends")),
                OverrideKind::Open | OverrideKind::Closed => u64::MAX,
            };
            self.revisions.insert(forced.name, (forced.revision, gone));
        }
    }

    fn check_circuit(&mut self, store: &Store, circuit: &Circuit) {
        assert!(circuit.rest <= circuit.period);
        // While members vote, the generation is what they say.
        if circuit.phase != Phase::Voting {
            let known = self.generations.entry(circuit.name.clone()).or_default();
            // After a loss only the clock tells a store how far the generations were.
            assert!(*known <= circuit.generation || *known > store.now);
            *known = circuit.generation;
        }
        if let Some(lease) = &circuit.lease {
            assert_eq!(circuit.phase, Phase::Open);
            assert!(lease.id > circuit.generation && lease.rest > Duration::ZERO);
            let id = (circuit.name.clone(), lease.id);
            let holder = self.leases.entry(id).or_insert_with(|| lease.by.clone());
            assert_eq!(holder, &lease.by);
        }
        if circuit.phase == Phase::Voting {
            let alive = |member: &String| store.state.members.contains_key(member);
            assert!(circuit.votes.iter().all(alive));
        }
    }

    /// Forgets what a failover may undo.
    fn fail_over(&mut self) {
        self.generations.clear();
        self.revisions.clear();
        self.leases.clear();
        self.seq = 0;
    }
}

fn play(steps: Vec<Step>) {
    let mut store = Store::new();
    let mut seen = Seen::default();
    let mut history = vec![store.state.clone()];
    for step in steps {
        match step {
            Step::Pass(micros) => store.now = store.now.saturating_add(micros).min(2 * START),
            Step::Jump(micros) => store.now = store.now.saturating_add_signed(micros),
            Step::Lose(part) => {
                match part {
                    0 => store.state.lose_data(),
                    1 => store.state.members.clear(),
                    2 => store.state.circuits.clear(),
                    _ => store.state.overrides.clear(),
                }
                seen.revisions.clear();
            }
            Step::FailOver(lost) => {
                store.state = history[history.len().saturating_sub(lost + 1)].clone();
                seen.fail_over();
            }
            Step::Batch {
                member,
                observer,
                ttl,
                nonce,
                wishes,
            } => {
                let ops = wishes.iter().map(|wish| store.op(wish)).collect();
                let mut batch = Batch {
                    observer,
                    member_ttl: ttl,
                    nonce,
                    ..store.batch(member, ops)
                };
                let (answers, heard) = store.state.apply(&batch, store.now);
                assert_eq!(answers.answers.len(), batch.ops.len());
                let known = (batch.epoch, batch.seq) == (answers.epoch, Some(answers.seq));
                assert_eq!(answers.contents.is_none(), known);
                seen.check(&store, &answers, &heard);
                store
                    .applied
                    .insert(member.to_owned(), (answers.epoch, answers.seq));
                for op in std::mem::take(&mut batch.ops) {
                    check_repeated(&mut store, &batch, op);
                }
                history.push(store.state.clone());
            }
        }
    }
}

/// An operation that is sent again changes nothing more. An order is not sent again, and whoever has left is gone.
fn check_repeated(store: &mut Store, batch: &Batch, op: Op) {
    if matches!(op, Op::Steer { .. } | Op::Leave) {
        return;
    }
    let batch = Batch {
        ops: vec![op],
        ..batch.clone()
    };
    store.state.apply(&batch, store.now);
    let once = format!("{:?}", store.state);
    let (answers, heard) = store.state.apply(&batch, store.now);
    assert_eq!(format!("{:?}", store.state), once, "{batch:?}");
    assert_eq!(heard, []);
    let applied = (answers.epoch, answers.seq);
    store.applied.insert(batch.member, applied);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 5 } else { 200 }))]

    #[test]
    fn leases_votes_generations_and_revisions_hold_for_any_batches(steps in vec(step(), 0..60)) {
        play(steps);
    }
}
