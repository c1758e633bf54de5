//! R15: which listeners are notified, when, and in which order.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use breaker_runtime::{Config, Event, EventKind, State};

use crate::support::{Bench, OPEN_FOR};

#[test]
fn r15_a_listener_sees_the_new_state() {
    let bench = Bench::default();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&seen);
    bench
        .registry
        .subscribe(move |event: &Event| {
            list.lock().unwrap().push(event.breaker().snapshot().state);
        })
        .detach();
    bench.breaker.trip();
    bench.breaker.reset();
    // Each time the event of the action, of the transition and of the outage.
    let (open, closed) = (State::Open, State::Closed);
    let seen = seen.lock().unwrap();
    assert_eq!(*seen, [open, open, open, closed, closed, closed]);
}

#[test]
fn r15_a_listener_may_call_anything_and_the_events_it_causes_follow_its_own() {
    let bench = Bench::default();
    let order = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&order);
    bench
        .registry
        .subscribe(move |event: &Event| {
            let EventKind::Transition(transition) = event.kind() else {
                return;
            };
            list.lock()
                .unwrap()
                .push(format!("begin {}", transition.to));
            if transition.to == State::Open {
                event.breaker().reset();
                let _ = event.breaker().snapshot();
                let _ = event.breaker().call(|| Ok::<_, ()>(()));
            }
            list.lock().unwrap().push(format!("end {}", transition.to));
        })
        .detach();
    bench.fail_times(5);
    let delivered = order.lock().unwrap().join(", ");
    assert_eq!(delivered, "begin open, end open, begin closed, end closed");
}

#[test]
fn r15_a_listener_that_panics_is_counted_and_affects_no_call_and_no_other_listener() {
    let bench = Bench::default();
    bench
        .registry
        .subscribe(|_: &Event| panic!("the listener"))
        .detach();
    let record = bench.record();
    bench.fail_times(5);
    // A transition and the beginning of an outage.
    assert_eq!(bench.registry.listener_panics(), 2);
    assert_eq!(record.take().len(), 2);
    // An action, its transition and the end of the outage.
    bench.breaker.reset();
    assert_eq!(bench.registry.listener_panics(), 5);
    bench.succeed();
}

#[test]
fn r15_a_panic_whose_payload_panics_when_dropped_affects_no_call() {
    struct Grenade;
    impl Drop for Grenade {
        fn drop(&mut self) {
            panic!("again");
        }
    }
    let bench = Bench::default();
    bench
        .registry
        .subscribe(|_: &Event| std::panic::panic_any(Grenade))
        .detach();
    bench.fail_times(5);
    assert_eq!(bench.registry.listener_panics(), 2);
}

#[test]
fn r15_events_of_many_threads_arrive_one_at_a_time_in_order_and_without_gaps() {
    let bench = Bench::new(Config::new().threshold(1));
    let sequences = Arc::new(Mutex::new(Vec::new()));
    let delivering = Arc::new(AtomicBool::new(false));
    let list = Arc::clone(&sequences);
    let busy = Arc::clone(&delivering);
    bench
        .registry
        .subscribe(move |event: &Event| {
            assert!(!busy.swap(true, Ordering::SeqCst), "two at a time");
            list.lock().unwrap().push(event.sequence());
            thread::yield_now();
            busy.store(false, Ordering::SeqCst);
        })
        .detach();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    bench.breaker.trip();
                    bench.breaker.reset();
                }
            });
        }
    });
    assert_eq!(bench.registry.listener_panics(), 0);
    let sequences = sequences.lock().unwrap();
    let totals = bench.breaker.snapshot().totals;
    let actions = 4 * 500 * 2;
    // Each opening begins an outage, and each closing ends it.
    let events = actions + 2 * (totals.opens + totals.closes);
    assert!(sequences.iter().copied().eq(1..=events), "{events} events");
}

#[test]
fn r15_a_listener_that_blocks_delays_only_the_call_that_delivers() {
    let bench = Bench::default();
    let gates = Arc::new((Barrier::new(2), Barrier::new(2)));
    let inside = Arc::clone(&gates);
    let deliveries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&deliveries);
    bench
        .registry
        .subscribe(move |_: &Event| {
            if count.fetch_add(1, Ordering::SeqCst) == 0 {
                inside.0.wait();
                inside.1.wait();
            }
        })
        .detach();
    thread::scope(|scope| {
        scope.spawn(|| bench.fail_times(5));
        gates.0.wait();
        // The other thread is inside the listener, and calls go on in this one.
        assert!(bench.rejects());
        bench.breaker.reset();
        bench.succeed();
        assert_eq!(bench.breaker.snapshot().state, State::Closed);
        gates.1.wait();
    });
    // Two transitions, the outage and the reset.
    assert_eq!(deliveries.load(Ordering::SeqCst), 5);
}

#[test]
fn r15_a_dropped_subscription_gets_no_event_and_a_detached_one_still_does() {
    let bench = Bench::default();
    let deliveries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&deliveries);
    let listener = move |_: &Event| {
        count.fetch_add(1, Ordering::SeqCst);
    };
    let subscription = bench.registry.subscribe(listener.clone());
    bench.registry.subscribe(listener).detach();
    bench.fail_times(5);
    // The transition and the outage, for two listeners.
    assert_eq!(deliveries.swap(0, Ordering::SeqCst), 4);
    drop(subscription);
    bench.advance(OPEN_FOR);
    assert_eq!(bench.state(), State::HalfOpen);
    assert_eq!(deliveries.load(Ordering::SeqCst), 1);
}

#[test]
fn r15_a_listener_that_ends_its_subscription_and_panics_when_dropped_stops_no_delivery() {
    struct PanicsWhenDropped;
    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            panic!("the listener's own");
        }
    }
    let bench = Bench::default();
    let slot = Arc::new(Mutex::new(None::<breaker_runtime::Subscription>));
    let (own, grenade) = (Arc::clone(&slot), PanicsWhenDropped);
    let subscription = bench.registry.subscribe(move |_| {
        let _ = &grenade;
        drop(own.lock().unwrap().take());
    });
    *slot.lock().unwrap() = Some(subscription);
    let record = bench.record();
    bench.breaker.trip();
    bench.breaker.reset();
    bench.breaker.trip();
    assert_eq!(record.effects().len(), 3);
    assert_eq!(bench.registry.listener_panics(), 1);
}

#[test]
fn r15_events_arrive_in_the_order_in_which_they_fell_due() {
    let bench = Bench::default();
    bench.fail_times(5);
    bench
        .breaker
        .force_closed("test", Some(std::time::Duration::from_secs(60)));
    let record = bench.record();
    bench.advance(std::time::Duration::from_secs(100));
    let _ = bench.state();
    let events = record.take();
    let kinds: Vec<_> = events.iter().map(Event::kind).collect();
    assert!(
        matches!(
            kinds[..],
            [EventKind::Transition(_), EventKind::OverrideExpired(_)]
        ),
        "{kinds:?}"
    );
}
