//! A storm on a few breakers, in real time: threads and a tokio runtime call them in every possible way,
//! while two other threads control, reconfigure and read them. At the end no count and no action may be lost, no permit
//! leaked and no breaker stuck.
//!
//! `ci/storm.sh 600` runs it for ten minutes and prints the peaks of memory.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    unused_qualifications,
    reason = "a test that unwraps fails where it should"
)]

mod actions;
mod calls;
mod memory;
mod steering;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use breaker_runtime::{CircuitBreaker, Config, Registry, State, Window};

/// The outcomes that the callers have counted.
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

/// A breaker, and the counts that it must have at the end.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) breaker: CircuitBreaker,
    pub(crate) kept: Arc<Kept>,
}

/// A random number generator that is fast and differs for each thread; its quality does not matter.
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
        // A thread may be suspended for longer than any limit, so no dropped call may count as a failure.
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
        // Measured by the coarse clock, which lags behind the clock of the readings.
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
    let value = std::env::var("STORM_SECONDS").ok();
    value.and_then(|value| value.parse().ok()).unwrap_or(2)
}

#[test]
fn a_storm_loses_no_count_and_no_action_leaks_no_permit_and_leaves_nothing_stuck() {
    std::panic::set_hook(Box::new(|info| {
        // The panics of the storm are intended.
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
    let ledger = actions::Ledger::new(&registry, &targets);

    std::thread::scope(|scope| {
        for seed in 1..=3 {
            let (targets, over) = (&targets, &over);
            scope.spawn(move || calls::synchronous(seed, targets, over));
        }
        let (tasks, stop) = (targets.clone(), Arc::clone(&over));
        scope.spawn(move || calls::asynchronous(&tasks, &stop));
        let (targets, registry, stop) = (&targets, &registry, &over);
        for actor in 0..actions::ACTORS.len() {
            let ledger = &ledger;
            scope.spawn(move || steering::steer(targets, registry, ledger, actor, stop));
        }
        // Threads that end before their counts are read, so that later threads take over their slots.
        while began.elapsed() < time || (began.elapsed() < 30 * time && !has_blown(targets)) {
            let threads = (0..4).map(|seed| {
                scope.spawn(move || calls::burst(&mut Dice::new(99 + seed), targets, 50))
            });
            let threads: Vec<_> = threads.collect();
            for thread in threads {
                thread.join().unwrap();
            }
            memory.sample(began.elapsed(), time);
        }
        over.store(true, Ordering::Relaxed);
    });

    ledger.check(&registry, &targets);
    let mut calls = 0;
    for Target { breaker, kept } in &targets {
        calls += settled(breaker, kept);
        recovers(breaker);
    }
    let patient = targets.iter().find(|it| it.breaker.name() == "patient");
    leaves_none_in_flight(&patient.unwrap().breaker);
    println!("{calls} calls in {:?}", began.elapsed());
    memory.check();
}

/// Returns whether each breaker has counted every outcome and every transition. A busy machine needs longer.
fn has_blown(targets: &[Target]) -> bool {
    targets.iter().all(|Target { breaker, kept }| {
        let totals = breaker.snapshot().totals;
        let moved = totals.opens > 0 && totals.half_opens > 0 && totals.closes > 0;
        moved && kept.read().iter().all(|count| *count > 0)
    })
}

/// Checks that the totals equal those of the callers and that no permit is held.
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
    assert!(
        counted.iter().all(|count| *count > 0),
        "some outcome never occurred"
    );
    assert!(totals.opens > 0 && totals.half_opens > 0 && totals.closes > 0);
    breaker.clear_override();
    // A probe still in flight would block the others.
    assert_eq!(breaker.snapshot().probes_in_flight, 0, "{}", breaker.name());
    totals.calls + totals.rejected
}

/// Checks that the circuit still opens by its rules and closes by its probes.
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

/// Checks that calls that have returned never count as slow, whenever the breaker is read.
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
