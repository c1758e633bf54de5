//! R15: who is told, when, and in which order.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use breaker_runtime::{Config, Event, EventKind, State};

use super::Bench;

#[test]
fn r15_a_listener_sees_the_new_state() {
    let bench = Bench::default();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&seen);
    bench.registry.subscribe(move |event: &Event| {
        list.lock().unwrap().push(event.breaker().snapshot().state);
    });
    bench.breaker.trip();
    bench.breaker.reset();
    assert_eq!(*seen.lock().unwrap(), [State::Open, State::Closed]);
}

#[test]
fn r15_a_listener_may_call_anything_and_what_that_causes_is_told_after_it() {
    let bench = Bench::default();
    let order = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&order);
    bench.registry.subscribe(move |event: &Event| {
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
    });
    bench.fail_times(5);
    let told = order.lock().unwrap().join(", ");
    assert_eq!(told, "begin open, end open, begin closed, end closed");
}

#[test]
fn r15_a_listener_that_panics_is_counted_and_harms_no_call_and_no_other_listener() {
    let bench = Bench::default();
    bench.registry.subscribe(|_: &Event| panic!("the listener"));
    let record = bench.record();
    bench.fail_times(5);
    assert_eq!(bench.registry.listener_panics(), 1);
    assert_eq!(record.take().len(), 1);
    bench.breaker.reset();
    assert_eq!(bench.registry.listener_panics(), 2);
    bench.succeed();
}

#[test]
fn r15_a_panic_whose_payload_panics_when_dropped_harms_no_call() {
    struct Grenade;
    impl Drop for Grenade {
        fn drop(&mut self) {
            panic!("again");
        }
    }
    let bench = Bench::default();
    bench
        .registry
        .subscribe(|_: &Event| std::panic::panic_any(Grenade));
    bench.breaker.trip();
    assert_eq!(bench.registry.listener_panics(), 1);
}

#[test]
fn r15_events_of_many_threads_come_one_at_a_time_in_order_and_without_gaps() {
    let bench = Bench::new(Config::new().threshold(1));
    let sequences = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::new(AtomicBool::new(false));
    let list = Arc::clone(&sequences);
    let busy = Arc::clone(&telling);
    bench.registry.subscribe(move |event: &Event| {
        assert!(!busy.swap(true, Ordering::SeqCst), "two at a time");
        list.lock().unwrap().push(event.sequence());
        thread::yield_now();
        busy.store(false, Ordering::SeqCst);
    });
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
    let events = totals.opens + totals.closes;
    assert!(sequences.iter().copied().eq(1..=events), "{events} events");
}

#[test]
fn r15_a_listener_that_blocks_delays_only_the_call_that_delivers() {
    let bench = Bench::default();
    let gates = Arc::new((Barrier::new(2), Barrier::new(2)));
    let inside = Arc::clone(&gates);
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    bench.registry.subscribe(move |_: &Event| {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            inside.0.wait();
            inside.1.wait();
        }
    });
    thread::scope(|scope| {
        scope.spawn(|| bench.breaker.trip());
        gates.0.wait();
        // The other thread is inside the listener: everything goes on here.
        assert!(bench.is_refused());
        bench.breaker.reset();
        bench.succeed();
        assert_eq!(bench.breaker.snapshot().state, State::Closed);
        gates.1.wait();
    });
    assert_eq!(told.load(Ordering::SeqCst), 2);
}

#[test]
fn a_cancelled_subscription_is_told_nothing_and_a_dropped_one_stays() {
    let bench = Bench::default();
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let listener = move |_: &Event| {
        count.fetch_add(1, Ordering::SeqCst);
    };
    let subscription = bench.registry.subscribe(listener.clone());
    drop(bench.registry.subscribe(listener));
    bench.breaker.trip();
    assert_eq!(told.swap(0, Ordering::SeqCst), 2);
    subscription.cancel();
    bench.breaker.reset();
    assert_eq!(told.load(Ordering::SeqCst), 1);
}

#[test]
fn r15_a_listener_that_cancels_itself_and_panics_when_dropped_stops_no_delivery() {
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
        if let Some(subscription) = own.lock().unwrap().take() {
            subscription.cancel();
        }
    });
    *slot.lock().unwrap() = Some(subscription);
    let record = bench.record();
    bench.breaker.trip();
    bench.breaker.reset();
    bench.breaker.trip();
    assert_eq!(record.take().len(), 3);
    assert_eq!(bench.registry.listener_panics(), 1);
}

#[test]
fn r15_what_fell_due_first_is_told_first() {
    let bench = Bench::default();
    bench.fail_times(5);
    bench
        .breaker
        .force_closed("test", Some(std::time::Duration::from_secs(60)));
    let record = bench.record();
    bench.pass(std::time::Duration::from_secs(100));
    let _ = bench.state();
    let told = record.take();
    let kinds: Vec<_> = told.iter().map(Event::kind).collect();
    assert!(
        matches!(
            kinds[..],
            [EventKind::Transition(_), EventKind::OverrideExpired(_)]
        ),
        "{kinds:?}"
    );
}
