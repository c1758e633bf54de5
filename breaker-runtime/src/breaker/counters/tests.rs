use std::time::{Duration, SystemTime};

use super::{COUNTERS, Counter, Counters};
use crate::breaker::thread_slots::{SHARED, replace_slot};
use crate::time::{Tick, Time, WallInstant};

const ALL: [Counter; COUNTERS] = [
    Counter::Successes,
    Counter::Failures,
    Counter::Ignored,
    Counter::Cancelled,
    Counter::Slow,
    Counter::RejectedOpen,
    Counter::RejectedHalfOpenFull,
    Counter::RejectedRamp,
    Counter::RejectedForced,
    Counter::Stale,
    Counter::FallbackSuccesses,
    Counter::FallbackFailures,
    Counter::RejectedProbedElsewhere,
];

fn add_all(counters: &Counters) {
    for (at, counter) in ALL.into_iter().enumerate() {
        for _ in 0..=at {
            counters.add(counter);
        }
    }
}

/// Returns the instant `secs` seconds after the clock's origin, which is 100 s after the Unix epoch.
fn moment(secs: u64) -> WallInstant {
    let tick = Tick::from_nanos(0).after(Duration::from_secs(secs));
    WallInstant {
        now: tick,
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(100 + secs),
    }
}

fn counted(counters: &Counters) -> [u64; COUNTERS] {
    let totals = counters.totals(moment(0));
    [
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.cancelled,
        totals.slow,
        totals.rejections.open,
        totals.rejections.half_open_full,
        totals.rejections.ramp,
        totals.rejections.forced,
        totals.stale,
        totals.fallback_successes,
        totals.fallback_failures,
        totals.rejections.probed_elsewhere,
    ]
}

#[test]
fn every_counter_counts_separately() {
    let counters = Counters::new();
    add_all(&counters);
    assert_eq!(
        counted(&counters),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    );
    assert_eq!(counters.totals(moment(0)).rejected, 6 + 7 + 8 + 9 + 13);
    assert_eq!(counters.totals(moment(0)).calls, 1 + 2 + 3 + 4);
}

#[test]
fn a_thread_without_a_slot_counts_in_the_shared_counters() {
    let counters = Counters::new();
    let before = replace_slot(SHARED);
    add_all(&counters);
    replace_slot(before);
    add_all(&counters);
    assert_eq!(
        counted(&counters),
        [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26]
    );
}

#[test]
fn a_failure_is_counted_and_its_date_never_goes_back_on_any_thread() {
    for shared in [false, true] {
        let counters = Counters::new();
        let before = shared.then(|| replace_slot(SHARED));
        for (number, (secs, latest)) in (1..).zip([(7, 7), (9, 9), (5, 9)]) {
            counters.add_failure(moment(secs).now);
            let totals = counters.totals(moment(10));
            assert_eq!(totals.failures, number, "{shared}");
            let latest = Some(moment(latest).wall);
            assert_eq!(totals.last_failure_at, latest, "{shared} {secs}");
        }
        if let Some(before) = before {
            replace_slot(before);
        }
    }
}

#[test]
fn a_success_at_the_origin_of_the_clock_is_dated() {
    let counters = Counters::new();
    counters.add_success(moment(0).now);
    let at = counters.totals(moment(1)).last_success_at;
    assert_eq!(at, Some(moment(0).wall));
}

#[test]
fn no_date_is_later_than_the_query() {
    let counters = Counters::new();
    counters.add_failure(moment(9).now);
    let at = counters.totals(moment(8)).last_failure_at;
    assert_eq!(at, Some(moment(8).wall));
}

#[test]
fn the_first_of_every_64_clean_successes_is_dated_on_any_thread() {
    let time = Time::System;
    for shared in [false, true] {
        let counters = Counters::new();
        let before = shared.then(|| replace_slot(SHARED));
        let lower_bound = || counters.totals(time.moment()).last_success_is_lower_bound;
        for number in 0..130 {
            if !counters.add_clean_success() {
                counters.finish_clean_success(&time);
            }
            assert_eq!(lower_bound(), number % 64 != 0, "{shared} {number}");
        }
        if let Some(before) = before {
            replace_slot(before);
        }
    }
}

#[test]
fn a_success_that_has_read_a_clock_is_dated_on_any_thread() {
    for shared in [false, true] {
        let counters = Counters::new();
        let before = shared.then(|| replace_slot(SHARED));
        for secs in 1..5 {
            counters.add_success(moment(secs).now);
            let totals = counters.totals(moment(9));
            assert_eq!(totals.last_success_at, Some(moment(secs).wall));
            assert!(!totals.last_success_is_lower_bound, "{shared} {secs}");
        }
        if let Some(before) = before {
            replace_slot(before);
        }
    }
}
