//! Prints what a recorder costs: per call, next to a call that is not recorded, and its thread at 10,000 calls a second.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use breaker_benches::{Answer, GOOD, ours};

/// The calls of a batch, which leave room in the buffer of their thread.
const BATCH: u32 = 2_000;
const BATCHES: u32 = 500;
const CALLS_PER_SECOND: u64 = 10_000;

fn main() -> Result<(), Box<dyn Error>> {
    let recording = ours::record();
    let (mut plain, mut recorded, mut latency) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..BATCHES {
        plain.push(batch(ours::threshold));
        latency.push(batch(ours::latency));
        recording.flush();
        recorded.push(batch(ours::recorded));
    }
    let (plain, latency, recorded) = (median(plain), median(latency), median(recorded));
    println!(
        "a closed call {plain:.1} ns, with latency = true {latency:.1} ns, recorded {recorded:.1} ns"
    );
    println!("recording adds {:.1} ns", recorded - plain);

    let seconds = 10;
    let before = cpu_of_recorder()?;
    let began = Instant::now();
    for step in 1..=seconds * 100 {
        for _ in 0..CALLS_PER_SECOND / 100 {
            let _ = black_box(ours::recorded(black_box(GOOD)));
        }
        let due = Duration::from_millis(10 * step);
        thread::sleep(due.saturating_sub(began.elapsed()));
    }
    recording.flush();
    let used = cpu_of_recorder()?.saturating_sub(before);
    let share = 100.0 * used.as_secs_f64() / began.elapsed().as_secs_f64();
    println!("at {CALLS_PER_SECOND} calls a second, its thread takes {share:.2} % of a core");
    println!("{:?}", recording.stats());
    Ok(())
}

/// Returns the time of one call in nanoseconds, of many in a row.
fn batch(call: fn(u64) -> Answer) -> f64 {
    let began = Instant::now();
    for _ in 0..BATCH {
        let _ = black_box(black_box(call)(black_box(GOOD)));
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Returns how long the thread of the recorder has run.
fn cpu_of_recorder() -> Result<Duration, Box<dyn Error>> {
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if fs::read_to_string(task.join("comm"))?.starts_with("breaker-recorde") {
            let times = fs::read_to_string(task.join("schedstat"))?;
            let nanos = times.split(' ').next().unwrap_or_default();
            return Ok(Duration::from_nanos(nanos.parse()?));
        }
    }
    Err("the recorder has no thread".into())
}
