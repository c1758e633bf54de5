//! A storm on a few breakers, in real time: threads and a runtime of tokio call them in every way there
//! is, while others steer, reconfigure and read them. At the end nothing may be lost, held or stuck.
//!
//! `ci/storm.sh 600` lets it last ten minutes and prints what memory did meanwhile.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    unused_qualifications,
    reason = "a test that unwraps fails where it should"
)]

mod calls;
mod memory;
mod steering;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use breaker_runtime::{CircuitBreaker, Config, Registry, State, Window};

/// What was seen from outside.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    successes: AtomicU64,
    failures: AtomicU64,
    ignored: AtomicU64,
    cancelled: AtomicU64,
    rejected: AtomicU64,
}

impl Kept {
    pub(crate) fn add(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }

    fn read(&self) -> [u64; 5] {
        let counts = [
            &self.successes,
            &self.failures,
            &self.ignored,
            &self.cancelled,
            &self.rejected,
        ];
        counts.map(|count| count.load(Ordering::Relaxed))
    }
}

/// A breaker and what has to come of it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) breaker: CircuitBreaker,
    pub(crate) kept: Arc<Kept>,
}

/// Numbers that need not be good, only quick and different for each thread.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Throws a number below `sides`.
    pub(crate) fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

const PATIENCE: Duration = Duration::from_millis(100);
const OPEN_FOR: Duration = Duration::from_millis(2);

fn configs() -> Vec<(&'static str, Config)> {
    let short = Config::new()
        .open_for(OPEN_FOR)
        .max_open_for(4 * OPEN_FOR)
        .probe_timeout(Duration::from_millis(20))
        .backoff(1.5)
        .jitter(0.2)
        // A thread may be held up for longer than any limit: no dropped call is a failure here.
        .cancel_after(None);
    let slow = Duration::from_micros(300);
    vec![
        ("plain", short.threshold(6)),
        ("calls", short.window(Window::Calls(200)).failure_rate(0.5)),
        (
            "time",
            short
                .window(Window::Time(Duration::from_millis(50)))
                .max_failures(90)
                .threshold(50),
        ),
        ("slow", short.slow_call(slow).threshold(30)),
        // By the coarse clock, which lags behind the one of the readings.
        ("patient", short.slow_call(PATIENCE).threshold(30)),
        (
            "everything",
            short
                .window(Window::Calls(500))
                .failure_rate(0.6)
                .slow_call(slow)
                .slow_rate(0.8)
                .ramp(Duration::from_millis(1)),
        ),
    ]
}

fn seconds() -> u64 {
    let asked = std::env::var("STORM_SECONDS").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(2)
}

#[test]
fn a_storm_loses_no_count_leaks_no_permit_and_leaves_nothing_stuck() {
    std::panic::set_hook(Box::new(|info| {
        // Those of the storm are meant.
        if info.payload().downcast_ref::<calls::Meant>().is_none() {
            eprintln!("{info}");
        }
    }));
    let registry = Registry::new();
    let targets: Vec<_> = configs()
        .into_iter()
        .map(|(name, config)| Target {
            breaker: registry.get_or_create(name, config).unwrap(),
            kept: Arc::default(),
        })
        .collect();
    let over = Arc::new(AtomicBool::new(false));
    let time = Duration::from_secs(seconds());
    let began = Instant::now();
    let mut memory = memory::Record::new();

    std::thread::scope(|scope| {
        for seed in 1..=3 {
            let (targets, over) = (&targets, &over);
            scope.spawn(move || calls::synchronous(seed, targets, over));
        }
        let (tasks, stop) = (targets.clone(), Arc::clone(&over));
        scope.spawn(move || calls::asynchronous(&tasks, &stop));
        let (targets, registry, stop) = (&targets, &registry, &over);
        scope.spawn(move || steering::steer(targets, registry, stop));
        // Threads that end while their counts are unread, and hand their slots on.
        while began.elapsed() < time || (began.elapsed() < 30 * time && !has_blown(targets)) {
            let threads = (0..4).map(|seed| {
                scope.spawn(move || calls::burst(&mut Dice::new(99 + seed), targets, 50))
            });
            let threads: Vec<_> = threads.collect();
            for thread in threads {
                thread.join().unwrap();
            }
            memory.look(began.elapsed(), time);
        }
        over.store(true, Ordering::Relaxed);
    });

    let mut calls = 0;
    for Target { breaker, kept } in &targets {
        calls += settled(breaker, kept);
        recovers(breaker);
    }
    let patient = targets.iter().find(|it| it.breaker.name() == "patient");
    leaves_none_in_flight(&patient.unwrap().breaker);
    println!("{calls} calls in {:?}", began.elapsed());
    memory.judge();
}

/// Whether each breaker has seen it all. A busy machine takes longer for that.
fn has_blown(targets: &[Target]) -> bool {
    targets.iter().all(|Target { breaker, kept }| {
        let totals = breaker.snapshot().totals;
        let moved = totals.opens > 0 && totals.half_opens > 0 && totals.closes > 0;
        moved && kept.read().iter().all(|count| *count > 0)
    })
}

/// The totals are those kept outside, and nobody holds a permit any more.
fn settled(breaker: &CircuitBreaker, kept: &Kept) -> u64 {
    let snapshot = breaker.snapshot();
    let totals = snapshot.totals;
    let counted = [
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.cancelled,
        totals.rejected,
    ];
    println!(
        "{:<10} {counted:?}, opened {} times",
        breaker.name(),
        totals.opens
    );
    assert_eq!(counted, kept.read(), "{}", breaker.name());
    assert_eq!(totals.calls, counted[..4].iter().sum::<u64>());
    assert!(counted.iter().all(|count| *count > 0), "it was no storm");
    assert!(totals.opens > 0 && totals.half_opens > 0 && totals.closes > 0);
    breaker.clear_override();
    // A probe that is still out would keep the others from passing.
    assert_eq!(breaker.snapshot().probes_in_flight, 0, "{}", breaker.name());
    totals.calls + totals.rejected
}

/// It still opens by its rules, and closes again by its probes.
fn recovers(breaker: &CircuitBreaker) {
    breaker.reset();
    let fail = || breaker.call(|| Err::<(), _>(())).is_err();
    for _ in 0..10_000 {
        assert!(fail());
        if breaker.state() == State::Open {
            break;
        }
    }
    let limit = Instant::now() + Duration::from_secs(20);
    let opened = breaker.snapshot().totals.opens;
    while breaker.state() != State::Closed {
        let _ = breaker.call(|| Ok::<_, ()>(()));
        assert!(Instant::now() < limit, "{} is stuck", breaker.name());
        std::thread::yield_now();
    }
    assert!(opened > 0);
}

/// Calls that have come back never count as slow, however one looks meanwhile.
fn leaves_none_in_flight(patient: &CircuitBreaker) {
    patient.reset();
    for _ in 0..1_000 {
        patient.call(|| Ok::<_, ()>(())).unwrap();
        let _ = patient.snapshot();
        patient.call(|| Ok::<_, ()>(())).unwrap();
    }
    let later = Instant::now() + 2 * PATIENCE;
    while Instant::now() < later {
        assert_eq!(patient.snapshot().failures_in_a_row, 0);
        std::thread::yield_now();
    }
}
