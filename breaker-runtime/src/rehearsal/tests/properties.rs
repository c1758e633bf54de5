//! What holds for every trace and every candidate.

use proptest::prelude::*;

use super::*;
use crate::machine::model;

/// Calls with random gaps, durations, outcomes and keys.
pub(super) fn traces() -> impl Strategy<Value = Vec<Call>> {
    let outcome = prop_oneof![
        6 => Just(CallOutcome::Success),
        6 => Just(FAILURE),
        1 => Just(CallOutcome::Failure(FailureKind::TimedOut)),
        1 => Just(CallOutcome::Failure(FailureKind::Dropped)),
        1 => Just(CallOutcome::Trip),
        1 => Just(CallOutcome::Ignored),
        1 => Just(CallOutcome::Dropped),
        1 => Just(CallOutcome::Cancelled),
        1 => Just(CallOutcome::Rejected),
    ];
    let key = proptest::option::weighted(0.6, 0..4_u8);
    let parts = (0..6_u64, 0..30_u64, outcome, key);
    proptest::collection::vec(parts, 1..80).prop_map(|calls| {
        // In nanoseconds, as the random settings.
        let mut now = NOON * 1_000_000_000;
        let mut begin = |(gap, took, outcome, key): (u64, u64, CallOutcome, Option<u8>)| {
            now += gap;
            let call = Call::at_nanos(now, took, outcome);
            match key {
                Some(key) => call.with_key(format!("key {key}")),
                None => call,
            }
        };
        calls.into_iter().map(&mut begin).collect()
    })
}

/// Settings with which no circuit ever opens.
fn never_opens() -> Config {
    Config::new().threshold(u32::MAX).cancel_after(None)
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let candidate = model::settings().prop_map(|settings| Candidate::in_force("random", settings));
    proptest::collection::vec(candidate, 1..5)
}

fn all(calls: &[Call], candidates: &[Candidate]) -> (Timeline, Vec<Report>) {
    let calls = calls.iter().cloned().map(Ok);
    rehearse_all(calls, candidates, OutageRule::new()).expect("the calls are in order")
}

proptest! {
    #[test]
    fn every_call_is_either_admitted_or_rejected(calls in traces(), candidates in candidates()) {
        let (timeline, reports) = all(&calls, &candidates);
        for report in reports {
            prop_assert_eq!(report.calls, calls.len() as u64);
            prop_assert_eq!(report.admitted + report.rejected, report.calls);
            let failed = report.admitted_failed + report.rejected_failed;
            prop_assert_eq!(failed, timeline.failures);
            let parts = report.rejected_failed + report.rejected_succeeded
                + report.rejected_other + report.rejected_unknown;
            prop_assert_eq!(parts, report.rejected);
            let by_reason = report.rejections;
            prop_assert_eq!(by_reason.open + by_reason.half_open_full + by_reason.ramp + by_reason.full, report.rejected);
            prop_assert!(report.not_waited <= report.not_spent);
        }
    }

    #[test]
    fn the_bands_cover_the_trace_without_gaps(calls in traces(), candidates in candidates()) {
        for report in all(&calls, &candidates).1 {
            let mut until = report.began;
            for band in &report.bands {
                prop_assert_eq!(band.from, until);
                prop_assert!(band.from < band.to);
                until = band.to;
            }
            prop_assert!(report.bands.is_empty() || until == report.ended);
        }
    }

    #[test]
    fn a_candidate_that_never_opens_shows_the_truth(calls in traces()) {
        // A trip opens whatever the settings are.
        let calls: Vec<_> = calls.into_iter().filter(|it| it.outcome() != CallOutcome::Trip).collect();
        prop_assume!(!calls.is_empty());
        let (timeline, reports) = all(&calls, &[candidate(never_opens())]);
        prop_assert_eq!((reports[0].rejected, reports[0].openings), (0, 0));
        prop_assert_eq!(reports[0].admitted_failed, timeline.failures);
        prop_assert_eq!(reports[0].calls, timeline.calls);
    }

    #[test]
    fn several_candidates_at_once_have_the_reports_that_each_has_alone(
        calls in traces(),
        candidates in candidates(),
    ) {
        let (_, together) = all(&calls, &candidates);
        for (candidate, report) in candidates.into_iter().zip(together) {
            let alone = rehearse(calls.iter().cloned().map(Ok), candidate);
            prop_assert_eq!(report, alone.expect("the calls are in order"));
        }
    }

    #[test]
    fn the_calls_of_an_outage_are_those_that_began_in_it(
        calls in traces(),
        slot in 1..8_u64,
        gap in 0..8_u64,
        min_calls in 1..4_u64,
    ) {
        let nanos = Duration::from_nanos;
        let rule = OutageRule::new().with_slot(nanos(slot)).with_gap(nanos(gap)).with_min_calls(min_calls);
        let mut summary = TraceSummary::with_rule(rule.with_least(nanos(2)).with_slow(nanos(20)));
        for call in &calls {
            prop_assert!(summary.push(call).is_ok());
        }
        for outage in summary.finish().outages {
            let during = calls.iter().filter(|it| (outage.began..=outage.ended).contains(&it.started()));
            let is_slow = |call: &Call| call.took() >= nanos(20);
            let counts = during.filter_map(|it| match it.outcome() {
                CallOutcome::Success | CallOutcome::Dropped => Some(is_slow(it)),
                CallOutcome::Failure(_) | CallOutcome::Trip => Some(true),
                _ => None,
            });
            let failed: Vec<bool> = counts.collect();
            let failures = failed.iter().filter(|it| **it).count();
            prop_assert_eq!((outage.calls, outage.failures), (failed.len() as u64, failures as u64));
        }
    }
}
