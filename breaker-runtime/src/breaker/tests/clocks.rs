//! Clocks with two resolutions, as the system has them: the coarse clock lags behind the precise one.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::config::{Config, Overrides, Window};
use crate::registry::Registry;
use crate::sync::Arc;
use crate::time::{Clock, Tick, Time};
use crate::values::State;

#[derive(Clone, Default)]
struct LaggingClock {
    now: Arc<AtomicU64>,
    lag: Duration,
}

impl LaggingClock {
    fn by(millis: u64) -> Self {
        Self {
            lag: Duration::from_millis(millis),
            ..Self::default()
        }
    }

    /// Sets the clock, which may also step back.
    fn set(&self, millis: u64) {
        self.now.store(millis * 1_000_000, Ordering::Relaxed);
    }

    fn breaker(&self, config: &Config) -> (Registry, CircuitBreaker) {
        let registry = Registry::with_clock(self.clone());
        let breaker = registry.get_or_create("payment", *config);
        (registry, breaker.expect("in range"))
    }
}

impl Clock for LaggingClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(self.now.load(Ordering::Relaxed))
    }

    fn coarse(&self) -> Tick {
        let now = self.now.load(Ordering::Relaxed);
        Tick::from_nanos(now.saturating_sub(crate::time::nanos(self.lag)))
    }
}

const SECOND: Duration = Duration::from_secs(1);

fn succeed(breaker: &CircuitBreaker) {
    assert!(breaker.call(|| Ok::<_, ()>(())).is_ok());
}

fn fail(breaker: &CircuitBreaker) {
    assert!(breaker.call(|| Err::<(), _>(())).is_err());
}

fn in_flight(breaker: &CircuitBreaker) -> u64 {
    breaker.change(|machine, _, _| machine.in_flight())
}

#[test]
fn a_call_whose_coarse_start_is_before_its_bucket_leaves_the_calls_in_flight() {
    let clock = LaggingClock::by(3);
    clock.set(1_000);
    let (_registry, breaker) = clock.breaker(&Config::new().slow_call(SECOND).threshold(1));
    let _ = breaker.snapshot();
    for _ in 0..3 {
        succeed(&breaker);
    }
    assert_eq!(in_flight(&breaker), 0);
    clock.set(3_000);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn r13_a_clock_that_steps_back_leaves_no_call_in_flight() {
    let clock = LaggingClock::default();
    clock.set(1_000);
    let (_registry, breaker) = clock.breaker(&Config::new().slow_call(SECOND).threshold(1));
    succeed(&breaker);
    clock.set(900);
    succeed(&breaker);
    assert_eq!(in_flight(&breaker), 0);
    clock.set(3_000);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn calls_timed_by_the_system_clock_leave_no_call_in_flight() {
    let config = Config::new().slow_call(SECOND).threshold(1);
    let breaker = Registry::new().get_or_create("payment", config);
    let breaker = breaker.expect("in range");
    for _ in 0..100 {
        let _ = breaker.state();
        succeed(&breaker);
        succeed(&breaker);
    }
    assert_eq!(in_flight(&breaker), 0);
}

#[test]
fn buckets_with_the_same_number_are_distinguished_after_the_limit_became_shorter() {
    let clock = LaggingClock::default();
    let (registry, breaker) = clock.breaker(&Config::new().slow_call(80 * SECOND).threshold(1));
    let old = breaker.try_acquire().expect("it is closed");
    clock.set(1);
    let overrides = Overrides {
        slow_call: Some(2 * SECOND),
        ..Overrides::default()
    };
    registry.configure("payment", overrides).expect("in range");
    for bucket in 0..8 {
        clock.set(10 + bucket * 250);
        succeed(&breaker);
    }
    old.ignore();
    succeed(&breaker);
    assert_eq!(in_flight(&breaker), 0);
    clock.set(10_000);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn an_open_period_never_ends_early_when_slow_calls_are_measured_by_the_coarse_clock() {
    for (open_for, still) in [(5, 204), (10_000, 10_199)] {
        let clock = LaggingClock::by(4);
        clock.set(100);
        let open_for = Duration::from_millis(open_for);
        let config = Config::new().slow_call(SECOND).threshold(1);
        let (_registry, breaker) = clock.breaker(&config.open_for(open_for));
        clock.set(200);
        fail(&breaker);
        clock.set(still);
        assert_eq!(breaker.snapshot().state, State::Open, "{open_for:?}");
    }
}

#[test]
fn a_short_cancel_after_is_measured_by_the_precise_clock_despite_a_long_slow_call() {
    let clock = LaggingClock::by(4);
    clock.set(100);
    let short = Some(Duration::from_millis(3));
    let config = Config::new().slow_call(SECOND).cancel_after(short);
    let (_registry, breaker) = clock.breaker(&config);
    clock.set(200);
    {
        let mut call = pin!(breaker.call_async(std::future::pending::<Result<(), ()>>()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(breaker.snapshot().totals.cancelled, 1);
}

#[test]
fn the_shortest_window_counts_at_the_last_instant() {
    let clock = LaggingClock::default();
    clock.now.store(u64::MAX, Ordering::Relaxed);
    let shortest = Window::Time(Duration::from_nanos(1));
    let config = Config::new().window(shortest).max_failures(5);
    let (_registry, breaker) = clock.breaker(&config.slow_call(Duration::MAX));
    succeed(&breaker);
    fail(&breaker);
    assert_eq!(breaker.snapshot().totals.calls, 2);
}

/// A clock that counts how often it is read.
#[derive(Clone, Default)]
struct CountingClock {
    precise: Arc<AtomicU64>,
    coarse: Arc<AtomicU64>,
}

impl CountingClock {
    /// Returns the numbers of precise and of coarse readings.
    fn readings(&self) -> [u64; 2] {
        [&self.precise, &self.coarse].map(|it| it.load(Ordering::Relaxed))
    }
}

impl Clock for CountingClock {
    fn now(&self) -> Tick {
        self.precise.fetch_add(1, Ordering::Relaxed);
        Tick::from_nanos(1)
    }

    fn coarse(&self) -> Tick {
        self.coarse.fetch_add(1, Ordering::Relaxed);
        Tick::from_nanos(1)
    }
}

#[test]
fn a_short_cancel_after_costs_a_plain_call_no_clock_reading_and_no_lock() {
    for millis in [100, 50] {
        let clock = CountingClock::default();
        let registry = Registry::with_clock(clock.clone());
        let config = Config::new().cancel_after(Some(Duration::from_millis(millis)));
        let breaker = registry.get_or_create("payment", config);
        let breaker = breaker.expect("in range");
        let [before, _] = clock.readings();
        let held = breaker.shared().lock();
        succeed(&breaker);
        drop(held);
        assert_eq!(clock.readings()[0], before, "{millis} ms");
    }
}

#[test]
fn a_success_takes_no_lock_and_reads_only_the_clock_that_its_rule_needs() {
    let config = Config::new();
    let window = |window| config.window(window).failure_rate(0.5);
    let cases = [
        (config, [0, 0]),
        (window(Window::Calls(100)), [0, 0]),
        (window(Window::Time(10 * SECOND)), [0, 1]),
        (config.slow_call(SECOND), [0, 2]),
        (config.latency(true), [2, 0]),
    ];
    for (config, expected) in cases {
        let clock = CountingClock::default();
        let registry = Registry::with_clock(clock.clone());
        let breaker = registry.get_or_create("payment", config);
        let breaker = breaker.expect("in range");
        // The first calls get leases and are dated.
        for _ in 0..3 {
            succeed(&breaker);
        }
        let before = clock.readings();
        let held = breaker.shared().lock();
        succeed(&breaker);
        drop(held);
        let after = clock.readings();
        assert_eq!(
            [0, 1].map(|it| after[it] - before[it]),
            expected,
            "{config:?}"
        );
    }
}

#[test]
fn r19_a_call_that_hangs_is_one_failure_however_often_the_limit_changes() {
    let clock = LaggingClock::default();
    let (registry, breaker) = clock.breaker(&Config::new().slow_call(80 * SECOND).threshold(3));
    let configure = |limit| {
        let overrides = Overrides {
            slow_call: Some(limit),
            ..Overrides::default()
        };
        registry.configure("payment", overrides).expect("in range");
    };
    succeed(&breaker);
    for change in 1..8 {
        clock.set(change);
        configure(80 * SECOND + Duration::from_millis(change));
        succeed(&breaker);
    }
    clock.set(10);
    configure(Duration::from_millis(200));
    let hung = breaker.try_acquire().expect("it is closed");
    for round in 1..6 {
        clock.set(10 + round * 300);
        assert_eq!(breaker.state(), State::Closed, "{round}");
        succeed(&breaker);
    }
    hung.ignore();
    assert_eq!(in_flight(&breaker), 0);
}

#[test]
fn an_open_circuit_with_an_injected_clock_or_a_created_name_does_not_reject_coarsely() {
    let clock = Time::Injected(Arc::new(LaggingClock::default()));
    for breaker in [super::declared(clock), super::breaker()] {
        breaker.trip();
        assert!(!breaker.shared().gate.word().rejects_coarsely());
        assert!(breaker.try_acquire().is_err());
        assert_eq!(breaker.snapshot().totals.rejections.open, 1);
    }
}
