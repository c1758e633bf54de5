//! R34: answers that arrive in parts. A stream is one call, from its first poll to its end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::Duration;

use breaker_runtime::{CallError, Config, Outcome, State};
use futures::FutureExt as _;
use futures::channel::mpsc;
use futures::stream::{self, Stream, StreamExt as _};

use crate::support::{Bench, OPEN_FOR};

type Item = Result<u32, &'static str>;

const SECOND: Duration = Duration::from_secs(1);

/// Returns the next item, which is ready.
fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    stream.next().now_or_never().expect("an item is ready")
}

fn is_pending(stream: &mut (impl Stream + Unpin)) -> bool {
    stream.next().now_or_never().is_none()
}

/// Makes a stream that yields what is sent, and ends with the sender.
fn connection(
    bench: &Bench,
) -> (
    mpsc::UnboundedSender<Item>,
    impl Stream<Item = Result<u32, CallError<&'static str>>> + Unpin + use<>,
) {
    let (sender, receiver) = mpsc::unbounded();
    (sender, bench.breaker.guard_stream(receiver))
}

#[test]
fn r34_a_stream_is_one_success_at_its_end() {
    let bench = Bench::default();
    let mut stream = bench
        .breaker
        .guard_stream(stream::iter([Item::Ok(1), Ok(2)]));
    assert_eq!(next(&mut stream), Some(Ok(1)));
    assert_eq!(next(&mut stream), Some(Ok(2)));
    assert_eq!(bench.ends(), [0; 4]);
    assert_eq!(next(&mut stream), None);
    assert_eq!(bench.ends(), [1, 0, 0, 0]);
    drop(stream);
    assert_eq!(bench.ends(), [1, 0, 0, 0]);
}

#[test]
fn r34_the_first_error_fails_the_call_and_nothing_more_is_counted() {
    let bench = Bench::new(Config::new().threshold(1));
    let items = [Ok(1), Err("reset"), Err("again"), Ok(2)];
    let mut stream = bench.breaker.guard_stream(stream::iter(items));
    assert_eq!(next(&mut stream), Some(Ok(1)));
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(next(&mut stream), Some(Err(CallError::Inner("reset"))));
    assert_eq!(bench.state(), State::Open);
    assert_eq!(stream.by_ref().count().now_or_never(), Some(2));
    drop(stream);
    assert_eq!(bench.ends(), [0, 1, 0, 0]);
}

#[test]
fn r34_an_ignored_item_does_not_end_the_call() {
    let bench = Bench::new(Config::new().threshold(1));
    let not_found = |item: &Item| match item {
        Err("not found") => Outcome::Ignored,
        Err(_) => Outcome::Failure,
        Ok(_) => Outcome::Success,
    };
    let read = |items: &'static [Item]| {
        let items = stream::iter(items.iter().copied());
        let stream = bench.breaker.guard_stream(items).classify(not_found);
        stream.count().now_or_never().unwrap();
        bench.ends()
    };
    assert_eq!(read(&[Err("not found"), Ok(1)]), [1, 0, 0, 0]);
    // Nothing but this item says how the call went.
    assert_eq!(read(&[Ok(1), Err("not found")]), [1, 0, 1, 0]);
    assert_eq!(read(&[Err("not found"), Err("reset")]), [1, 1, 1, 0]);
}

#[test]
fn r22_an_item_that_trips_opens_the_circuit_at_once() {
    let bench = Bench::default();
    let quota = |item: &Item| match item {
        Err("no quota") => Outcome::Trip,
        Err(_) => Outcome::Failure,
        Ok(_) => Outcome::Success,
    };
    let items = stream::iter([Ok(1), Err("no quota"), Ok(2)]);
    let mut stream = bench.breaker.guard_stream(items).classify(quota);
    assert_eq!(next(&mut stream), Some(Ok(1)));
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(next(&mut stream), Some(Err(CallError::Inner("no quota"))));
    assert_eq!(bench.state(), State::Open);
    assert_eq!(bench.ends(), [0, 1, 0, 0]);
}

#[test]
fn r34_a_rejected_stream_yields_its_rejection_and_ends() {
    let bench = Bench::default();
    let early = bench
        .breaker
        .guard_stream(stream::iter([Item::Ok(1), Ok(2)]));
    bench.breaker.trip();
    let mut stream = early;
    assert_eq!(stream.size_hint(), (1, Some(2)));
    assert!(matches!(
        next(&mut stream),
        Some(Err(CallError::Breaker(_)))
    ));
    assert_eq!(stream.size_hint(), (0, Some(0)));
    assert_eq!(next(&mut stream), None);
    assert_eq!(next(&mut stream), None);
    assert_eq!(bench.breaker.snapshot().totals.rejected, 1);
    assert_eq!(bench.ends(), [0; 4]);
}

#[test]
fn r34_a_stream_that_is_never_polled_is_no_call() {
    let bench = Bench::default();
    drop(bench.breaker.guard_stream(stream::iter([Item::Ok(1)])));
    assert_eq!(bench.ends(), [0; 4]);
}

#[test]
fn r34_a_reader_who_leaves_opens_nothing_however_late() {
    let bench = Bench::new(Config::new().threshold(1));
    for _ in 0..100 {
        let (sender, mut stream) = connection(&bench);
        sender.unbounded_send(Ok(1)).unwrap();
        assert_eq!(next(&mut stream), Some(Ok(1)));
        assert!(is_pending(&mut stream));
        bench.advance(60 * SECOND);
    }
    assert_eq!(bench.ends(), [0, 0, 0, 100]);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r29_a_stream_whose_first_item_has_arrived_starts_the_row_of_dropped_calls_anew() {
    let bench = Bench::new(Config::new().cancelled_in_a_row(Some(3)));
    let leave_early = || {
        let (_sender, mut stream) = connection(&bench);
        assert!(is_pending(&mut stream));
    };
    let (sender, mut lasting) = connection(&bench);
    for _ in 0..10 {
        leave_early();
        leave_early();
        assert_eq!(bench.state(), State::Closed);
        let (sender, mut stream) = connection(&bench);
        sender.unbounded_send(Ok(1)).unwrap();
        assert_eq!(next(&mut stream), Some(Ok(1)));
    }
    // The first item of a stream that never ends is an answer too, and only the first.
    leave_early();
    leave_early();
    sender.unbounded_send(Ok(1)).unwrap();
    assert_eq!(next(&mut lasting), Some(Ok(1)));
    leave_early();
    leave_early();
    sender.unbounded_send(Ok(2)).unwrap();
    assert_eq!(next(&mut lasting), Some(Ok(2)));
    leave_early();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r34_before_the_first_item_a_drop_counts_as_that_of_a_future() {
    let bench = Bench::new(Config::new().threshold(2));
    let leave_after = |time| {
        let (_sender, mut stream) = connection(&bench);
        assert!(is_pending(&mut stream));
        bench.advance(time);
        drop(stream);
        bench.ends()
    };
    assert_eq!(leave_after(SECOND / 2), [0, 0, 0, 1]);
    assert_eq!(leave_after(SECOND), [0, 1, 0, 1]);
}

#[test]
fn r34_a_reader_who_leaves_a_probe_neither_opens_the_circuit_nor_keeps_the_permit() {
    let bench = Bench::new(Config::new().half_open_calls(1).success_threshold(2));
    bench.half_open();
    for _ in 0..3 {
        let (sender, mut stream) = connection(&bench);
        sender.unbounded_send(Ok(1)).unwrap();
        assert_eq!(next(&mut stream), Some(Ok(1)));
        assert!(bench.rejects());
    }
    assert_eq!(bench.ends(), [0, 5, 3, 0]);
    assert_eq!(bench.state(), State::HalfOpen);
}

#[test]
fn r34_a_panic_of_the_stream_is_a_failure() {
    let bench = Bench::default();
    let mut items = [Item::Ok(1)].into_iter();
    let broken = stream::poll_fn(move |_| match items.next() {
        None => panic!("broken"),
        item => std::task::Poll::Ready(item),
    });
    let mut stream = bench.breaker.guard_stream(broken);
    assert_eq!(next(&mut stream), Some(Ok(1)));
    assert!(catch_unwind(AssertUnwindSafe(|| next(&mut stream))).is_err());
    drop(stream);
    assert_eq!(bench.breaker.snapshot().totals.failures_by_kind.panicked, 1);
}

#[test]
fn r34_a_probe_ends_with_its_stream() {
    let bench = Bench::new(Config::new().success_threshold(1));
    bench.half_open();
    let mut stream = pin!(bench.breaker.guard_stream(stream::iter([Item::Ok(1)])));
    assert_eq!(next(&mut stream), Some(Ok(1)));
    assert_eq!(bench.state(), State::HalfOpen);
    assert_eq!(next(&mut stream), None);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r34_each_item_of_a_probe_renews_its_timeout() {
    let timeout = OPEN_FOR;
    let bench = Bench::new(Config::new().probe_timeout(timeout));
    bench.half_open();
    let (sender, mut stream) = connection(&bench);
    for _ in 0..5 {
        sender.unbounded_send(Ok(1)).unwrap();
        assert_eq!(next(&mut stream), Some(Ok(1)));
        bench.advance(timeout - SECOND);
        assert_eq!(bench.state(), State::HalfOpen);
    }
    bench.advance(SECOND);
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r34_the_times_to_the_first_item_and_to_the_end_are_measured() {
    let bench = Bench::new(Config::new().latency(true));
    let read = |items: u32| {
        let (sender, mut stream) = connection(&bench);
        assert!(is_pending(&mut stream));
        for _ in 0..items {
            bench.advance(2 * SECOND);
            sender.unbounded_send(Ok(1)).unwrap();
            assert_eq!(next(&mut stream), Some(Ok(1)));
        }
        drop(sender);
        bench.advance(SECOND);
        assert_eq!(next(&mut stream), None);
    };
    // An empty stream has no first item.
    read(0);
    assert_eq!(bench.breaker.snapshot().latency_to_head, None);
    read(3);
    let snapshot = bench.breaker.snapshot();
    let (end, head) = (snapshot.latency.unwrap(), snapshot.latency_to_head.unwrap());
    assert_eq!((end.count(), end.sum()), (2, 8 * SECOND));
    assert_eq!((head.count(), head.sum()), (1, 2 * SECOND));
}

#[test]
fn r34_without_the_setting_no_first_item_is_measured() {
    let bench = Bench::default();
    let mut stream = bench.breaker.guard_stream(stream::iter([Item::Ok(1)]));
    assert_eq!(next(&mut stream), Some(Ok(1)));
    assert_eq!(bench.breaker.snapshot().latency_to_head, None);
}

#[test]
fn r31_a_stream_holds_its_place_until_it_ends_or_is_dropped() {
    let bench = Bench::new(Config::new().max_in_flight(1));
    let (sender, mut stream) = connection(&bench);
    assert!(!bench.rejects());
    assert!(is_pending(&mut stream));
    assert!(bench.rejects());
    sender.unbounded_send(Ok(1)).unwrap();
    assert_eq!(next(&mut stream), Some(Ok(1)));
    assert!(bench.rejects());
    drop(sender);
    assert_eq!(next(&mut stream), None);
    assert!(!bench.rejects());

    let (sender, mut stream) = connection(&bench);
    sender.unbounded_send(Ok(1)).unwrap();
    assert_eq!(next(&mut stream), Some(Ok(1)));
    assert!(bench.rejects());
    drop(stream);
    assert!(!bench.rejects());
}
