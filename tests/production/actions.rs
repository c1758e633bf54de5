//! Actions of people and programs: who did what to a breaker, when, and why.

use std::time::Duration;

use breaker_runtime::{
    Action, ActionKind, Actor, CircuitBreaker, Config, Event, EventKind, Reason, Registry, State,
};

use crate::support::{Bench, OPEN_FOR};

const MINUTE: Duration = Duration::from_secs(60);

fn alice() -> Actor {
    let alice = Actor::new("alice").unwrap();
    alice.because("INC-42: the bank is down").unwrap()
}

/// What was done and by whom, in short.
fn short(action: &Action) -> String {
    format!("{} by {}", action.kind, action.by)
}

fn of_breaker(breaker: &CircuitBreaker) -> Vec<String> {
    breaker.snapshot().actions.iter().map(short).collect()
}

fn of_registry(registry: &Registry) -> Vec<String> {
    registry.actions().iter().map(short).collect()
}

#[test]
fn each_action_is_kept_with_its_actor_its_reason_and_its_time() {
    let bench = Bench::default();
    let began = bench.breaker.snapshot().since;
    let by_alice = alice();
    let handle = bench.breaker.by(&by_alice);
    handle.trip();
    handle.reset();
    bench.advance(MINUTE);
    handle.force_open(Some(MINUTE));
    handle.force_closed(None);
    handle.clear_override();
    bench.breaker.trip();
    bench.breaker.force_open("maintenance", None);
    let expected = [
        "tripped by alice (INC-42: the bank is down)",
        "reset by alice (INC-42: the bank is down)",
        "forced open for 60s by alice (INC-42: the bank is down)",
        "forced closed by alice (INC-42: the bank is down)",
        "override cleared by alice (INC-42: the bank is down)",
        "tripped by code",
        "forced open by code (maintenance)",
    ];
    assert_eq!(of_breaker(&bench.breaker), expected);
    assert_eq!(of_registry(&bench.registry), expected);
    let actions = bench.breaker.snapshot().actions;
    assert_eq!(actions, bench.registry.actions());
    let since = actions
        .iter()
        .map(|it| it.at.duration_since(began).unwrap());
    let zero = Duration::ZERO;
    let minutes = [zero, zero, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE];
    assert_eq!(since.collect::<Vec<_>>(), minutes);
    assert_eq!(actions[0].breaker.as_deref(), Some("payment"));
    assert_eq!(actions[0].key, None);
}

#[test]
fn an_action_is_an_event_before_its_effects_and_after_what_was_due() {
    let bench = Bench::default();
    let record = bench.record();
    bench.fail_times(5);
    bench.advance(OPEN_FOR);
    bench.breaker.by(&alice()).trip();
    bench.breaker.by(&alice()).force_open(None);
    let mut events = record.take();
    events.retain(|event| !matches!(event.kind(), EventKind::OutageBegan(_)));
    let words: Vec<_> = events
        .iter()
        .map(|event| match event.kind() {
            EventKind::Transition(it) => it.reason.to_string(),
            EventKind::Action(it) => it.kind.as_str().to_owned(),
            EventKind::OverrideSet(it) => it.state.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        words,
        [
            "failures_in_a_row",
            "open_period_ended",
            "trip",
            "tripped",
            "force_open",
            "forced_open"
        ]
    );
    let EventKind::Action(trip) = events[2].kind() else {
        panic!("{:?}", events[2]);
    };
    assert_eq!(*trip, bench.registry.actions()[0]);
}

#[test]
fn a_reset_of_a_closed_circuit_is_an_event() {
    let bench = Bench::default();
    let record = bench.record();
    bench.breaker.by(&alice()).reset();
    let events = record.take();
    let kinds: Vec<_> = events.iter().map(Event::kind).collect();
    let [EventKind::Action(action)] = kinds[..] else {
        panic!("{kinds:?}");
    };
    assert_eq!(action.kind, ActionKind::Reset);
    assert_eq!(action.by.actor.as_deref(), Some("alice"));
}

#[test]
fn actions_without_an_effect_are_kept_too() {
    let bench = Bench::default();
    bench.breaker.trip();
    bench.breaker.trip();
    bench.breaker.clear_override();
    assert_eq!(bench.breaker.snapshot().history.len(), 1);
    assert_eq!(
        of_breaker(&bench.breaker),
        [
            "tripped by code",
            "tripped by code",
            "override cleared by code"
        ]
    );
}

#[test]
fn flapping_displaces_no_action() {
    let bench = Bench::default();
    bench.breaker.by(&alice()).trip();
    for _ in 0..1_000 {
        bench.advance(OPEN_FOR);
        bench.fail();
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.history.len(), 64);
    let tripped =
        |past: &breaker_runtime::PastTransition| past.transition.reason == Reason::Tripped;
    assert!(!snapshot.history.iter().any(tripped));
    let expected = ["tripped by alice (INC-42: the bank is down)"];
    assert_eq!(of_breaker(&bench.breaker), expected);
    assert_eq!(of_registry(&bench.registry), expected);
}

#[test]
fn a_breaker_keeps_20_actions_and_a_registry_256() {
    let bench = Bench::default();
    let mail = bench.registry.get_or_create("mail", Config::new()).unwrap();
    let number = |number: usize| Actor::new(number.to_string()).unwrap();
    for action in 0..300 {
        let breaker = if action % 3 == 0 {
            &mail
        } else {
            &bench.breaker
        };
        breaker.by(&number(action)).reset();
    }
    let actors = |actions: &[Action]| -> Vec<usize> {
        let actor = |it: &Action| it.by.actor.as_deref().unwrap().parse().unwrap();
        actions.iter().map(actor).collect()
    };
    let kept = actors(&bench.registry.actions());
    assert_eq!(kept, (300 - 256..300).collect::<Vec<_>>());
    let kept = actors(&mail.snapshot().actions);
    let expected: Vec<_> = (0..300).filter(|it| it % 3 == 0).collect();
    assert_eq!(kept, expected[100 - 20..]);
}

#[test]
fn an_action_on_a_name_is_one_action_and_its_effects_on_keys_say_by_whom() {
    let bench = Bench::default();
    let key = |key| bench.key_of_fetch(key, Config::new());
    let (first, second) = (key("a"), key("b"));
    let fetch = bench.registry.get("fetch").unwrap();
    let record = bench.record();
    let by_alice = alice();
    fetch.by(&by_alice).trip();
    fetch.by(&by_alice).reset();
    fetch.by(&by_alice).force_open(None);
    fetch.by(&by_alice).clear_override();
    let events = record.take();
    let actions = events
        .iter()
        .filter(|it| matches!(it.kind(), EventKind::Action(_)));
    let actions: Vec<_> = actions.collect();
    assert_eq!(actions.len(), 4);
    assert!(actions.iter().all(|it| it.breaker().key().is_none()));
    assert_eq!(bench.registry.actions().len(), 4);
    assert_eq!(fetch.snapshot().actions.len(), 4);
    for key in [first, second] {
        assert_eq!(of_breaker(&key), [""; 0]);
        let history = key.snapshot().history;
        let by = history.iter().map(|past| past.transition.by.to_string());
        assert_eq!(
            by.collect::<Vec<_>>(),
            ["alice (INC-42: the bank is down)"; 2]
        );
    }
}

#[test]
fn an_action_on_a_key_names_the_key() {
    let bench = Bench::default();
    let key = bench.key_of_fetch("a", Config::new());
    key.by(&alice()).force_open(None);
    let [action] = &bench.registry.actions()[..] else {
        panic!("{:?}", bench.registry.actions());
    };
    assert_eq!(action.breaker.as_deref(), Some("fetch"));
    assert_eq!(action.key.as_deref(), Some("a"));
    assert_eq!(key.snapshot().actions, std::slice::from_ref(action));
    let name = bench.registry.get("fetch").unwrap();
    assert_eq!(of_breaker(&name), [""; 0]);
}

#[test]
fn an_override_of_an_unlisted_key_is_one_action() {
    let bench = Bench::default();
    let key = |key| bench.key_of_fetch(key, Config::new().max_keys(1));
    let (_listed, unlisted) = (key("a"), key("b"));
    let again = key("b");
    again.by(&alice()).force_open(None);
    unlisted.by(&alice()).force_closed(None);
    assert_eq!(bench.registry.actions().len(), 2);
    let found = bench.registry.get_keyed("fetch", "b").unwrap();
    assert_eq!(found.snapshot().actions, bench.registry.actions());
    assert_eq!(found.state(), State::ForcedClosed);
}

#[test]
fn what_was_forced_through_an_unlisted_key_is_cleared_through_it() {
    let bench = Bench::default();
    let key = |key| bench.key_of_fetch(key, Config::new().max_keys(1));
    let (_listed, unlisted, again) = (key("a"), key("b"), key("b"));
    again.force_open("", None);
    unlisted.by(&alice()).force_open(None);
    unlisted.by(&alice()).clear_override();
    let found = bench.registry.get_keyed("fetch", "b").unwrap();
    assert_eq!(found.state(), State::Closed);
    assert_eq!(unlisted.state(), State::Closed);
    assert_eq!(bench.registry.actions().len(), 3);
}

#[test]
fn a_reset_of_all_breakers_is_one_action_of_the_registry_and_one_of_each_breaker() {
    let bench = Bench::default();
    let mail = bench.registry.get_or_create("mail", Config::new()).unwrap();
    let record = bench.record();
    bench.breaker.trip();
    mail.trip();
    bench.registry.by(&alice()).reset_all();
    let actions = bench.registry.actions();
    assert_eq!(actions.len(), 3);
    assert_eq!((&actions[2].breaker, &actions[2].key), (&None, &None));
    assert_eq!(
        actions[2].to_string(),
        "circuit breakers: all circuits reset by alice (INC-42: the bank is down)"
    );
    let resets = record.take();
    let resets = resets
        .iter()
        .filter(|it| matches!(it.kind(), EventKind::Action(it) if it.kind == ActionKind::ResetAll));
    assert_eq!(resets.count(), 2);
    for breaker in [&bench.breaker, &mail] {
        assert_eq!(breaker.state(), State::Closed);
        assert_eq!(
            of_breaker(breaker).last().unwrap(),
            "all circuits reset by alice (INC-42: the bank is down)"
        );
    }
}
