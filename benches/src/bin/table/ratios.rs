//! What a call takes by the least that it could take, and by what it takes through other crates.

use crate::times::Times;
use crate::{FLOOR, OURS, PEERS, number};

/// The rows: what a call does, and its case.
const ROWS: [(&str, &str); 10] = [
    ("closed, `Ok`", "closed_ok_sync"),
    ("closed, 1 `Err` in 100", "closed_1_err_in_100"),
    ("closed, 10 `Err` in 100", "closed_10_err_in_100"),
    ("async, `Ok`", "closed_ok_async"),
    ("open, rejected", "open_rejected"),
    ("count window of 100", "count_window_100"),
    ("time window of 10 s", "time_window_10s"),
    ("`slow_call` of 100 ms", "slow_call_100ms"),
    ("one of 16 keys", "one_of_16_keys"),
    ("`latency = true`", "latency"),
];

/// What a call may take by the floor.
const BY_FLOOR: f64 = 1.5;

/// What a call on two threads may take by one on one thread.
const TWO_BY_ONE: f64 = 0.65;

/// Prints a row for each path. A ratio that is larger than it should be is bold.
pub(crate) fn print(times: &Times) {
    println!(
        "Nanoseconds per call in all, and ratios. Bold: above {BY_FLOOR} × the floor, or above"
    );
    println!("{TWO_BY_ONE} × the time on one thread.\n");
    println!("| | bare | floor | {OURS} | by the floor | best peer by it | 2 threads by one |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for (row, case) in ROWS {
        let [bare, floor, ours] = ["bare", FLOOR, OURS].map(|it| times.of(case, it));
        let peers = PEERS.map(|peer| times.of(case, peer)).into_iter();
        let best = peers.fold(f64::NAN, f64::min) / ours;
        let [bare, floor_ns, ours_ns, best] = [bare, floor, ours, best].map(|it| number(it, 1));
        let by_floor = at_most(BY_FLOOR, ours / floor);
        let both = at_most(TWO_BY_ONE, times.scaling(case, OURS));
        println!("| {row} | {bare} | {floor_ns} | {ours_ns} | {by_floor} | {best} | {both} |");
    }
    println!();
}

/// Writes a ratio, in bold if it is above the limit.
fn at_most(limit: f64, ratio: f64) -> String {
    let text = number(ratio, 2);
    if ratio > limit {
        format!("**{text}**")
    } else {
        text
    }
}
