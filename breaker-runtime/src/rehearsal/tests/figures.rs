//! Small traces whose figures are calculated by hand.

use super::*;

/// Three failures in a row open the circuit for ten seconds.
fn three_in_a_row() -> Config {
    Config::new().threshold(3).open_for(secs(10.0))
}

/// The calls of the seconds 10 to 39 fail. The third failure ends at 12.1 s. Probes fail at 23.1 s and 34.1 s. The
/// period that ends at 44.1 s is followed by three good probes, the last of which ends at 47.1 s.
fn outage() -> Report {
    play(&steady(0..100, 10..40), three_in_a_row())
}

#[test]
fn an_outage_opens_the_circuit_and_probes_close_it() {
    use Reason::{FailuresInARow, OpenPeriodEnded, ProbeFailed, ProbesSucceeded};
    use State::{Closed, HalfOpen, Open};

    let expected = [
        (12.1, Open, FailuresInARow),
        (22.1, HalfOpen, OpenPeriodEnded),
        (23.1, Open, ProbeFailed),
        (33.1, HalfOpen, OpenPeriodEnded),
        (34.1, Open, ProbeFailed),
        (44.1, HalfOpen, OpenPeriodEnded),
        (47.1, Closed, ProbesSucceeded),
    ];
    assert_eq!(transitions(&outage()), expected);
}

#[test]
fn rejected_calls_are_counted_by_what_they_came_to_in_truth() {
    // Rejected: the seconds 13 to 22, 24 to 33, and 35 to 44, of which 40 to 44 succeeded.
    let report = outage();
    assert_eq!(
        (report.calls, report.admitted, report.rejected),
        (100, 70, 30)
    );
    assert_eq!((report.rejected_failed, report.rejected_succeeded), (25, 5));
    assert_eq!((report.rejected_other, report.rejected_unknown), (0, 0));
    assert_eq!(report.rejections.open, 30);
    // The seconds 10, 11 and 12, and two probes.
    assert_eq!(report.admitted_failed, 5);
    assert_eq!(
        (report.not_waited, report.not_spent),
        (secs(2.5), secs(3.0))
    );
}

#[test]
fn the_opening_of_an_outage_is_not_false() {
    let report = outage();
    assert_eq!(
        (report.openings, report.false_openings, report.reopenings),
        (1, 0, 2)
    );
    let [opening] = report.opening_list.as_slice() else {
        panic!("{:?}", report.opening_list);
    };
    assert_eq!((opening.opened, opening.closed), (at(12.1), Some(at(47.1))));
    assert_eq!(
        (
            opening.rejected,
            opening.rejected_failed,
            opening.rejected_succeeded
        ),
        (30, 25, 5)
    );
    assert!(!opening.is_false);
}

#[test]
fn delays_are_measured_from_the_ends_of_the_outage() {
    let report = outage();
    let [met] = report.outages.as_slice() else {
        panic!("{:?}", report.outages);
    };
    assert_eq!((met.outage.began, met.outage.ended), (at(10.0), at(39.0)));
    assert_eq!((met.outage.calls, met.outage.failures), (30, 30));
    assert_eq!(met.opening_delay, Some(secs(2.1)));
    assert_eq!(met.recovery_delay, Some(secs(8.1)));
    assert_eq!(report.missed_outages(), 0);
}

#[test]
fn the_bands_have_the_states_without_gaps() {
    use State::{Closed, HalfOpen, Open};

    let report = outage();
    assert_eq!(
        (report.time_open, report.time_half_open),
        (secs(30.0), secs(5.0))
    );
    let bands: Vec<_> = report
        .bands
        .iter()
        .map(|it| (it.from, it.to, it.state))
        .collect();
    let expected = [
        (0.0, 12.1, Closed),
        (12.1, 22.1, Open),
        (22.1, 23.1, HalfOpen),
        (23.1, 33.1, Open),
        (33.1, 34.1, HalfOpen),
        (34.1, 44.1, Open),
        (44.1, 47.1, HalfOpen),
        (47.1, 99.1, Closed),
    ];
    assert_eq!(
        bands,
        expected.map(|(from, to, state)| (at(from), at(to), state))
    );
    assert!(!report.bands_merged);
}

#[test]
fn an_opening_without_an_outage_is_false() {
    let report = play(&steady(0..100, 50..53), three_in_a_row());
    assert_eq!(
        (report.outages.len(), report.openings, report.false_openings),
        (0, 1, 1)
    );
    assert!(report.opening_list[0].is_false);
    // 53 to 62 are rejected; 63 is a probe.
    assert_eq!((report.rejected_failed, report.rejected_succeeded), (0, 10));
}

#[test]
fn an_outage_that_opens_nothing_is_missed() {
    let report = play(&steady(0..100, 10..40), Config::new().threshold(31));
    assert_eq!(
        (
            report.openings,
            report.missed_outages(),
            report.admitted_failed
        ),
        (0, 1, 30)
    );
    assert_eq!(report.outages[0].opening_delay, None);
}

#[test]
fn an_outage_at_the_end_of_the_trace_has_no_recovery() {
    let report = play(&steady(0..50, 20..50), three_in_a_row());
    assert!(report.outages[0].outage.unended);
    assert_eq!(report.outages[0].opening_delay, Some(secs(2.1)));
    assert_eq!(report.outages[0].recovery_delay, None);
    assert_eq!(report.opening_list[0].closed, None);
}

#[test]
fn a_slow_call_in_flight_opens_before_it_ends() {
    let calls = [
        call(0.0, 30.0, CallOutcome::Success),
        call(5.0, 0.1, CallOutcome::Success),
    ];
    let report = play(&calls, Config::new().threshold(1).slow_call(secs(2.0)));
    assert_eq!(
        transitions(&report)[0],
        (2.0, State::Open, Reason::FailuresInARow)
    );
    assert_eq!((report.rejected_succeeded, report.admitted_failed), (1, 0));
}

#[test]
fn a_shorter_call_timeout_ends_calls_early() {
    let calls = [
        call(0.0, 10.0, CallOutcome::Success),
        call(5.0, 0.1, CallOutcome::Success),
    ];
    let report = play(
        &calls,
        Config::new().threshold(1).call_timeout(Some(secs(2.0))),
    );
    assert_eq!(transitions(&report)[0].0, 2.0);
    assert_eq!((report.timed_out, report.rejected_succeeded), (1, 1));
}

#[test]
fn a_timeout_of_the_trace_ends_when_the_trace_says_although_its_timer_was_late() {
    let timed_out = CallOutcome::Failure(FailureKind::TimedOut);
    let report = play(
        &[call(0.0, 2.003, timed_out)],
        Config::new().threshold(1).call_timeout(Some(secs(2.0))),
    );
    assert_eq!((transitions(&report)[0].0, report.timed_out), (2.003, 0));
}

#[test]
fn a_call_that_outlived_the_limit_that_it_had_ends_as_in_the_trace() {
    let timed_out = |recorded: Option<f64>, limit| {
        let late = call(0.0, 3.0, CallOutcome::Success);
        let late = late.with_call_timeout(recorded.map(|it| crate::time::nanos(secs(it))));
        let config = Config::new().call_timeout(Some(secs(limit)));
        play(&[late], config).timed_out
    };
    assert_eq!(timed_out(None, 2.0), 1);
    assert_eq!(timed_out(Some(2.0), 2.0), 0);
    assert_eq!(timed_out(Some(1.0), 2.0), 0);
    assert_eq!(timed_out(Some(2.5), 2.0), 1);
}

#[test]
fn dropped_calls_are_judged_by_the_cancel_after_of_the_candidate() {
    let dropped = [call(0.0, 3.0, CallOutcome::Dropped)];
    let failed = [call(0.0, 3.0, CallOutcome::Failure(FailureKind::Dropped))];
    let opens = |calls: &[Call], limit| {
        let config = Config::new().threshold(1).cancel_after(Some(secs(limit)));
        play(calls, config).openings
    };
    assert_eq!((opens(&dropped, 3.0), opens(&dropped, 4.0)), (1, 0));
    assert_eq!((opens(&failed, 3.0), opens(&failed, 4.0)), (1, 0));
}

#[test]
fn a_row_of_dropped_calls_opens_and_an_answer_ends_the_row() {
    let dropped = |second| call(second, 0.1, CallOutcome::Dropped);
    let row = [dropped(0.0), dropped(1.0), dropped(2.0)];
    let config = Config::new().cancelled_in_a_row(Some(3));
    let opened = [(2.1, State::Open, Reason::AllCancelled)];
    assert_eq!(transitions(&play(&row, config)), opened);

    let answered = [
        dropped(0.0),
        dropped(1.0),
        call(1.5, 0.1, CallOutcome::Ignored),
        dropped(2.0),
    ];
    assert_eq!(play(&answered, config).openings, 0);
    let neutral = row.map(|it| Call::new(it.started(), it.took(), CallOutcome::Cancelled));
    assert_eq!(play(&neutral, config).openings, 0);
}

#[test]
fn a_trip_opens_and_its_hint_sets_the_period() {
    let trip = call(0.0, 1.0, CallOutcome::Trip).with_open_for_hint(secs(45.0));
    let report = play(
        &[trip, call(50.0, 1.0, CallOutcome::Success)],
        three_in_a_row(),
    );
    let expected = [
        (1.0, State::Open, Reason::TrippedByCall),
        (46.0, State::HalfOpen, Reason::OpenPeriodEnded),
    ];
    assert_eq!(transitions(&report), expected);
}

#[test]
fn a_call_beyond_max_in_flight_is_rejected_as_full() {
    let calls = [0.0, 1.0, 2.0, 9.0].map(|started| call(started, 5.0, CallOutcome::Success));
    let report = play(&calls, Config::new().max_in_flight(2));
    assert_eq!(
        (report.rejections.full, report.rejected, report.openings),
        (1, 1, 0)
    );
}

#[test]
fn at_one_instant_calls_end_before_others_begin() {
    let calls = [
        call(0.0, 5.0, CallOutcome::Success),
        call(5.0, 1.0, CallOutcome::Success),
    ];
    assert_eq!(play(&calls, Config::new().max_in_flight(1)).rejected, 0);
}

#[test]
fn the_order_of_a_recording_decides_at_one_instant() {
    use super::super::call::CallOrder;

    let ordered = |start, end, call: Call| call.with_order(CallOrder { start, end });
    let calls = [
        ordered(0, 2, call(0.0, 5.0, CallOutcome::Success)),
        ordered(1, 3, call(5.0, 1.0, CallOutcome::Success)),
    ];
    assert_eq!(play(&calls, Config::new().max_in_flight(1)).rejected, 1);
}

#[test]
fn a_call_that_was_rejected_when_recorded_decides_nothing() {
    let mut calls = steady(0..10, 0..3);
    calls.extend([15.0, 16.0].map(|second| call(second, 0.0, CallOutcome::Rejected)));
    calls.push(call(30.0, 0.1, CallOutcome::Rejected));
    // Open from 2.1 s for 20 s.
    let report = play(&calls, Config::new().threshold(3).open_for(secs(20.0)));
    assert_eq!((report.rejected_unknown, report.rejected_succeeded), (2, 7));
    assert_eq!((report.admitted, report.calls), (4, 13));
    assert_eq!(report.admitted_unknown, 1);
    assert_eq!(report.not_spent, secs(0.7));
}

#[test]
fn a_ramp_rejects_some_calls_after_the_circuit_has_closed() {
    let mut calls = steady(0..20, 0..3);
    // Probes at 13, 14 and 15 s, if the period ends at 12.1 s; then ten calls a second.
    calls.extend((0..40).map(|nth| call(20.0 + f64::from(nth) / 10.0, 0.01, CallOutcome::Success)));
    let report = play(&calls, three_in_a_row().ramp(secs(20.0)));
    assert!(report.rejections.ramp > 0);
    assert_eq!(
        report.rejected,
        report.rejections.open + report.rejections.ramp
    );
    assert_eq!(report.opening_list[0].rejected, report.rejections.open);
}

#[test]
fn time_that_runs_back_is_an_error_that_names_the_call() {
    let calls = [2.0, 3.0, 1.5].map(|started| Ok(call(started, 0.1, CallOutcome::Success)));
    let error = rehearse(calls, candidate(Config::new())).expect_err("it cannot be played");
    assert_eq!(
        error.to_string(),
        "call 3 began 1.5s before the call in front of it: sort the trace by the start of the calls"
    );
}

#[test]
fn an_empty_trace_is_an_error() {
    let error = rehearse([], candidate(Config::new())).expect_err("it cannot be played");
    assert!(matches!(error, TraceError::Empty));
}

/// Returns the second at which the only outage of a trace ends.
fn end_of_outage(calls: &[Call]) -> f64 {
    let mut summary = TraceSummary::new();
    for call in calls {
        summary.push(call).expect("in order");
    }
    let timeline = summary.finish();
    let [outage] = timeline.outages.as_slice() else {
        panic!("{:?}", timeline.outages);
    };
    let ended = outage.ended.duration_since(at(0.0)).expect("after noon");
    ended.as_secs_f64()
}

#[test]
fn an_outage_ends_with_the_failures_in_a_row_that_lead_out_of_it() {
    // The slot from 40 s on is good: three of its ten calls failed.
    assert_eq!(end_of_outage(&steady(0..100, 10..43)), 42.0);
}

#[test]
fn failures_after_a_good_slot_do_not_prolong_an_outage() {
    // The slots from 40 s and from 50 s on are good, and a row of failures leads from the one into the other.
    let mut calls = steady(0..100, 10..40);
    for call in &mut calls[48..52] {
        *call = Call::new(call.started(), call.took(), FAILURE);
    }
    assert_eq!(end_of_outage(&calls), 39.0);
}

#[test]
fn an_outage_goes_on_while_all_of_a_few_calls_fail() {
    // Twenty failures in twenty seconds, then one in twenty minutes, and at the end calls every second again.
    let mut calls = steady(0..20, 0..20);
    calls.extend((1..=12).map(|nth| call(f64::from(nth) * 1200.0, 0.1, FAILURE)));
    calls.extend(steady(14_500..14_600, 0..0));
    assert_eq!(end_of_outage(&calls), 14_400.0);
}

#[test]
fn a_failure_long_after_an_outage_is_none() {
    let mut calls = steady(0..100, 10..40);
    calls.push(call(9_000.0, 0.1, FAILURE));
    assert_eq!(end_of_outage(&calls), 39.0);
}

#[test]
fn a_row_of_failures_is_one_outage_however_few_they_are_at_night() {
    // Nobody calls at night but twice.
    let mut calls = steady(0..40, 10..40);
    calls.extend([5_000.0, 9_000.0].map(|second| call(second, 0.1, FAILURE)));
    let morning = steady(9_001..9_040, 9_001..9_020);
    calls.extend(morning);
    assert_eq!(end_of_outage(&calls), 9_019.0);
}

#[test]
fn outages_close_together_are_one() {
    let outages = |second_begins| {
        let mut calls = steady(0..200, 20..40);
        for call in &mut calls[second_begins..second_begins + 20] {
            *call = Call::new(call.started(), call.took(), FAILURE);
        }
        let mut summary = TraceSummary::new();
        calls
            .iter()
            .for_each(|call| summary.push(call).expect("in order"));
        summary.finish().outages.len()
    };
    assert_eq!((outages(45), outages(80)), (1, 2));
}

#[test]
fn the_slots_of_a_long_trace_are_wider_and_lose_no_call() {
    let mut summary = TraceSummary::new();
    for call in steady(0..5_000, 100..200) {
        summary.push(&call).expect("in order");
    }
    let timeline = summary.finish();
    assert_eq!((timeline.width, timeline.slots.len()), (secs(4.0), 1250));
    assert_eq!((timeline.calls, timeline.failures), (5_000, 100));
    assert_eq!(
        timeline.slots.iter().map(|slot| slot.failures).sum::<u64>(),
        100
    );
    let median = timeline.slots[0]
        .p50
        .expect("calls have ended")
        .as_secs_f64();
    assert!((0.075..=0.125).contains(&median), "{median}");
}
