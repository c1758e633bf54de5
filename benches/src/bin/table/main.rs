//! Prints, as Markdown, what the rounds of `table.sh` measured, and how near it is to the floors.
//!
//! The argument is a directory with one directory of criterion's per round. Every number is the
//! median over the rounds of the median of a round.

mod ratios;
mod times;

use std::collections::BTreeSet;
use std::error::Error;
use std::future::ready;
use std::path::Path;
use std::{env, thread};

use breaker_benches::{async_body, ours};

use self::times::Times;

const FLOOR: &str = "floor";
const OURS: &str = "breaker-runtime";
const PEERS: [&str; 5] = [
    "recloser",
    "failsafe",
    "breaker",
    "tower-resilience",
    "seatbelt",
];
const CASES: [&str; 16] = [
    "closed_ok_sync",
    "closed_1_err_in_100",
    "closed_10_err_in_100",
    "closed_ok_async",
    "stream_of_100",
    "open_rejected",
    "closed_ok_sync_2_threads",
    "count_window_100",
    "count_window_100_2_threads",
    "time_window_10s",
    "time_window_10s_2_threads",
    "slow_call_100ms",
    "tower_closed",
    "tower_closed_2_threads",
    "tower_open_rejected",
    "dropped",
];

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = env::args_os().nth(1).ok_or("usage: table <directory>")?;
    let times = Times::read(Path::new(&rounds))?;
    let cores = thread::available_parallelism()?;
    println!("Rounds: {}; cores: {cores}.\n", times.rounds);
    if times.scaling("closed_ok_sync", "bare") > 0.75 {
        println!("**The threads had no core each, or the machine was busy: the bare call does not");
        println!("scale either, and the rows with two threads say nothing.**\n");
    }
    ratios::print(&times);
    print_times(&times);
    print_own(&times);
    print_sizes();
    Ok(())
}

fn print_times(times: &Times) {
    println!("Nanoseconds per call; in brackets what the breaker adds to the bare call, and how");
    println!("many times as much as {OURS} that is.");
    println!("On two threads: wall time by the calls of both.\n");
    println!("| case | bare | {OURS} | {} |", PEERS.join(" | "));
    println!("|---|--:|--:|{}", "--:|".repeat(PEERS.len()));
    for case in CASES {
        let bare = number(times.of(case, "bare"), 1);
        let (time, added) = (times.of(case, OURS), times.added(case, OURS));
        let peers = PEERS.map(|peer| {
            let (time, added) = (times.of(case, peer), times.added(case, peer));
            if time.is_nan() {
                return number(time, 1);
            }
            format!("{time:.1} (+{added:.1}, {:.1} ×)", times.ratio(case, peer))
        });
        let peers = peers.join(" | ");
        println!("| {case} | {bare} | {time:.1} (+{added:.1}) | {peers} |");
    }
    println!();
    println!("Time per call on two threads by that on one; 0.5 is perfect.\n");
    println!("| case | bare | {OURS} | {} |", PEERS.join(" | "));
    println!("|---|--:|--:|{}", "--:|".repeat(PEERS.len()));
    for case in [
        "closed_ok_sync",
        "count_window_100",
        "time_window_10s",
        "tower_closed",
    ] {
        let columns = ["bare", OURS].into_iter().chain(PEERS);
        let cells: Vec<_> = columns
            .map(|it| number(times.scaling(case, it), 2))
            .collect();
        println!("| {case} | {} |", cells.join(" | "));
    }
    println!();
}

/// Prints the cases that have no peers.
fn print_own(times: &Times) {
    println!("| {OURS} alone | ns | 2 threads, ns | 2 threads × one |");
    println!("|---|--:|--:|--:|");
    let mut own = BTreeSet::new();
    for (case, through) in times.medians.keys() {
        let known =
            ["bare", FLOOR, OURS].contains(&through.as_str()) || PEERS.contains(&through.as_str());
        if !known && !case.ends_with("_2_threads") {
            own.insert((case, through));
        }
    }
    for (case, through) in own {
        let time = number(times.of(case, through), 1);
        let both = number(times.of(&format!("{case}_2_threads"), through), 1);
        let scaling = number(times.scaling(case, through), 2);
        println!("| {case}, {through} | {time} | {both} | {scaling} |");
    }
    println!();
}

fn print_sizes() {
    println!("| future of an `async fn` | bare, bytes | with the attribute | larger by |");
    println!("|---|--:|--:|--:|");
    let without_argument = async {
        ready(()).await;
        Ok::<u64, breaker_benches::Error>(1)
    };
    let row = |of, bare, guarded| println!("| {of} | {bare} | {guarded} | {} |", guarded - bare);
    row("`u64`", size(&async_body(1)), size(&ours::future(1)));
    let guarded = ours::future_without_argument();
    row("no argument", size(&without_argument), size(&guarded));
    println!();
}

fn size<F>(future: &F) -> f64 {
    f64::from(u32::try_from(size_of_val(future)).unwrap_or(u32::MAX))
}

/// Writes a number, or a dash if it was not measured.
fn number(value: f64, places: usize) -> String {
    if value.is_nan() {
        String::from("–")
    } else {
        format!("{value:.places$}")
    }
}
