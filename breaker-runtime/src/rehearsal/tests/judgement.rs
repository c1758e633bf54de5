//! Openings next to the outages of a trace.

use super::*;

/// A hundred seconds of an outage from the second 100 on, and the failures of `others`.
fn with_failures(others: &[u32]) -> Vec<Call> {
    let mut calls = steady(0..400, 100..200);
    for second in others {
        let call = &mut calls[*second as usize];
        *call = Call::new(call.started(), call.took(), FAILURE);
    }
    calls
}

#[test]
fn an_opening_that_closed_before_the_outage_did_not_meet_it() {
    // Two failures open the circuit from 83.1 s to 88.1 s, and three probes close it at 91.1 s. Nothing opens it during
    // the outage, because its failures are no row: every second call succeeds.
    let mut calls = with_failures(&[82, 83]);
    for second in (101..200).step_by(2) {
        let call = &mut calls[second];
        *call = Call::new(call.started(), call.took(), CallOutcome::Success);
    }
    let config = Config::new().threshold(2).open_for(secs(5.0));
    let report = play(&calls, config);
    let [met] = report.outages.as_slice() else {
        panic!("{:?}", report.outages);
    };
    assert_eq!((report.openings, met.outage.began), (1, at(100.0)));
    assert_eq!(report.opening_list[0].closed, Some(at(91.1)));
    assert_eq!((met.opening_delay, met.recovery_delay), (None, None));
    assert_eq!(report.missed_outages(), 1);
    // It was close enough not to be false.
    assert_eq!(report.false_openings, 0);
}

#[test]
fn an_opening_long_before_the_outage_is_false() {
    let config = Config::new().threshold(2).open_for(secs(5.0));
    let report = play(&with_failures(&[40, 41]), config);
    assert_eq!((report.openings, report.false_openings), (2, 1));
    assert_eq!(report.outages[0].opening_delay, Some(secs(1.1)));
}

#[test]
fn a_failure_at_the_end_of_the_trace_does_not_prolong_an_outage_that_was_over() {
    // Successes from 40 s on, and the last call fails.
    let mut calls = steady(0..48, 10..40);
    calls.push(call(48.0, 0.1, FAILURE));
    let mut summary = TraceSummary::new();
    for call in &calls {
        summary.push(call).expect("in order");
    }
    let outages = summary.finish().outages;
    assert_eq!((outages.len(), outages[0].unended), (1, false));
}

#[test]
fn with_keys_the_recovery_is_that_of_the_last_circuit() {
    // Key `slow` fails until second 60, key `quick` until 15; both begin at 10.
    let outcome = |second, until| match (10..until).contains(&second) {
        true => FAILURE,
        false => CallOutcome::Success,
    };
    let calls: Vec<_> = (0..120_u32)
        .flat_map(|second| {
            [("slow", 60), ("quick", 15)].map(|(key, until)| {
                call(f64::from(second), 0.1, outcome(second, until)).with_key(key)
            })
        })
        .collect();
    let report = play(&calls, Config::new().threshold(3).open_for(secs(10.0)));
    let closed = report.opening_list.iter().filter_map(|it| it.closed).max();
    let met = &report.outages[0];
    let last = closed.expect("both close").duration_since(met.outage.ended);
    assert_eq!(met.recovery_delay, Some(last.expect("after the outage")));
}

#[test]
fn openings_beyond_the_list_count_nevertheless() {
    // Each key fails once, and opens.
    let calls: Vec<_> = (0..10_050_u32)
        .map(|nth| call(f64::from(nth) * 60.0, 0.1, FAILURE).with_key(format!("key {nth}")))
        .collect();
    let config = Config::new().threshold(1).max_keys(20_000);
    let rule = OutageRule::new().with_min_calls(1_000_000);
    let candidates = [candidate(config)];
    let (_, reports) =
        rehearse_all(calls.into_iter().map(Ok), &candidates, rule).expect("in order");
    let report = &reports[0];
    assert_eq!((report.openings, report.false_openings), (10_050, 10_050));
    assert_eq!(
        (report.opening_list.len(), report.openings_left_out),
        (10_000, 50)
    );
}

#[test]
fn the_opening_of_a_key_that_loses_its_place_ends() {
    let calls = [
        call(0.0, 0.1, FAILURE).with_key("a"),
        call(10_000.0, 0.1, CallOutcome::Success).with_key("b"),
    ];
    let config = Config::new().threshold(1).max_keys(1).idle_ttl(secs(60.0));
    let report = play(&calls, config);
    assert_eq!(report.opening_list[0].closed, Some(at(10_000.0)));
}

#[test]
fn calls_rejected_when_recorded_leave_no_circuits_of_keys_without_a_place() {
    let mut calls = vec![call(0.0, 5_000.0, CallOutcome::Success).with_key("busy")];
    calls.extend((1..50).map(|nth| {
        call(f64::from(nth), 0.0, CallOutcome::Rejected).with_key(format!("key {nth}"))
    }));
    let mut player = player::Player::new(candidate(Config::new().max_keys(1)));
    for call in &calls {
        player.push(call);
    }
    assert_eq!(player.circuits(), 2);
}
