//! Models of concurrent operations, which loom runs in every order that its bounds allow. `ci/loom.sh` runs them.
//!
//! The models are deliberately small: two or three threads, each of which makes one or two calls. The clock is stopped.

use std::time::Duration;

use loom::model::Builder;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use crate::breaker::thread_slots::{renew_pool, slot, slots};
use crate::breaker::{CircuitBreaker, Snapshot, Waiting};
use crate::config::{Config, Location, Overrides, Window};
use crate::machine::{Machine, NextAdmission, Ticket};
use crate::registry::{Declaration, Registry, Site};
use crate::sync::Arc;
use crate::time::{Clock, Tick};
use crate::values::{Attribution, End, FailureKind, State};

#[derive(Debug)]
struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(1_000)
    }

    fn wall(&self) -> std::time::SystemTime {
        std::time::SystemTime::UNIX_EPOCH
    }
}

fn check(model: fn()) {
    let mut builder = Builder::new();
    // Such faults show with two switches of the thread at the wrong place. `LOOM_MAX_PREEMPTIONS` allows more.
    builder.preemption_bound = builder.preemption_bound.or(Some(3));
    let runs = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let count = Arc::clone(&runs);
    builder.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        renew_pool();
        model();
    });
    let runs = runs.load(Ordering::Relaxed);
    println!("{runs} interleavings");
    assert!(runs > 1, "the threads of a model have to meet");
}

#[expect(clippy::large_types_passed_by_value, reason = "each model has its own")]
fn breaker(config: Config) -> (Registry, CircuitBreaker) {
    let registry = Registry::with_clock(StoppedClock);
    let breaker = registry.get_or_create("model", config).expect("in range");
    (registry, breaker)
}

fn admit(breaker: &CircuitBreaker) -> Option<Ticket> {
    let ticket = breaker.admit().ok()?;
    Some(breaker.shared().end_nesting(ticket))
}

fn settle(breaker: &CircuitBreaker, ticket: Option<Ticket>, end: End) {
    if let Some(ticket) = ticket {
        breaker.settle(ticket, end, None);
    }
}

fn call(breaker: &CircuitBreaker, end: End) {
    settle(breaker, admit(breaker), end);
}

fn in_flight(breaker: &CircuitBreaker) -> u64 {
    breaker.change(|machine: &mut Machine, _, _| machine.in_flight())
}

fn spawn(
    breaker: &CircuitBreaker,
    other: impl FnOnce(&CircuitBreaker) + Send + 'static,
) -> thread::JoinHandle<()> {
    let breaker = breaker.clone();
    thread::spawn(move || other(&breaker))
}

fn counted(snapshot: &Snapshot) -> u64 {
    let totals = &snapshot.totals;
    assert_eq!(
        totals.calls,
        totals.successes + totals.failures + totals.ignored + totals.cancelled
    );
    totals.calls + totals.rejected
}

#[test]
fn a_call_that_races_a_transition_is_counted_once_and_decides_nothing_too_late() {
    check(|| {
        let (_registry, breaker) = breaker(Config::new().threshold(1));
        let other = spawn(&breaker, CircuitBreaker::trip);
        call(&breaker, End::Failure(FailureKind::Returned));
        other.join().expect("it ends");
        let snapshot = breaker.snapshot();
        assert_eq!(snapshot.state, State::Open);
        assert_eq!(counted(&snapshot), 1);
        assert_eq!((snapshot.generation, snapshot.totals.opens), (1, 1));
    });
}

#[test]
fn calls_never_share_the_last_place_and_it_comes_back() {
    check(|| {
        let (_registry, breaker) = breaker(Config::new().max_in_flight(1));
        let running = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let try_once = |breaker: &CircuitBreaker, running: &std::sync::atomic::AtomicU64| {
            let ticket = admit(breaker);
            if ticket.is_some() {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                thread::yield_now();
                running.fetch_sub(1, Ordering::SeqCst);
            }
            settle(breaker, ticket, End::Success);
        };
        let others = Arc::clone(&running);
        let other = spawn(&breaker, move |breaker| try_once(breaker, &others));
        try_once(&breaker, &running);
        other.join().expect("it ends");
        let snapshot = breaker.snapshot();
        assert_eq!(snapshot.in_flight, Some(0));
        assert_eq!(counted(&snapshot), 2);
        assert_eq!(snapshot.totals.rejected, snapshot.totals.rejections.full);
        assert!(admit(&breaker).is_some());
    });
}

#[test]
fn a_place_comes_back_once_although_the_limit_changes_meanwhile() {
    check(|| {
        let (registry, breaker) = breaker(Config::new().max_in_flight(1));
        let held = admit(&breaker);
        assert!(held.is_some());
        let other = thread::spawn(move || {
            registry.unconfigure("model").expect("it is there");
            let overrides = Overrides {
                max_in_flight: Some(2),
                ..Overrides::default()
            };
            registry.configure("model", overrides).expect("in range");
        });
        call(&breaker, End::Failure(FailureKind::Returned));
        settle(&breaker, held, End::Success);
        other.join().expect("it ends");
        assert_eq!(breaker.snapshot().in_flight, Some(0));
    });
}

#[test]
fn r32_two_keys_never_share_the_last_place_among_the_open_ones() {
    check(|| {
        let registry = Registry::with_clock(StoppedClock);
        let config = Config::new().threshold(1).max_open_share(0.5);
        let keys = ["a", "b"].map(|key| {
            let breaker = registry.get_or_create_keyed("model", key, config);
            breaker.expect("in range")
        });
        let fail = |breaker: &CircuitBreaker| call(breaker, End::Failure(FailureKind::Returned));
        let other = spawn(&keys[0], fail);
        fail(&keys[1]);
        other.join().expect("it ends");
        let open = keys.iter().filter(|key| key.state() == State::Open);
        assert_eq!(open.count(), 1);
        let spared = keys.iter().map(|key| key.snapshot().totals.spared);
        assert_eq!(spared.sum::<u64>(), 1);
    });
}

#[test]
fn two_probes_never_share_the_last_permit_and_it_comes_back() {
    check(|| {
        let config = Config::new()
            .half_open_calls(1)
            .success_threshold(3)
            .open_for(Duration::from_nanos(1));
        let (_registry, breaker) = breaker(config);
        breaker.change(|machine, now, changes| {
            machine.trip(Attribution::default(), now, changes);
            machine.advance(now.after(Duration::from_secs(1)), changes);
        });
        let held = Arc::new(std::sync::atomic::AtomicU64::new(0));
        let count = Arc::clone(&held);
        let other = spawn(&breaker, move |breaker| {
            if let Some(_ticket) = admit(breaker) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        let own = admit(&breaker);
        other.join().expect("it ends");
        let others = held.load(Ordering::SeqCst);
        assert_eq!(u64::from(own.is_some()) + others, 1);
        let snapshot = breaker.snapshot();
        assert_eq!(
            (snapshot.probes_in_flight, snapshot.totals.rejected),
            (1, 1)
        );
        settle(&breaker, own, End::Success);
        assert_eq!(breaker.snapshot().probes_in_flight as u64, others);
    });
}

#[test]
fn the_first_use_of_a_call_site_makes_one_breaker() {
    static SITE: Site = Site::new(Declaration::new(
        "model",
        "call",
        Location::new("model", file!(), line!(), column!()),
        Config::new(),
        true,
    ));
    check(|| {
        let registry = Registry::with_clock(StoppedClock);
        let theirs = registry.clone();
        let other = thread::spawn(move || call(&theirs.attach_site(&SITE), End::Success));
        call(&registry.attach_site(&SITE), End::Success);
        other.join().expect("it ends");
        let breaker = registry.get("model").expect("it was attached");
        assert_eq!(counted(&breaker.snapshot()), 2);
    });
}

#[test]
fn the_gate_never_lags_behind_a_change_that_a_thread_has_seen() {
    check(|| {
        let (_registry, breaker) = breaker(Config::new().threshold(2));
        let other = spawn(&breaker, |breaker| {
            call(breaker, End::Failure(FailureKind::Returned))
        });
        call(&breaker, End::Failure(FailureKind::Returned));
        other.join().expect("it ends");
        assert_eq!(breaker.state(), State::Open);
        assert!(admit(&breaker).is_none());
        assert_eq!(counted(&breaker.snapshot()), 3);
    });
}

#[test]
fn a_success_that_races_a_failure_ends_the_row_or_precedes_it() {
    check(|| {
        let (_registry, breaker) = breaker(Config::new().threshold(9));
        let other = spawn(&breaker, |breaker| {
            call(breaker, End::Failure(FailureKind::Returned))
        });
        call(&breaker, End::Success);
        other.join().expect("it ends");
        let snapshot = breaker.snapshot();
        assert!(snapshot.failures_in_a_row <= 1);
        assert_eq!(counted(&snapshot), 2);
        call(&breaker, End::Success);
        assert_eq!(breaker.snapshot().failures_in_a_row, 0);
    });
}

#[test]
fn a_slot_keeps_its_counts_for_its_next_owner() {
    check(|| {
        let (_registry, breaker) = breaker(Config::new());
        let first = spawn(&breaker, |breaker| call(breaker, End::Success));
        let second = spawn(&breaker, |breaker| call(breaker, End::Success));
        first.join().expect("it ends");
        // This thread may get the slot of the first thread, while the second thread counts in another or without a
        // slot.
        call(&breaker, End::Success);
        second.join().expect("it ends");
        assert_eq!(counted(&breaker.snapshot()), 3);
    });
}

#[test]
fn no_two_live_threads_own_the_same_slot() {
    check(|| {
        // One flag for each slot: whether a live thread owns it.
        let owned: Arc<[AtomicBool]> = (0..slots()).map(|_| AtomicBool::new(false)).collect();
        // This thread is the first, so it gets a slot of the pool and keeps it to the end.
        owned[slot()].store(true, Ordering::SeqCst);
        let others = [(); 2].map(|()| {
            let owned = Arc::clone(&owned);
            thread::spawn(move || {
                // Without a flag there is no slot: the thread counts in the shared place.
                if let Some(own) = owned.get(slot()) {
                    assert!(
                        !own.swap(true, Ordering::SeqCst),
                        "another live thread owns it"
                    );
                    thread::yield_now();
                    // The slot goes back to the pool when the thread ends, and not before.
                    own.store(false, Ordering::SeqCst);
                }
            })
        });
        for other in others {
            other.join().expect("it ends");
        }
    });
}

fn windowed() -> Config {
    Config::new()
        .window(Window::Calls(10))
        .failure_rate(1.0)
        .min_calls(10)
}

#[test]
fn a_success_that_races_a_reconfiguration_loses_no_sample() {
    check(|| {
        let (registry, breaker) = breaker(windowed());
        call(&breaker, End::Success);
        let other = thread::spawn(move || {
            let overrides = Overrides {
                threshold: Some(3),
                ..Overrides::default()
            };
            registry.configure("model", overrides).expect("in range");
        });
        call(&breaker, End::Success);
        other.join().expect("it ends");
        let snapshot = breaker.snapshot();
        assert_eq!(snapshot.window.map(|window| window.calls), Some(2));
        assert_eq!(counted(&snapshot), 2);
    });
}

#[test]
fn a_success_that_races_a_reset_adds_no_sample_to_the_new_generation() {
    check(|| {
        let (_registry, breaker) = breaker(windowed());
        call(&breaker, End::Success);
        let old = admit(&breaker);
        let other = spawn(&breaker, CircuitBreaker::reset);
        settle(&breaker, old, End::Success);
        other.join().expect("it ends");
        let snapshot = breaker.snapshot();
        assert_eq!(snapshot.window.map(|window| window.calls), Some(0));
        assert_eq!(counted(&snapshot), 2);
    });
}

#[test]
fn all_samples_of_two_threads_are_drained() {
    check(|| {
        let (_registry, breaker) = breaker(windowed());
        let other = spawn(&breaker, |breaker| {
            call(breaker, End::Success);
            call(breaker, End::Success);
        });
        call(&breaker, End::Success);
        call(&breaker, End::Failure(FailureKind::Returned));
        other.join().expect("it ends");
        let window = breaker.snapshot().window.expect("it has one");
        assert_eq!((window.calls, window.failures), (4, 1));
    });
}

fn tracked() -> Config {
    Config::new().slow_call(Duration::from_secs(1))
}

#[test]
fn no_call_stays_in_flight_when_another_thread_counts_its_end() {
    check(|| {
        let (_registry, breaker) = breaker(tracked());
        let carried = admit(&breaker);
        let other = spawn(&breaker, move |breaker| {
            settle(breaker, carried, End::Success);
            call(breaker, End::Success);
        });
        call(&breaker, End::Success);
        other.join().expect("it ends");
        assert_eq!(in_flight(&breaker), 0);
        assert_eq!(counted(&breaker.snapshot()), 3);
    });
}

#[test]
fn no_call_stays_in_flight_after_a_race_with_a_reset() {
    check(|| {
        let (_registry, breaker) = breaker(tracked());
        call(&breaker, End::Success);
        let other = spawn(&breaker, CircuitBreaker::reset);
        call(&breaker, End::Success);
        other.join().expect("it ends");
        assert_eq!(in_flight(&breaker), 0);
        assert_eq!(counted(&breaker.snapshot()), 2);
    });
}

#[test]
fn no_call_stays_in_flight_after_a_race_with_a_new_limit() {
    check(|| {
        let (registry, breaker) = breaker(tracked());
        call(&breaker, End::Success);
        let other = thread::spawn(move || {
            let overrides = Overrides {
                slow_call: Some(Duration::from_secs(2)),
                ..Overrides::default()
            };
            registry.configure("model", overrides).expect("in range");
        });
        call(&breaker, End::Success);
        other.join().expect("it ends");
        assert_eq!(in_flight(&breaker), 0);
        assert_eq!(counted(&breaker.snapshot()), 2);
    });
}

#[test]
fn a_call_that_was_noticed_as_slow_is_not_noticed_again_while_others_begin_and_end() {
    check(|| {
        let config = windowed().slow_call(Duration::from_secs(1)).slow_rate(1.0);
        let (_registry, breaker) = breaker(config);
        let hung = admit(&breaker);
        let notice = |breaker: &CircuitBreaker| {
            breaker.change(|machine, now, changes| {
                machine.advance(now.after(Duration::from_secs(1)), changes);
            });
        };
        notice(&breaker);
        let other = spawn(&breaker, |breaker| {
            call(breaker, End::Success);
            call(breaker, End::Success);
        });
        assert!(in_flight(&breaker) >= 1);
        other.join().expect("it ends");
        notice(&breaker);
        let window = breaker.snapshot().window.expect("it has one");
        assert_eq!((window.calls, window.slow), (3, 1));
        settle(&breaker, hung, End::Success);
        assert_eq!(in_flight(&breaker), 0);
    });
}

/// Waits as [`CircuitBreaker::ready`] does, while another thread does what admits a call.
fn waits_while(breaker: &CircuitBreaker, admits: impl FnOnce(&CircuitBreaker) + Send + 'static) {
    #[derive(Default)]
    struct Woken(std::sync::atomic::AtomicBool);

    impl std::task::Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }

    let woken = Arc::new(Woken::default());
    let waiting = Waiting::new(breaker);
    let other = spawn(breaker, admits);
    waiting.wake_on_change(&Arc::clone(&woken).into());
    let admitted = breaker.next_admission() == NextAdmission::Now;
    other.join().expect("it ends");
    assert!(
        admitted || woken.0.load(Ordering::SeqCst),
        "nobody wakes it"
    );
    assert_eq!(breaker.next_admission(), NextAdmission::Now);
}

#[test]
fn a_task_that_waits_never_misses_a_reset_or_the_end_of_an_override() {
    check(|| {
        let (_registry, breaker) = breaker(Config::new());
        breaker.trip();
        waits_while(&breaker, CircuitBreaker::reset);
    });
    check(|| {
        let (_registry, breaker) = breaker(Config::new());
        breaker.force_open("maintenance", None);
        waits_while(&breaker, CircuitBreaker::clear_override);
    });
}

#[test]
fn a_task_that_waits_never_misses_the_permit_of_a_probe() {
    check(|| {
        let config = Config::new()
            .half_open_calls(1)
            .open_for(Duration::from_nanos(1));
        let (_registry, breaker) = breaker(config);
        breaker.change(|machine, now, changes| {
            machine.trip(Attribution::default(), now, changes);
            machine.advance(now.after(Duration::from_secs(1)), changes);
        });
        let probe = admit(&breaker);
        assert!(probe.is_some());
        waits_while(&breaker, move |breaker| {
            settle(breaker, probe, End::Ignored)
        });
    });
}

#[test]
fn a_key_that_a_thread_has_cached_is_not_evicted_during_a_call() {
    check(|| {
        let registry = Registry::with_clock(StoppedClock);
        let config = Config::new().threshold(1).max_keys(1);
        let name = registry.get_or_create("model", config).expect("in range");
        let keys = registry.keyed_under(&name);
        for _ in 0..3 {
            drop(keys.pin("a"));
        }
        let others = Arc::clone(&keys);
        let other = thread::spawn(move || call(&others.pin("b"), End::Success));
        call(&keys.pin("a"), End::Failure(FailureKind::Returned));
        other.join().expect("it ends");
        let stats = keys.stats();
        assert_eq!((stats.totals.successes, stats.totals.failures), (1, 1));
        // Either the key has its place and is open, or it found none, because the other key had it.
        let state = keys.get("a").map(|breaker| breaker.state());
        assert!(state == Some(State::Open) || stats.unlisted == 1);
    });
}

#[test]
fn the_uses_of_a_key_by_two_threads_are_all_noted() {
    check(|| {
        let registry = Registry::with_clock(StoppedClock);
        let config = Config::new().max_keys(1);
        let name = registry.get_or_create("model", config).expect("in range");
        let keys = registry.keyed_under(&name);
        // Cached before the other thread exists: loom drops the locals of a thread in a random order, and a thread that
        // caches a key looks whether others that had cached it have ended.
        for _ in 0..3 {
            call(&keys.pin("a"), End::Success);
        }
        let others = Arc::clone(&keys);
        let other = thread::spawn(move || {
            for _ in 0..3 {
                call(&others.pin("a"), End::Success);
            }
        });
        call(&keys.pin("a"), End::Success);
        other.join().expect("it ends");
        let stats = keys.stats();
        assert_eq!((stats.totals.successes, stats.keys), (7, 1));
        drop(keys.pin("b"));
        assert!(keys.get("a").is_none(), "nobody holds it any more");
    });
}
