use super::*;

fn overrides(store: &Store) -> Vec<FleetOverride> {
    store.state.contents(store.now).overrides
}

fn revision(answer: &Answer) -> u64 {
    match answer {
        Answer::Steered { revision } => *revision,
        other => panic!("not steered: {other:?}"),
    }
}

#[test]
fn f11_an_override_lasts_until_it_is_cleared_or_its_end() {
    let mut store = Store::of(&["a"]);
    let ttl = Some(Duration::from_secs(60));
    store.observe(steer(Some("p"), Order::ForceOpen { ttl }));
    store.observe(steer(None, Order::ForceClosed { ttl: None }));
    store.pass(20 * S);
    let [all, p] = &overrides(&store)[..] else {
        panic!("two");
    };
    assert_eq!(
        (all.name.as_deref(), all.kind, all.rest),
        (None, OverrideKind::Closed, None)
    );
    assert_eq!((p.name.as_deref(), p.kind), (Some("p"), OverrideKind::Open));
    assert_eq!(
        (p.age, p.rest),
        (Duration::from_secs(20), Some(Duration::from_secs(40)))
    );
    assert_eq!(p.actor.as_deref(), Some("anna"));
    assert_eq!(p.reason.as_deref(), Some("maintenance"));
    store.pass(40 * S);
    assert_eq!(overrides(&store).len(), 1);
    store.heard.clear();
    store.beat("a");
    assert!(
        matches!(store.heard[..], [Heard::Gap { .. }]),
        "the end is told"
    );
    store.pass(365 * 86_400 * S);
    store.beat("a");
    assert_eq!(overrides(&store).len(), 1, "it needs no calls to stay");
}

#[test]
fn f13_a_cleared_override_leaves_a_tombstone_of_a_day() {
    let mut store = Store::of(&["a"]);
    store.observe(steer(Some("p"), Order::ForceOpen { ttl: None }));
    let old = overrides(&store).remove(0);
    store.pass(S);
    let cleared = revision(&store.observe(steer(Some("p"), Order::Clear)));
    assert!(cleared > old.revision);
    assert_eq!(store.ask("a", Op::Again(old.clone())), Answer::Stale);
    assert_eq!(overrides(&store)[0].kind, OverrideKind::Cleared);
    store.pass(86_400 * S);
    store.beat("a");
    assert_eq!(overrides(&store), []);
    assert_eq!(store.ask("a", Op::Again(old)), Answer::Done);
}

#[test]
fn f13_the_later_revision_of_an_override_wins_whoever_says_it_first() {
    let mut before = Store::of(&["a", "b"]);
    before.observe(steer(Some("p"), Order::ForceOpen { ttl: None }));
    let old = overrides(&before).remove(0);
    before.pass(S);
    before.observe(steer(Some("p"), Order::ForceClosed { ttl: None }));
    let new = overrides(&before).remove(0);
    for (first, second) in [(&old, &new), (&new, &old)] {
        let mut store = Store::of(&["a", "b"]);
        store.now = before.now + S;
        store.ask("a", Op::Again(first.clone()));
        store.ask("b", Op::Again(second.clone()));
        assert_eq!(overrides(&store)[0].kind, OverrideKind::Closed);
        assert_eq!(overrides(&store)[0].revision, new.revision);
        let later = revision(&store.observe(steer(Some("p"), Order::Clear)));
        assert!(later > new.revision);
    }
}

#[test]
fn f12_a_reset_begins_a_generation_and_older_votes_are_dropped() {
    let mut store = Store::open();
    let old = store.generation();
    let reset = revision(&store.observe(steer(Some("p"), Order::Reset)));
    let circuit = store.circuit().expect("kept for a minute");
    assert_eq!((circuit.phase, circuit.generation), (Phase::Closed, reset));
    assert_eq!(
        (circuit.why.as_str(), circuit.by.as_str()),
        ("reset", "cli#1")
    );
    assert_eq!(store.ask("a", Op::Vote(vote(old))), Answer::Stale);
    assert_eq!(store.ask("a", Op::Vote(vote(reset))), voted(1, 2));
}

#[test]
fn f12_a_reset_of_a_calm_circuit_drops_votes_on_their_way() {
    let mut store = Store::of(&["a", "b"]);
    store.observe(steer(Some("p"), Order::Reset));
    assert_eq!(store.ask("a", Op::Vote(vote(0))), Answer::Stale);
}

#[test]
fn f12_a_reset_of_all_closes_what_is_there() {
    let mut store = Store::of(&["a", "b"]);
    let nothing = store.observe(steer(None, Order::Reset));
    assert_eq!(revision(&nothing), store.now);
    assert_eq!(store.heard, []);
    store.vote("a");
    store.pass(S);
    let reset = store.observe(steer(None, Order::Reset));
    assert_eq!(revision(&reset), store.generation());
    assert_eq!(store.phase(), Some(Phase::Closed));
    assert_eq!(store.heard.len(), 1);
}

#[test]
fn f12_a_trip_opens_without_votes_and_needs_a_name() {
    let mut store = Store::of(&["a", "b"]);
    let trip = Order::Trip {
        period: Duration::from_secs(10),
    };
    assert_eq!(store.observe(steer(None, trip.clone())), Answer::Invalid);
    let generation = revision(&store.observe(steer(Some("p"), trip)));
    let circuit = store.circuit().expect("open");
    assert_eq!(
        (circuit.phase, circuit.generation),
        (Phase::Open, generation)
    );
    assert_eq!((circuit.why.as_str(), circuit.row), ("tripped", 1));
    assert_eq!(circuit.rest, Duration::from_secs(10));
}

#[test]
fn names_that_no_circuit_can_have_are_invalid() {
    let mut store = Store::of(&["a"]);
    for name in [String::new(), "n".repeat(257)] {
        let vote = Vote {
            name: name.clone(),
            ..vote(0)
        };
        assert_eq!(store.ask("a", Op::Vote(vote)), Answer::Invalid);
        assert_eq!(
            store.observe(steer(Some(&name), Order::Reset)),
            Answer::Invalid
        );
    }
    assert_eq!(store.circuit(), None);
}
