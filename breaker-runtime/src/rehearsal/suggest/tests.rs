use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::rehearsal::{Call, CallOutcome, SuggestError, TraceError};
use crate::values::FailureKind;

/// Midnight of 1 November 2026, in seconds since 1970.
const MIDNIGHT: u64 = 1_793_491_200;

const FAILURE: CallOutcome = CallOutcome::Failure(FailureKind::Returned);

/// Ten minutes of each day from noon on, with a call a second; those that `fails` says fail.
fn days(days: u64, fails: impl Fn(u64, u64) -> bool) -> Vec<Call> {
    let of_day = |day: u64| {
        let fails = &fails;
        (0..600).map(move |second| {
            let began = MIDNIGHT + day * 86_400 + 43_200 + second;
            let outcome = match fails(day, second) {
                true => FAILURE,
                false => CallOutcome::Success,
            };
            let began = SystemTime::UNIX_EPOCH + Duration::from_secs(began);
            Call::new(began, Duration::from_millis(50), outcome)
        })
    };
    (0..days).flat_map(of_day).collect()
}

/// An outage of two minutes on each day.
fn outage(_: u64, second: u64) -> bool {
    (200..320).contains(&second)
}

fn suggested(calls: &[Call], options: &SuggestOptions) -> Suggestions {
    suggest(|| Ok(calls.iter().cloned().map(Ok)), options).expect("the calls are in order")
}

fn few() -> SuggestOptions {
    SuggestOptions::new().with_most_rehearsals(110)
}

fn midnight(day: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(MIDNIGHT + day * 86_400)
}

#[test]
fn no_candidate_of_the_front_is_worse_than_another_in_both_respects() {
    let found = suggested(&days(1, outage), &few());
    assert!(found.front.len() > 1, "{:?}", found.front);
    for pair in found.front.windows(2) {
        assert!(pair[0].rejected_succeeded < pair[1].rejected_succeeded);
        assert!(pair[0].admitted_failed > pair[1].admitted_failed);
    }
}

#[test]
fn an_eager_pick_lets_the_fewest_fail_and_a_cautious_one_rejects_the_fewest_good_calls() {
    // Besides the outage, two failures in a row each minute.
    let found = suggested(
        &days(1, |day, second| outage(day, second) || second % 60 < 2),
        &few(),
    );
    let [cautious, balanced, eager] = found.picks.as_slice() else {
        panic!("{:?}", found.picks);
    };
    assert_eq!(
        found.picks.iter().map(|pick| pick.kind).collect::<Vec<_>>(),
        [PickKind::Cautious, PickKind::Balanced, PickKind::Eager]
    );
    let respects = |pick: &Pick| (pick.chosen.rejected_succeeded, pick.chosen.admitted_failed);
    let (cautious, balanced, eager) = (respects(cautious), respects(balanced), respects(eager));
    assert!(cautious.0 <= balanced.0 && balanced.0 <= eager.0);
    assert!(cautious.1 >= balanced.1 && balanced.1 >= eager.1);
    assert!(cautious.0 < eager.0, "{cautious:?} {eager:?}");
}

#[test]
fn every_second_day_is_held_out() {
    let found = suggested(&days(3, outage), &few());
    assert_eq!(found.chosen_on, [midnight(0), midnight(2)]);
    assert_eq!(found.judged_on, [midnight(1)]);
    assert_eq!(found.outages, 2);
    assert_eq!(found.caveats, []);
    for pick in &found.picks {
        let judged = pick.judged.as_ref().expect("a day was held out");
        assert_eq!((judged.calls, judged.outages.len()), (600, 1));
        assert_eq!(judged.settings, pick.chosen.settings);
    }
    assert_eq!(found.base_judged.expect("a day was held out").calls, 600);
}

#[test]
fn each_day_is_played_by_itself() {
    // The outage lasts until the end of each day's calls, so that the circuit is open then.
    let found = suggested(&days(4, |_, second| second >= 500), &few());
    assert_eq!(found.outages, 2);
    for pick in &found.picks {
        let judged = pick.judged.as_ref().expect("a day was held out");
        assert!(
            judged
                .outages
                .iter()
                .all(|met| met.outage.unended && met.recovery_delay.is_none())
        );
        assert!(judged.time_open + judged.time_half_open < Duration::from_secs(600));
        assert_eq!((judged.false_openings, judged.missed_outages()), (0, 0));
    }
}

#[test]
fn calls_rejected_when_recorded_are_a_caveat() {
    let mut calls = days(1, outage);
    for call in &mut calls[230..300] {
        *call = Call::new(call.started(), Duration::ZERO, CallOutcome::Rejected);
    }
    let found = suggested(&calls, &few());
    assert_eq!(
        found.caveats,
        [Caveat::RejectedWhenRecorded, Caveat::OneDay]
    );
}

#[test]
fn one_day_is_too_few_to_judge() {
    let found = suggested(&days(1, outage), &few());
    assert_eq!(found.caveats, [Caveat::OneDay]);
    assert!(found.picks.iter().all(|pick| pick.judged.is_none()));
}

#[test]
fn without_an_outage_nothing_is_picked() {
    let found = suggested(&days(2, |_, _| false), &few());
    assert_eq!(
        found.caveats,
        [Caveat::NoOutageToChooseBy, Caveat::NoOutageToJudgeBy]
    );
    assert_eq!(
        (found.picks.len(), found.front.len(), found.outages),
        (0, 0, 0)
    );
}

#[test]
fn an_outage_on_a_held_out_day_only_is_no_reason_to_pick() {
    let found = suggested(
        &days(2, |day, second| day == 1 && outage(day, second)),
        &few(),
    );
    assert_eq!(found.caveats, [Caveat::NoOutageToChooseBy]);
    assert_eq!(found.picks.len(), 0);
}

#[test]
fn the_search_is_bounded_and_reads_the_trace_a_few_times() {
    let calls = days(1, outage);
    let reads = std::cell::Cell::new(0);
    let open = || {
        reads.set(reads.get() + 1);
        Ok(calls.iter().cloned().map(Ok))
    };
    let found = suggest(open, &few()).expect("the calls are in order");
    assert!(found.rehearsals <= 110, "{}", found.rehearsals);
    assert_eq!((reads.get(), found.passes), (2, 2));
    let fewer = suggested(&calls, &SuggestOptions::new().with_most_rehearsals(5));
    assert_eq!((fewer.rehearsals, fewer.passes), (5, 1));
}

#[test]
fn the_base_keeps_its_other_settings_in_every_pick() {
    let base = Config::new().half_open_calls(7).threshold(40);
    let found = suggested(&days(1, outage), &few().with_base(base));
    assert_eq!(found.base.settings.threshold, Some(40));
    for pick in &found.picks {
        assert_eq!(pick.chosen.settings.half_open_calls.get(), 7);
        let line = pick.attribute_line("pay");
        assert!(
            line.starts_with("#[circuit_breaker(name = \"pay\", "),
            "{line}"
        );
        assert!(line.contains("half_open_calls = 7"), "{line}");
    }
}

#[test]
fn a_base_that_cannot_be_met_is_an_error() {
    let open = || Ok(days(1, outage).into_iter().map(Ok));
    let error = suggest(open, &few().with_base(Config::new().failure_rate(0.5)));
    let error = error.expect_err("there is no window");
    assert_eq!(error.to_string(), "`failure_rate` needs a `window`");
}

#[test]
fn an_empty_trace_and_time_that_runs_back_are_errors() {
    let none = suggest(|| Ok(Vec::<Result<Call, TraceError>>::new()), &few());
    assert!(matches!(none, Err(SuggestError::Trace(TraceError::Empty))));
    let mut calls = days(2, outage);
    calls.swap(700, 701);
    // In a day that is held out: the number counts all calls.
    let back = suggest(|| Ok(calls.iter().cloned().map(Ok)), &few());
    let Err(SuggestError::Trace(TraceError::TimeRunsBack { call, .. })) = back else {
        panic!("{back:?}");
    };
    assert_eq!(call, 702);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn held_out_days_never_decide(failing in proptest::collection::vec(any::<bool>(), 600)) {
        let options = SuggestOptions::new().with_most_rehearsals(12);
        let same = suggested(&days(3, outage), &options);
        let other = suggested(
            &days(3, |day, second| if day == 1 { failing[second as usize] } else { outage(day, second) }),
            &options,
        );
        prop_assert_eq!(same.front, other.front);
        prop_assert_eq!(same.base, other.base);
        for (same, other) in same.picks.iter().zip(&other.picks) {
            prop_assert_eq!(&same.chosen, &other.chosen);
        }
        prop_assert_eq!(same.picks.len(), other.picks.len());
    }
}
