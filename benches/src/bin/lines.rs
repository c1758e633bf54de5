//! Makes the calls of one case on two threads in turn, for `benches/shared-lines.sh`.
//!
//! Before each call, and after it, it writes a mark. So a trace of the program shows which call of which thread wrote
//! which cache line. It prints the addresses of the marks, or without an argument the names of all cases.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use breaker_benches::{Answer, BAD, GOOD, optional, ours};

/// The calls of each thread that are counted.
const CALLS: u64 = 1_000;

/// Written before a call of the first thread, before one of the second, and after each.
static MARKS: [Mark; 3] = [Mark::new(), Mark::new(), Mark::new()];

/// A mark on separate cache lines.
#[repr(align(128))]
struct Mark(AtomicU64);

impl Mark {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    fn write(&self) {
        self.0.store(1, Ordering::SeqCst);
    }
}

struct Case {
    name: &'static str,
    call: fn(u64) -> Answer,
    /// Returns the argument of a call from its number.
    argument: fn(u64) -> u64,
}

const CASES: [Case; 12] = [
    case("closed", ours::threshold, good),
    case("closed_1_error_in_100", ours::threshold, bad_in_100),
    case("closed_1_error_in_10", ours::threshold, bad_in_10),
    case("count_window", ours::count_window, good),
    case(
        "count_window_1_error_in_100",
        ours::count_window,
        bad_in_100,
    ),
    case("time_window", ours::long_time_window, good),
    case("slow_call", ours::long_slow_call, good),
    case("open", ours::open, good),
    case("latency", ours::latency, good),
    case("max_in_flight", optional::max_in_flight, good),
    case("one_key", ours::keyed, good),
    case("16_keys", ours::keyed, |number| number % 16),
];

const fn case(name: &'static str, call: fn(u64) -> Answer, argument: fn(u64) -> u64) -> Case {
    Case {
        name,
        call,
        argument,
    }
}

const fn good(_: u64) -> u64 {
    GOOD
}

const fn bad_in_100(number: u64) -> u64 {
    if number % 100 == 50 { BAD } else { GOOD }
}

const fn bad_in_10(number: u64) -> u64 {
    if number % 10 == 5 { BAD } else { GOOD }
}

fn main() {
    let Some(name) = std::env::args().nth(1) else {
        for case in &CASES {
            println!("{}", case.name);
        }
        return;
    };
    let Some(case) = CASES.iter().find(|case| case.name == name) else {
        eprintln!("there is no case `{name}`");
        return;
    };
    for mark in &MARKS {
        println!("{:08x}", std::ptr::from_ref(&mark.0).addr());
    }
    // The first call makes the breaker.
    let _ = black_box((case.call)(GOOD));
    ours::trip();
    let turns = Barrier::new(2);
    thread::scope(|scope| {
        for (own, mark) in MARKS.iter().enumerate().take(2) {
            let turns = &turns;
            scope.spawn(move || {
                // The first turn of each thread is not counted: it claims a slot, and caches keys.
                for turn in 0..4 {
                    turns.wait();
                    if turn % 2 == own {
                        calls(case, (turn >= 2).then_some(mark));
                    }
                }
            });
        }
    });
}

fn calls(case: &Case, mark: Option<&Mark>) {
    for number in 0..CALLS {
        let argument = black_box((case.argument)(number));
        if let Some(mark) = mark {
            mark.write();
        }
        let answer = black_box(case.call)(argument);
        if mark.is_some() {
            MARKS[2].write();
        }
        let _ = black_box(answer);
    }
}
