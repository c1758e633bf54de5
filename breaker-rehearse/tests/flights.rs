//! A rehearsal on real calls: flights from New York in two weeks with a blizzard. `tests/data/README.md` describes them.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use breaker_rehearse::{html, read_duration, read_time};
use breaker_runtime::rehearsal::{
    Call, CallOutcome, Candidate, OutageRule, Rehearsal, Report, TraceSummary,
};
use breaker_runtime::{Config, FailureKind};
use flate2::read::GzDecoder;

const HOUR: Duration = Duration::from_secs(3600);

/// Outages of at least an hour, in slots of at least 20 flights.
fn rule() -> OutageRule {
    let rule = OutageRule::new().with_min_calls(20).with_least(HOUR);
    rule.with_gap(3 * HOUR).with_tolerance(HOUR)
}

fn instant(text: &str) -> SystemTime {
    let nanos = read_time(text, None).unwrap();
    UNIX_EPOCH + Duration::from_nanos(nanos.unsigned_abs())
}

fn calls() -> Vec<Call> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/flights.csv.gz");
    let mut file = csv::Reader::from_reader(GzDecoder::new(File::open(path).unwrap()));
    let call = |row: csv::StringRecord| {
        let outcome = match &row[2] {
            "503" => CallOutcome::Failure(FailureKind::Returned),
            _ => CallOutcome::Success,
        };
        let took = read_duration(&row[1], None).unwrap();
        Call::new(instant(&row[0]), Duration::from_nanos(took), outcome)
    };
    file.records().map(|row| call(row.unwrap())).collect()
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
fn the_page_of_two_weeks_is_small() {
    let calls = calls();
    let mut summary = TraceSummary::with_rule(rule());
    for call in &calls {
        summary.push(call).unwrap();
    }
    let reports = [3, 5, 10].map(|threshold| report(&calls, threshold, HOUR));
    let page = html::render("flights.csv.gz", &[], &summary.finish(), &reports);
    assert!(page.len() < 200_000, "{} bytes", page.len());
}
