//! Overrides in two layers: what a file or a variable forces, and what a person forces (R14).

use super::{Arc, Bench, Mutex, SECOND};
use crate::breaker::{CircuitBreaker, EventKind};
use crate::test_util::ManualClock;
use crate::values::{Actor, Attribution, Layer, State};

const OPEN: &str = "[breakers.payment]\nforce = \"open\"\n";
const CLOSED: &str = "[breakers.payment]\nforce = \"closed\"\n";
const OFF: &str = "[breakers.payment]\nforce = \"off\"\n";

fn alice() -> Actor {
    let alice = Actor::new("alice").and_then(|alice| alice.because("INC-42"));
    alice.expect("both are in range")
}

/// The overrides of a breaker: the state, the layer, the actor and the reason of each.
fn overrides(of: &CircuitBreaker) -> Vec<String> {
    let snapshot = of.snapshot();
    assert_eq!(snapshot.overrides.first(), snapshot.r#override.as_ref());
    let all = snapshot.overrides.iter();
    all.map(|it| format!("{} {} {}", it.state, it.layer, it.by))
        .collect()
}

#[test]
fn r14_the_override_of_a_person_wins_and_both_are_shown() {
    let bench = Bench::new();
    bench.load(OPEN, &[]);
    bench.payment.by(&alice()).force_closed(None);
    assert_eq!(bench.payment.state(), State::ForcedClosed);
    let both = [
        "forced_closed runtime alice (INC-42)",
        "forced_open file file breakers.toml",
    ];
    assert_eq!(overrides(&bench.payment), both);

    // In the other order.
    let bench = Bench::new();
    bench.payment.by(&alice()).force_closed(None);
    bench.load(OPEN, &[]);
    assert_eq!(bench.payment.state(), State::ForcedClosed);
    assert_eq!(overrides(&bench.payment), both);
}

#[test]
fn an_override_names_the_file_that_requests_it_now() {
    let clock = ManualClock::new();
    let bench = Bench::with_clock(&clock);
    let load = |files: [(&str, &str); 2]| {
        let none = std::iter::empty();
        let by = Attribution::default();
        let loaded = bench.registry.load_texts(&files, none, false, &by);
        loaded.expect("the settings are valid");
    };
    load([("base.toml", OPEN), ("over.toml", "")]);
    let since = bench.payment.snapshot().overrides[0].since;
    clock.advance(SECOND);
    load([("base.toml", ""), ("over.toml", OPEN)]);
    assert_eq!(
        overrides(&bench.payment),
        ["forced_open file file over.toml"]
    );
    assert_eq!(bench.payment.snapshot().overrides[0].since, since);
}

#[test]
fn r14_each_override_is_taken_back_by_whoever_set_it() {
    let bench = Bench::new();
    bench.load(OPEN, &[]);
    bench.payment.by(&alice()).force_closed(None);
    bench.payment.by(&alice()).clear_override();
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    // The person has none that could be cleared.
    bench.payment.clear_override();
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    for taken_back in [OFF, ""] {
        bench.load(OPEN, &[]);
        bench.payment.by(&alice()).force_closed(None);
        bench.load(taken_back, &[]);
        assert_eq!(
            overrides(&bench.payment),
            ["forced_closed runtime alice (INC-42)"]
        );
        bench.payment.clear_override();
        assert_eq!(bench.payment.state(), State::Closed);
        assert_eq!(overrides(&bench.payment), [""; 0]);
    }
}

#[test]
fn r14_no_reload_erases_the_override_of_a_person() {
    let bench = Bench::new();
    bench.payment.by(&alice()).force_open(None);
    for text in ["", OPEN, OPEN, CLOSED, OFF, "", CLOSED] {
        bench.load(text, &[]);
        assert_eq!(bench.payment.state(), State::ForcedOpen, "{text}");
        assert_eq!(
            overrides(&bench.payment)[0],
            "forced_open runtime alice (INC-42)"
        );
    }
    bench.payment.clear_override();
    assert_eq!(bench.payment.state(), State::ForcedClosed);
}

#[test]
fn r14_when_the_override_of_a_person_expires_that_of_the_file_is_in_force() {
    let clock = ManualClock::new();
    let bench = Bench::with_clock(&clock);
    bench.load(OPEN, &[]);
    bench
        .payment
        .force_closed("for a minute", Some(60 * SECOND));
    assert_eq!(bench.payment.state(), State::ForcedClosed);
    clock.advance(60 * SECOND);
    assert_eq!(bench.payment.state(), State::ForcedOpen);
    let snapshot = bench.payment.snapshot();
    assert_eq!(snapshot.retry_after, None);
    assert_eq!(snapshot.overrides.len(), 1);
}

#[test]
fn an_override_knows_since_when_and_a_reload_that_asks_for_the_same_keeps_that() {
    let clock = ManualClock::new();
    let bench = Bench::with_clock(&clock);
    let over = || bench.payment.snapshot().r#override.expect("it is forced");
    bench.load(OPEN, &[]);
    let began = over().since;
    clock.advance(60 * SECOND);
    bench.load(OPEN, &[]);
    assert_eq!(over().since, began);
    bench.load(CLOSED, &[]);
    assert_eq!(over().since, began + 60 * SECOND);
    clock.advance(60 * SECOND);
    // The variable takes precedence over the file, so it is another override.
    bench.load(CLOSED, &[("BREAKER_PAYMENT__FORCE", "closed")]);
    assert_eq!(over().since, began + 120 * SECOND);
    assert_eq!(over().layer, Layer::Environment);

    clock.advance(60 * SECOND);
    bench.payment.force_open("by hand", None);
    assert_eq!(over().since, began + 180 * SECOND);
    clock.advance(60 * SECOND);
    bench.load(OPEN, &[]);
    assert_eq!(over().since, began + 180 * SECOND);
}

#[test]
fn the_events_of_an_override_have_its_layer() {
    let bench = Bench::new();
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&told);
    let subscription = bench.registry.subscribe(move |event| {
        let text = match event.kind() {
            EventKind::OverrideSet(it) => format!("set {} {}", it.state, it.layer),
            EventKind::OverrideCleared(it) => format!("cleared {} {}", it.state, it.layer),
            EventKind::Action(it) => it.kind.to_string(),
            other => format!("{other:?}"),
        };
        list.lock().expect("nobody panics").push(text);
    });
    bench.load(OPEN, &[]);
    bench.payment.force_closed("by hand", None);
    bench.load(CLOSED, &[]);
    bench.load("", &[]);
    bench.payment.clear_override();
    drop(subscription);
    assert_eq!(
        *told.lock().expect("nobody panics"),
        [
            "set forced_open file",
            "forced closed",
            "set forced_closed runtime",
            "set forced_closed file",
            "cleared forced_closed file",
            "override cleared",
            "cleared forced_closed runtime",
        ]
    );
}

#[test]
fn keys_have_both_overrides_of_their_name() {
    let bench = Bench::new();
    let key = |key| bench.key_of_fetch(key);
    let first = key("a");
    bench.load("[breakers.fetch]\nforce = \"open\"\n", &[]);
    let name = bench.registry.get("fetch").expect("it has a key");
    name.by(&alice()).force_closed(None);
    let both = [
        "forced_closed runtime alice (INC-42)",
        "forced_open file file breakers.toml",
    ];
    for breaker in [&name, &first, &key("b")] {
        assert_eq!(overrides(breaker), both);
        assert_eq!(breaker.state(), State::ForcedClosed);
    }
    name.clear_override();
    assert!(first.try_acquire().is_err());
    // What a person forces on a key wins over what the file forces on the name.
    first.by(&alice()).force_closed(None);
    assert!(first.try_acquire().is_ok());
    assert!(key("b").try_acquire().is_err());
    assert_eq!(overrides(&first), both);
    // What a person forces on the name wins over both.
    name.force_open("test", None);
    assert!(first.try_acquire().is_err());
    assert_eq!(overrides(&first).len(), 3);
    name.clear_override();
    bench.load("", &[]);
    assert_eq!(overrides(&first), &both[..1]);
    assert_eq!(overrides(&key("b")), [""; 0]);
}

#[test]
fn what_the_default_table_forces_has_its_layer() {
    let bench = Bench::new();
    bench.load("[default]\nforce = \"open\"\n", &[]);
    assert_eq!(
        overrides(&bench.payment),
        ["forced_open file_default file breakers.toml"]
    );
    bench.load("", &[("BREAKER__FORCE", "open")]);
    assert_eq!(
        overrides(&bench.payment),
        ["forced_open environment_default variable BREAKER__FORCE"]
    );
}
