//! R14: overrides, trips and resets.

use std::time::Duration;

use breaker_runtime::{Actor, EventKind, Reason, RejectionReason, State};

use crate::support::{Bench, OPEN_FOR};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn r14_forced_open_rejects_every_call_and_counts_the_rejections() {
    let bench = Bench::default();
    bench.breaker.force_open("maintenance", None);
    for _ in 0..3 {
        let rejection = bench.breaker.try_acquire().unwrap_err();
        assert_eq!(rejection.reason(), RejectionReason::Forced);
        assert_eq!(rejection.state(), State::ForcedOpen);
        assert_eq!(rejection.retry_after(), None);
        assert_eq!(
            rejection.to_string(),
            "circuit breaker `payment` is forced open"
        );
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.totals.rejected, 3);
    assert_eq!(snapshot.totals.opens, 0);
    assert_eq!(
        (snapshot.state, snapshot.machine_state),
        (State::ForcedOpen, State::Closed)
    );
    assert_eq!(snapshot.r#override.unwrap().reason, "maintenance");
}

#[test]
fn r14_forced_open_says_how_long_it_lasts() {
    let bench = Bench::default();
    bench.breaker.force_open("maintenance", Some(MINUTE));
    bench.advance(MINUTE / 4);
    let rejection = bench.breaker.try_acquire().unwrap_err();
    assert_eq!(rejection.retry_after(), Some(MINUTE * 3 / 4));
    assert_eq!(
        format!("{rejection:#}"),
        "circuit breaker `payment` is forced open for another 45s"
    );
}

#[test]
fn r14_an_override_expires_when_its_time_has_passed() {
    let bench = Bench::default();
    let record = bench.record();
    bench.breaker.force_open("maintenance", Some(MINUTE));
    bench.advance(MINUTE);
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
    let events = record.effects();
    let kinds: Vec<_> = events.iter().map(breaker_runtime::Event::kind).collect();
    assert!(
        matches!(
            kinds[..],
            [EventKind::OverrideSet(_), EventKind::OverrideExpired(_)]
        ),
        "{kinds:?}"
    );
}

#[test]
fn r14_the_open_period_continues_under_forced_open_but_no_probe_is_admitted() {
    let bench = Bench::default();
    bench.fail_times(5);
    bench.breaker.force_open("test", None);
    bench.advance(OPEN_FOR);
    assert!(bench.rejects());
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.state, State::ForcedOpen);
    assert_eq!(snapshot.machine_state, State::HalfOpen);
    assert_eq!(snapshot.probes_in_flight, 0);
    bench.breaker.clear_override();
    bench.succeed();
    assert_eq!(bench.state(), State::HalfOpen);
}

#[test]
fn r14_forced_closed_rejects_nothing_and_its_calls_decide_nothing_while_open() {
    let bench = Bench::default();
    bench.fail_times(5);
    bench.breaker.force_closed("test", None);
    bench.fail_times(100);
    for _ in 0..100 {
        bench.succeed();
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.machine_state),
        (State::ForcedClosed, State::Open)
    );
    assert_eq!(snapshot.totals.calls, 205);
    assert_eq!(snapshot.totals.rejected, 0);
    assert_eq!(snapshot.totals.opens, 1);
    assert_eq!(snapshot.totals.stale, 0);
}

#[test]
fn r14_under_forced_closed_the_first_half_open_calls_are_probes() {
    let bench = Bench::default();
    bench.fail_times(5);
    bench.breaker.force_closed("test", None);
    bench.advance(OPEN_FOR);
    let probes = [bench.permit(), bench.permit()];
    let uncounted = bench.permit();
    assert_eq!(bench.breaker.snapshot().probes_in_flight, 2);
    uncounted.failure();
    assert_eq!(bench.breaker.snapshot().machine_state, State::HalfOpen);
    for probe in probes {
        probe.success();
    }
    bench.succeed();
    assert_eq!(bench.breaker.snapshot().machine_state, State::Closed);
}

#[test]
fn r14_the_machine_keeps_running_under_forced_closed() {
    let bench = Bench::default();
    bench.breaker.force_closed("test", None);
    bench.fail_times(5);
    assert_eq!(bench.breaker.snapshot().machine_state, State::Open);
    bench.breaker.clear_override();
    assert!(bench.rejects());
}

#[test]
fn r14_trip_and_reset_keep_the_override() {
    let bench = Bench::default();
    bench.breaker.force_closed("test", None);
    bench.breaker.trip();
    assert_eq!(bench.state(), State::ForcedClosed);
    assert_eq!(bench.breaker.snapshot().machine_state, State::Open);
    bench.breaker.reset();
    assert_eq!(bench.state(), State::ForcedClosed);
    assert_eq!(bench.breaker.snapshot().machine_state, State::Closed);
}

#[test]
fn r14_trip_opens_the_circuit_for_a_normal_open_period() {
    let bench = Bench::default();
    let record = bench.record();
    bench.breaker.trip();
    assert!(bench.rejects());
    bench.advance(OPEN_FOR);
    assert_eq!(bench.state(), State::HalfOpen);
    assert_eq!(
        record.transitions(),
        [
            (State::Closed, State::Open, Reason::Tripped),
            (State::Open, State::HalfOpen, Reason::OpenPeriodEnded),
        ]
    );
}

#[test]
fn r14_trip_does_not_change_the_period_of_an_open_circuit() {
    let bench = Bench::default();
    bench.fail_times(5);
    bench.advance(OPEN_FOR / 2);
    bench.breaker.trip();
    assert_eq!(bench.breaker.snapshot().retry_after, Some(OPEN_FOR / 2));
    assert_eq!(bench.breaker.snapshot().totals.opens, 1);
}

#[test]
fn r14_reset_closes_with_empty_counts_and_keeps_the_totals() {
    let bench = Bench::default();
    let record = bench.record();
    bench.fail_times(5);
    bench.breaker.reset();
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.state, State::Closed);
    assert_eq!(snapshot.failures_in_a_row, 0);
    assert_eq!(snapshot.totals.failures, 5);
    assert_eq!((snapshot.totals.opens, snapshot.totals.closes), (1, 1));
    assert_eq!(
        record.transitions().last(),
        Some(&(State::Open, State::Closed, Reason::Reset))
    );
    bench.fail_times(4);
    bench.breaker.reset();
    bench.fail_times(4);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r14_setting_and_clearing_an_override_are_events() {
    let bench = Bench::default();
    let record = bench.record();
    bench.breaker.force_open("first", None);
    bench.breaker.force_closed("second", Some(MINUTE));
    bench.breaker.clear_override();
    bench.breaker.clear_override();
    let events = record.effects();
    let words: Vec<_> = events
        .iter()
        .map(|event| match event.kind() {
            EventKind::OverrideSet(set) => format!("set {}", set.reason),
            EventKind::OverrideCleared(cleared) => format!("cleared {}", cleared.reason),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(words, ["set first", "set second", "cleared second"]);
}

#[test]
fn r14_a_trip_and_a_reset_say_who_caused_them_and_why() {
    let bench = Bench::default();
    let alice = Actor::new("alice")
        .unwrap()
        .because("INC-42: bank down")
        .unwrap();
    bench.breaker.by(&alice).trip();
    bench.advance(OPEN_FOR);
    bench.breaker.by(&Actor::new("bob").unwrap()).reset();
    bench.breaker.trip();
    let history = bench.breaker.snapshot().history;
    let by: Vec<_> = history
        .iter()
        .map(|past| {
            let by = &past.transition.by;
            (by.actor.as_deref(), by.reason.as_deref())
        })
        .collect();
    assert_eq!(
        by,
        [
            (Some("alice"), Some("INC-42: bank down")),
            (None, None), // the open period ended
            (Some("bob"), None),
            (None, None),
        ]
    );
}
