use std::time::{Duration, SystemTime};

use serde_json::json;

use super::Says;
use crate::breaker::{ProbeProgress, Snapshot, WindowStats};
use crate::config::Config;
use crate::registry::Registry;
use crate::values::{
    Attribution, Cause, Failures, FleetCircuit, FleetView, KeyStats, Layer, Override,
    PastTransition, Reason, State,
};

const NOW: u64 = 1_000_000;
const REST: &str = "Open for 2 min 10 s; next probe in 12 s.";

fn at(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

/// Returns a closed breaker that has had ten calls.
fn closed(config: &Config) -> Snapshot {
    let payment = Registry::new()
        .get_or_create("payment", *config)
        .expect("it is there");
    let mut it = payment.snapshot();
    it.totals.calls = 10;
    it.since = at(NOW - 600);
    it
}

fn window(calls: u64, failures: u64, frozen: bool) -> WindowStats {
    WindowStats {
        calls,
        failures,
        failures_by_kind: Failures::default(),
        slow: 30,
        failure_rate: None,
        slow_rate: None,
        frozen,
    }
}

fn rated() -> Config {
    Config::new()
        .window(crate::config::Window::Calls(100))
        .failure_rate(0.5)
}

fn open(reason: Reason, change: impl FnOnce(&mut PastTransition)) -> Snapshot {
    let mut it = closed(&Config::new());
    let mut last = PastTransition::example(State::Closed, State::Open, reason, 1);
    change(&mut last);
    it.history = vec![last];
    it.state = State::Open;
    it.machine_state = State::Open;
    it.since = at(NOW - 130);
    it.open_period = Some(Duration::from_secs(142));
    it
}

fn said(it: &Snapshot) -> String {
    Says::of(it).at(at(NOW))
}

#[test]
fn a_closed_breaker_tells_how_its_calls_go() {
    let mut it = closed(&Config::new());
    assert_eq!(said(&it), "The last call succeeded.");
    it.totals.calls = 0;
    assert_eq!(said(&it), "No calls yet.");
    it.failures_in_a_row = 3;
    assert_eq!(said(&it), "3 failures in a row (limit 5).");
    it.ramp = Some(0.4);
    assert_eq!(said(&it), "Recovering: 40 % of the calls are admitted.");
}

#[test]
fn a_window_tells_its_failures_and_their_limit() {
    let mut it = closed(&rated());
    let mut with = |calls, failures| {
        it.window = Some(window(calls, failures, false));
        said(&it)
    };
    assert_eq!(with(0, 0), "No calls in the window.");
    assert_eq!(with(386, 0), "386 calls, none failed.");
    assert_eq!(with(386, 3), "3 of 386 calls failed (0.8 %, limit 50 %).");
    assert_eq!(with(1, 1), "1 of 1 call failed (100 %, limit 50 %).");
}

#[test]
fn an_open_breaker_says_why_since_when_and_what_comes_next() {
    let mut it = open(Reason::FailureRate, |last| {
        last.transition.failures = 26;
        last.transition.rate = Some(0.65);
    });
    assert_eq!(said(&it), format!("26 calls failed (65 %). {REST}"));
    it.config = closed(&rated()).config;
    it.window = Some(window(40, 26, true));
    assert_eq!(
        said(&it),
        format!("26 of 40 calls failed (65 %, limit 50 %). {REST}")
    );
    let slow = open(Reason::SlowRate, |last| last.transition.rate = Some(0.75));
    let mut slow = slow;
    slow.window = Some(window(40, 0, true));
    assert_eq!(
        said(&slow),
        format!("30 of 40 calls were slow (75 %). {REST}")
    );
}

#[test]
fn an_open_breaker_tells_kinds_cause_and_how_often_it_opened() {
    let mut it = open(Reason::FailuresInARow, |last| {
        last.transition.failures = 5;
        last.transition.failures_by_kind.timed_out = 4;
        last.transition.failures_by_kind.returned = 1;
        last.transition.cause = Some(Cause::here("503"));
    });
    assert_eq!(
        said(&it),
        format!("5 failures in a row: 4 timed out, 1 returned; last error: “503”. {REST}")
    );
    it.history = vec![PastTransition::example(
        State::HalfOpen,
        State::Open,
        Reason::ProbeFailed,
        2,
    )];
    let trip = tripped_outage(3);
    it.outage = Some(trip);
    assert_eq!(
        said(&it),
        "The last probe failed. Open for 2 min 10 s, the 3rd time in 3 min; next probe in 12 s."
    );
}

fn tripped_outage(openings: u64) -> crate::values::Outage {
    let mail = Registry::new()
        .get_or_create("mail", Config::new())
        .expect("it is there");
    mail.trip();
    let mut outage = mail.snapshot().outage.expect("it is there");
    outage.openings = openings;
    outage.began_at = at(NOW - 180);
    outage
}

#[test]
fn a_trip_says_who_and_why() {
    let it = open(Reason::Tripped, |last| {
        last.transition.by = Attribution {
            actor: Some("ana".into()),
            reason: Some("INC-4711".into()),
        };
    });
    assert_eq!(said(&it), format!("Tripped by ana: “INC-4711”. {REST}"));
}

#[test]
fn a_call_that_trips_and_calls_that_are_dropped_are_told() {
    let it = open(Reason::TrippedByCall, |last| {
        last.transition.failures_by_kind.returned = 1;
        last.transition.cause = Some(Cause::here("the quota is used up"));
    });
    assert_eq!(
        said(&it),
        format!("A call tripped it; last error: “the quota is used up”. {REST}")
    );
    let it = open(Reason::AllCancelled, |last| last.transition.failures = 20);
    assert_eq!(
        said(&it),
        format!("Callers dropped 20 calls in a row. {REST}")
    );
}

#[test]
fn a_half_open_breaker_tells_its_probes() {
    let mut it = closed(&Config::new());
    it.state = State::HalfOpen;
    it.probes_in_flight = 1;
    it.probes = Some(ProbeProgress {
        succeeded: 1,
        failed: 0,
        success_threshold: 3,
        probe_failures: 1,
    });
    assert_eq!(said(&it), "Probing: 1 of 3 successes, 1 in flight.");
    it.outage = Some(tripped_outage(1));
    assert_eq!(
        said(&it),
        "Probing: 1 of 3 successes, 1 in flight. The outage began 3 min ago."
    );
}

#[test]
fn an_outage_that_is_not_over_is_told() {
    let mut it = closed(&Config::new());
    it.outage = Some(tripped_outage(3));
    it.since = at(NOW - 10);
    assert_eq!(said(&it), "Closed for 10 s after 3 openings.");
}

#[test]
fn a_name_with_keys_tells_their_states() {
    let mut it = closed(&Config::new());
    let mut keys = KeyStats::new("payment");
    keys.keys = 812;
    keys.states = vec![(State::Closed, 808), (State::Open, 3), (State::HalfOpen, 1)];
    it.key_stats = Some(keys.clone());
    assert_eq!(said(&it), "812 keys: 3 open, 1 half open.");
    keys.keys = 2;
    keys.states = vec![(State::Closed, 2)];
    keys.unlisted = 7;
    it.key_stats = Some(keys);
    assert_eq!(
        said(&it),
        "2 keys, all closed. 7 calls came with a key for which there was no room."
    );
}

#[test]
fn an_override_says_who_why_until_when_and_what_is_beneath() {
    let mut it = closed(&Config::new());
    let set = |state, reason: &str, until| Override {
        state,
        reason: reason.to_owned(),
        by: Attribution {
            actor: Some("on-call".into()),
            reason: None,
        },
        layer: Layer::Runtime,
        since: at(NOW - 120),
        until,
    };
    it.r#override = Some(set(State::ForcedOpen, "bank maintenance", None));
    assert_eq!(
        said(&it),
        "Rejects every call until someone clears the override. Forced by on-call 2 min ago: “bank maintenance”. The circuit itself is closed."
    );
    it.r#override = Some(set(State::ForcedOpen, "", Some(at(NOW + 1800))));
    assert_eq!(
        said(&it),
        "Rejects every call until 14:16 UTC (30 min left). Forced by on-call 2 min ago. The circuit itself is closed."
    );
    it.machine_state = State::Open;
    it.r#override = Some(set(State::ForcedClosed, "", None));
    assert_eq!(
        said(&it),
        "Admits every call although the circuit is open, until someone clears the override. Forced by on-call 2 min ago."
    );
}

#[test]
fn instants_and_texts_from_outside_are_parts_of_their_own() {
    let it = open(Reason::Tripped, |last| {
        last.transition.by.actor = Some("a\u{202e}b".into());
    });
    assert_eq!(
        Says::of(&it).to_json(),
        json!([
            "Tripped by ", {"quote": "a\u{202e}b"}, ". Open for ", {"since": "1970-01-12T13:44:30.000Z"},
            "; next probe in ", {"until": "1970-01-12T13:46:52.000Z"}, "."
        ])
    );
}

#[test]
fn a_circuit_that_the_fleet_has_opened_says_by_whose_votes_and_who_probes() {
    let mut it = open(Reason::Fleet, |_| {});
    let mut view = FleetView {
        circuit: FleetCircuit::Open {
            until: at(NOW + 12),
        },
        why: "failure_rate".to_owned(),
        votes: vec!["pod-1#a7".to_owned(), "pod-2#b8".to_owned()],
        ..FleetView::example()
    };
    it.fleet = Some(view.clone());
    let begin =
        "The fleet opened it: failure rate, by the votes of pod-1, pod-2. Open for 2 min 10 s; ";
    assert_eq!(said(&it), format!("{begin}next probe in 12 s."));
    view.prober = Some("pod-2#b8".to_owned());
    it.fleet = Some(view.clone());
    assert_eq!(said(&it), format!("{begin}pod-2 probes for the fleet."));
    view.probes_here = true;
    it.fleet = Some(view);
    it.state = State::HalfOpen;
    assert_eq!(said(&it), "Probing for the fleet.");
}

#[test]
fn votes_that_are_too_few_are_part_of_the_sentence() {
    let mut it = closed(&Config::new());
    let mut view = FleetView {
        votes: vec!["pod-1#a7".to_owned()],
        votes_since: Some(at(NOW - 90)),
        needed: 2,
        ..FleetView::example()
    };
    it.fleet = Some(view.clone());
    assert_eq!(
        said(&it),
        "The last call succeeded. In the fleet, only pod-1 votes to open it, for 1 min 30 s; it takes 2 votes."
    );
    let mut it = open(Reason::Tripped, |_| {});
    view.votes_here = true;
    it.fleet = Some(view);
    assert!(said(&it).ends_with(
        ". In the fleet, only this instance votes to open it, for 1 min 30 s; it takes 2 votes."
    ));
}

#[test]
fn an_override_of_the_fleet_is_told_from_that_of_the_instance() {
    let mut it = closed(&Config::new());
    it.state = State::ForcedOpen;
    it.r#override = Some(Override {
        state: State::ForcedOpen,
        reason: String::new(),
        by: Attribution::default(),
        layer: Layer::Fleet,
        since: at(NOW - 120),
        until: None,
    });
    assert!(said(&it).contains("Forced in the whole fleet 2 min ago."));
}
