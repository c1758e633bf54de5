//! The numbers to reach.

use breaker_benches::{async_body, ours};

use crate::times::Times;
use crate::{OURS, PEERS, size};

/// Prints a row for each number to reach.
pub(crate) fn print(times: &Times) {
    println!("| case | to reach | measured | reached |");
    println!("|---|---|--:|---|");
    closed(times);
    windows(times);
    registry(times);
    tower(times);
    println!();
}

fn closed(times: &Times) {
    let added = |case| times.added(case, OURS);

    let case = "closed_ok_sync";
    at_most("closed, `Ok`, sync", "ns over bare", 2.0, added(case));
    let [recloser, failsafe] = ["recloser", "failsafe"].map(|peer| times.ratio(case, peer));
    at_least("", "what recloser adds", 8.0, recloser);
    at_least("", "what failsafe adds", 10.0, failsafe);

    let over = added("closed_1_err_in_100");
    at_most("closed, 1 `Err` in 100", "ns over bare", 3.0, over);

    let over = added("closed_ok_async");
    at_most("closed, `Ok`, async", "ns over bare", 4.0, over);
    let larger = size(&ours::future(1)) - size(&async_body(1));
    at_most("", "bytes that the future is larger", 48.0, larger);

    let both = times.scaling(case, OURS);
    at_most("closed, 2 threads", "× one thread", 0.65, both);
    let case = "closed_ok_sync_2_threads";
    let peers = PEERS.map(|peer| times.of(case, peer)).into_iter();
    let best = peers.fold(f64::INFINITY, f64::min) / times.of(case, OURS);
    at_least("", "what the best peer takes", 15.0, best);

    let case = "open_rejected";
    at_most("open, rejected", "ns in all", 10.0, times.of(case, OURS));
    let recloser = times.ratio(case, "recloser");
    at_least("", "what recloser takes", 3.5, recloser);
}

fn windows(times: &Times) {
    let added = |case| times.added(case, OURS);

    let over = added("count_window_100");
    at_most("count window of 100", "ns over bare", 12.0, over);
    let both = times.of("count_window_100_2_threads", OURS);
    at_most("", "ns on 2 threads", 25.0, both);

    let over = added("time_window_10s");
    at_most("time window of 10 s", "ns over bare", 12.0, over);
    let both = times.scaling("time_window_10s", OURS);
    at_most("", "2 threads × one", 0.65, both);

    let over = added("slow_call_100ms");
    at_most("`slow_call` of 100 ms", "ns over bare", 18.0, over);
}

fn registry(times: &Times) {
    let (case, through) = ("registry_get_10000", "a_name_each");
    let one = times.of(case, through);
    at_most("`Registry::get` among 10,000", "ns", 40.0, one);
    let both = times.scaling(case, through);
    at_most("", "2 threads × one", 0.65, both);

    let case = "one_of_10000_breakers";
    let spread = times.of(case, "among_16") / times.of(case, "same");
    at_most("16 of 10,000 breakers", "× the same one", 1.1, spread);
}

fn tower(times: &Times) {
    let peer = "tower-resilience";
    let case = "tower_closed";
    at_least(
        "layer of Tower, closed",
        "what tower-resilience adds",
        20.0,
        times.ratio(case, peer),
    );
    let case = "tower_closed_2_threads";
    at_least("", "the same on 2 threads", 100.0, times.ratio(case, peer));
}

fn at_most(case: &str, what: &str, limit: f64, value: f64) {
    let reached = verdict(value <= limit);
    println!("| {case} | {what}: at most {limit} | {value:.2} | {reached} |");
}

fn at_least(case: &str, what: &str, limit: f64, value: f64) {
    let reached = verdict(value >= limit);
    println!("| {case} | {what}: at least {limit} × | {value:.1} × | {reached} |");
}

fn verdict(reached: bool) -> &'static str {
    if reached { "yes" } else { "**no**" }
}
