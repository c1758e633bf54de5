//! The instructions of a call, counted by callgrind; `ci/instructions.sh` compares them with
//! `instructions.txt`.

#![expect(
    missing_docs,
    unused_qualifications,
    reason = "the harness expands to them"
)]

use std::hint::black_box;

use breaker_benches::{Answer, GOOD, bare, bare_async, floors, optional, ours};
use gungraun::{library_benchmark, library_benchmark_group, main};

/// As many as the script divides by.
const CALLS: u64 = 1_000;

type Call = fn(u64) -> Answer;

/// Has everything happen that only the first calls of a thread and of a breaker need.
fn warm(call: Call) -> Call {
    calls(call);
    call
}

fn tripped(call: Call) -> Call {
    floors::trip();
    ours::trip();
    warm(call)
}

fn joined(call: Call) -> Call {
    ours::join();
    warm(call)
}

fn joined_and_tripped(call: Call) -> Call {
    ours::join_and_trip();
    warm(call)
}

fn recorded(call: Call) -> Call {
    ours::record();
    let call = warm(call);
    // From here on, no ring is half full.
    ours::record().flush();
    call
}

fn calls(call: Call) {
    for _ in 0..CALLS {
        black_box(&black_box(call)(black_box(GOOD)));
    }
}

#[library_benchmark(setup = warm)]
#[bench::bare(bare)]
#[bench::bare_async(bare_async)]
#[bench::floor_closed(floors::closed)]
#[bench::closed(ours::threshold)]
#[bench::floor_closed_async(floors::closed_async)]
#[bench::closed_async(ours::threshold_async)]
#[bench::floor_count_window(floors::count_window)]
#[bench::count_window(ours::count_window)]
#[bench::floor_time_window(floors::time_window)]
#[bench::time_window(ours::long_time_window)]
#[bench::floor_slow_call(floors::slow_call)]
#[bench::slow_call(ours::long_slow_call)]
#[bench::floor_latency(floors::latency)]
#[bench::latency(ours::latency)]
#[bench::recorded(args = (ours::recorded), setup = recorded)]
#[bench::floor_keyed(floors::keyed)]
#[bench::keyed(ours::keyed)]
#[bench::floor_failing(floors::failing)]
#[bench::failing(ours::failing)]
#[bench::floor_open(args = (floors::open), setup = tripped)]
#[bench::open(args = (ours::open), setup = tripped)]
#[bench::call(ours::call)]
#[bench::call_with(ours::call_with)]
#[bench::permit(ours::permit)]
#[bench::shadow(optional::shadow)]
#[bench::max_in_flight(optional::max_in_flight)]
#[bench::dropped(optional::dropped)]
#[bench::shared(args = (ours::shared), setup = joined)]
#[bench::shared_open(args = (ours::shared_open), setup = joined_and_tripped)]
fn path(call: Call) {
    calls(call);
}

library_benchmark_group!(name = instructions, benchmarks = [path]);

main!(library_benchmark_groups = instructions);
