use std::time::Duration;

use super::{BucketNumber, InFlight, Noticed, Span};
use crate::time::Tick;

const LIMIT: Duration = Duration::from_secs(8);
/// The length of a bucket.
const WIDTH: Duration = Duration::from_secs(1);

fn at(millis: u64) -> Tick {
    Tick::default().after(Duration::from_millis(millis))
}

fn call(in_flight: &mut InFlight, millis: u64) -> BucketNumber {
    let number = in_flight.enter(at(millis), LIMIT);
    assert_eq!(in_flight.leave(number, at(millis)), None);
    number
}

fn notice(in_flight: &mut InFlight, now: Tick) -> Option<Tick> {
    let (span, due) = in_flight.overdue(now, LIMIT)?;
    let noticed = Noticed {
        sample: None,
        failed: true,
    };
    in_flight.notice(span, noticed);
    Some(due)
}

#[test]
fn a_bucket_lasts_for_an_eighth_of_the_limit_and_does_not_contain_its_end() {
    let mut in_flight = InFlight::default();
    let first = in_flight.enter(at(5), LIMIT);
    let span = Span {
        number: first,
        from: at(5),
        until: at(5).after(WIDTH),
    };
    assert_eq!(in_flight.current(at(1_004)), Some(span));
    assert_eq!(in_flight.current(at(1_005)), None);
    assert_eq!(in_flight.bucket_of(first, at(5)), Some(span));
    assert_eq!(in_flight.bucket_of(first, at(1_004)), Some(span));
    assert_eq!(in_flight.bucket_of(first, at(1_005)), None);
    assert_eq!(in_flight.bucket_of(first, at(4)), None);
    assert_eq!(in_flight.bucket_of(first.next(), at(5)), None);
    assert_eq!(in_flight.enter(at(1_004), LIMIT), first);
    assert_eq!(in_flight.enter(at(1_005), LIMIT), first.next());
}

#[test]
fn a_bucket_is_removed_when_its_time_has_passed_and_its_calls_have_ended() {
    let mut in_flight = InFlight::default();
    let hung = in_flight.enter(at(0), LIMIT);
    for bucket in 1..100 {
        call(&mut in_flight, bucket * 1_000);
        call(&mut in_flight, bucket * 1_000 + 500);
        // The bucket of the call that hangs, and the one that is filling.
        assert_eq!(in_flight.buckets.len(), 2, "{bucket}");
    }
    assert_eq!(in_flight.calls(), 1);
    // Noticed or not, the call keeps its bucket until it ends.
    assert_eq!(notice(&mut in_flight, at(8_000)), Some(at(8_000)));
    call(&mut in_flight, 100_000);
    assert_eq!(in_flight.buckets.len(), 2);
    assert!(in_flight.leave(hung, at(0)).is_some());
    call(&mut in_flight, 101_000);
    assert_eq!(in_flight.buckets.len(), 1);
}

#[test]
fn the_oldest_bucket_with_calls_not_yet_noticed_falls_due_with_its_last_call() {
    let mut in_flight = InFlight::default();
    assert_eq!(in_flight.next_due(LIMIT), None);
    in_flight.enter(at(0), LIMIT);
    in_flight.enter(at(400), LIMIT);
    in_flight.enter(at(2_000), LIMIT);
    assert_eq!(in_flight.next_due(LIMIT), Some(at(8_400)));
    assert_eq!(notice(&mut in_flight, at(8_399)), None);
    assert_eq!(notice(&mut in_flight, at(8_400)), Some(at(8_400)));
    assert_eq!(in_flight.next_due(LIMIT), Some(at(8_400)));
    assert_eq!(notice(&mut in_flight, at(8_400)), Some(at(8_400)));
    assert_eq!(in_flight.next_due(LIMIT), Some(at(10_000)));
    assert_eq!(notice(&mut in_flight, at(8_400)), None);
}

#[test]
fn a_new_length_begins_a_new_bucket_unless_all_numbers_are_taken() {
    let mut in_flight = InFlight::default();
    let mut numbers = Vec::new();
    for millis in 0..10 {
        numbers.push(call(&mut in_flight, millis));
        in_flight.change_length(at(millis));
    }
    let (first, rest) = numbers.split_at(8);
    for (at, number) in first.iter().enumerate() {
        assert!(!first[..at].contains(number), "{numbers:?}");
    }
    // The eighth bucket continues to fill: a ninth could not be distinguished from the first.
    assert!(rest.iter().all(|number| *number == first[7]), "{numbers:?}");
    // Numbers become free when the time of their buckets has passed.
    let later = call(&mut in_flight, 1_500);
    in_flight.change_length(at(1_500));
    assert_ne!(call(&mut in_flight, 1_500), later);
}

#[test]
fn a_late_start_restores_its_bucket_and_keeps_the_order_of_buckets() {
    let mut in_flight = InFlight::default();
    let first = call(&mut in_flight, 0);
    let gone = in_flight.bucket_of(first, at(0)).expect("it is filling");
    let hung = in_flight.enter(at(3_000), LIMIT);
    assert_eq!(in_flight.buckets.len(), 1);
    in_flight.absorb_ends(gone, 1);
    in_flight.absorb_starts(gone, 2, at(900));
    in_flight.absorbed();
    assert_eq!(in_flight.calls(), 2);
    assert_eq!(in_flight.next_due(LIMIT), Some(at(8_900)));
    let froms: Vec<_> = in_flight.buckets.iter().map(|it| it.span.from).collect();
    assert_eq!(froms, [at(0), at(3_000)]);
    assert_eq!(in_flight.leave(first, at(700)), None);
    assert_eq!(in_flight.leave(hung, at(3_000)), None);
    assert_eq!(in_flight.calls(), 0);
}

#[test]
fn a_noticed_call_that_was_tallied_as_fast_leaves_out_one_success() {
    let mut in_flight = InFlight::default();
    let number = in_flight.enter(at(0), LIMIT);
    let span = in_flight.bucket_of(number, at(0)).expect("it is filling");
    in_flight.enter(at(0), LIMIT);
    assert_eq!(notice(&mut in_flight, at(8_000)), Some(at(8_000)));
    assert_eq!(notice(&mut in_flight, at(8_000)), Some(at(8_000)));
    in_flight.absorb_ends(span, 1);
    in_flight.absorbed();
    assert_eq!(in_flight.subtract_surplus(5), 4);
    assert_eq!(in_flight.subtract_surplus(5), 5);
    assert!(in_flight.leave(number, at(0)).is_some());
    assert_eq!(in_flight.calls(), 0);
}

#[test]
fn a_call_that_began_after_the_noticed_ones_was_not_noticed() {
    let mut in_flight = InFlight::default();
    let number = in_flight.enter(at(0), LIMIT);
    let shorter = Duration::from_millis(200);
    let (span, _) = in_flight.overdue(at(300), shorter).expect("it is slow");
    let noticed = Noticed {
        sample: None,
        failed: true,
    };
    in_flight.notice(span, noticed);
    assert_eq!(in_flight.enter(at(500), LIMIT), number);
    assert_eq!(in_flight.leave(number, at(500)), None);
    assert_eq!(in_flight.leave(number, at(0)), Some(noticed));
}
