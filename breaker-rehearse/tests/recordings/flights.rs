//! Flights from New York in two weeks with a blizzard.

use std::time::{Duration, SystemTime};

use breaker_rehearse::html;
use breaker_runtime::Config;
use breaker_runtime::rehearsal::{
    Call, CallOutcome, Candidate, OutageRule, Rehearsal, Report, TraceSummary,
};

use crate::{instant, read};

const HOUR: Duration = Duration::from_secs(3600);

/// Outages of at least an hour, in slots of at least 20 flights.
fn rule() -> OutageRule {
    let rule = OutageRule::new().with_min_calls(20).with_least(HOUR);
    rule.with_gap(3 * HOUR).with_tolerance(HOUR)
}

fn calls() -> Vec<Call> {
    read("flights.csv.gz")
}

fn report(calls: &[Call], threshold: u32, open_for: Duration) -> Report {
    let config = Config::new().threshold(threshold).open_for(open_for);
    let candidate = Candidate::new(format!("{threshold} in a row"), config).unwrap();
    let mut rehearsal = Rehearsal::with_rule(candidate, rule());
    for call in calls {
        rehearsal.push(call).unwrap();
    }
    rehearsal.finish()
}

#[test]
fn the_figures_are_those_of_an_independent_count() {
    let calls = calls();
    for (threshold, open_for, expected) in [
        // As count.py prints them.
        (3, HOUR, [5, 22, 97_200, 815, 499, 246]),
        (5, HOUR, [2, 19, 75_600, 752, 172, 309]),
        (10, HOUR, [1, 17, 64_800, 675, 107, 386]),
        (10, HOUR / 4, [1, 59, 54_000, 623, 52, 438]),
    ] {
        let report = report(&calls, threshold, open_for);
        let figures = [
            report.openings,
            report.reopenings,
            report.time_open.as_secs(),
            report.rejected_failed,
            report.rejected_succeeded,
            report.admitted_failed,
        ];
        assert_eq!(figures, expected, "{threshold} in a row, {open_for:?}");
        assert_eq!(report.calls, 12_222);
    }
}

#[test]
fn the_blizzard_is_the_outage_and_three_in_a_row_happen_on_other_days() {
    let calls = calls();
    let [eager, calm] = [3, 10].map(|threshold| report(&calls, threshold, HOUR));
    let [met] = calm.outages.as_slice() else {
        panic!("one outage, not {:?}", calm.outages)
    };
    let within = |at: SystemTime, from: &str, to: &str| {
        let [from, to] = [from, to].map(instant);
        assert!((from..to).contains(&at), "{at:?}");
    };
    within(met.outage.began, "2013-02-08T18:00Z", "2013-02-08T21:00Z");
    within(met.outage.ended, "2013-02-09T17:00Z", "2013-02-09T23:00Z");
    assert_eq!((eager.false_openings, calm.false_openings), (3, 0));
}

#[test]
fn the_calls_of_the_blizzard_are_the_flights_that_left_during_it() {
    let calls = calls();
    let mut summary = TraceSummary::with_rule(rule());
    for call in &calls {
        summary.push(call).unwrap();
    }
    let timeline = summary.finish();
    let [blizzard] = timeline.outages.as_slice() else {
        panic!("one outage, not {:?}", timeline.outages)
    };
    let during = calls
        .iter()
        .filter(|it| it.started() >= blizzard.began && it.started() <= blizzard.ended);
    let (failed, flown): (Vec<_>, Vec<_>) =
        during.partition(|it| it.outcome() != CallOutcome::Success);
    assert_eq!(
        (blizzard.calls, blizzard.failures),
        ((failed.len() + flown.len()) as u64, failed.len() as u64)
    );
}

#[test]
fn the_page_of_two_weeks_is_small() {
    let calls = calls();
    let mut summary = TraceSummary::with_rule(rule());
    for call in &calls {
        summary.push(call).unwrap();
    }
    let reports = [3, 5, 10].map(|threshold| report(&calls, threshold, HOUR));
    let notes = [String::from("A note may have <b>bold</b> words.")];
    let page = html::render(
        "flights.csv.gz",
        "departures",
        &notes,
        &summary.finish(),
        &reports,
    );
    assert!(page.len() < 200_000, "{} bytes", page.len());
    // ci/page.sh looks at it in a browser.
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("flights.html");
    std::fs::write(path, page).unwrap();
}
