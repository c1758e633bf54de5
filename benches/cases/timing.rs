//! The time of one call, on one thread or on two at once.

use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode};

/// Calls of each thread before its time is taken.
const WARM_UP: usize = 1_000;

/// A case of the table: the same calls through one crate after the other.
pub(crate) struct Case<'a> {
    group: BenchmarkGroup<'a, WallTime>,
    threads: usize,
}

impl<'a> Case<'a> {
    /// Begins a case whose calls come from one thread.
    pub(crate) fn new(criterion: &'a mut Criterion, name: &str) -> Self {
        let group = criterion.benchmark_group(name);
        Self { group, threads: 1 }
    }

    /// Begins a case whose calls come from two threads at once.
    pub(crate) fn on_two_threads(criterion: &'a mut Criterion, name: &str) -> Self {
        let mut group = criterion.benchmark_group(format!("{name}_2_threads"));
        group.sampling_mode(SamplingMode::Flat);
        Self { group, threads: 2 }
    }

    /// Begins the case twice: on one thread and on two.
    pub(crate) fn both(criterion: &'a mut Criterion, name: &str, mut cases: impl FnMut(Case<'_>)) {
        cases(Case::new(criterion, name));
        cases(Case::on_two_threads(criterion, name));
    }

    /// Takes the time of the calls through one crate; each thread has a caller of its own.
    pub(crate) fn time<A, C>(&mut self, through: &str, caller: impl Fn() -> C + Sync)
    where
        C: FnMut() -> A,
    {
        let threads = self.threads;
        self.group.bench_function(through, |bencher| {
            if threads == 1 {
                let mut call = caller();
                bencher.iter(|| observe(&call()));
            } else {
                bencher.iter_custom(|calls| wall(calls, threads, &caller));
            }
        });
    }
}

/// Has the compiler believe that the answer is looked at where it stands. To move it, as `iter` does with
/// what it is given, right after its parts were written takes longer than the call.
#[inline]
fn observe<A>(answer: &A) {
    black_box(answer);
}

/// Returns how long `calls` calls took that were shared among the threads.
///
/// "Per call" is then wall time by the calls of all threads together: half the single-threaded time
/// if two threads do not disturb each other at all.
fn wall<A, C: FnMut() -> A>(
    calls: u64,
    threads: usize,
    caller: &(impl Fn() -> C + Sync),
) -> Duration {
    let each = calls.div_ceil(threads as u64);
    let arrived = AtomicUsize::new(0);
    let run = || {
        let mut call = caller();
        for _ in 0..WARM_UP {
            observe(&call());
        }
        // Not a `Barrier`: the time until it has woken the other thread would count.
        arrived.fetch_add(1, Ordering::Relaxed);
        while arrived.load(Ordering::Relaxed) < threads {
            spin_loop();
        }
        let began = Instant::now();
        for _ in 0..each {
            observe(&call());
        }
        (began, Instant::now())
    };
    let spans: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let ended = running.into_iter().map(thread::ScopedJoinHandle::join);
        ended.map(|span| span.expect("no call panics")).collect()
    });
    let began = spans.iter().map(|span| span.0).min();
    let ended = spans.iter().map(|span| span.1).max();
    began
        .zip(ended)
        .map_or(Duration::ZERO, |(began, ended)| ended - began)
}
