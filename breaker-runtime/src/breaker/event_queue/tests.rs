use std::time::SystemTime;

use super::{CallSpan, Claim, EventQueue};
use crate::breaker::EventKind;

fn push(queue: &mut EventQueue) {
    let kind = EventKind::SettingsRejected(String::new());
    queue.push(SystemTime::UNIX_EPOCH, kind);
}

fn claim(queue: &mut EventQueue) -> Claim {
    queue.claim().expect("there are new events")
}

/// The sequence numbers of the events that can be delivered now.
fn deliver(queue: &mut EventQueue) -> Vec<u64> {
    let mut delivered = Vec::new();
    assert!(queue.begin_delivery());
    while let Some((told, _)) = queue.next() {
        delivered.push(told.sequence);
    }
    delivered
}

#[test]
fn an_event_waits_for_its_span_and_holds_back_later_ones() {
    let mut queue = EventQueue::default();
    push(&mut queue);
    push(&mut queue);
    let first = claim(&mut queue);
    push(&mut queue);
    let second = claim(&mut queue);
    assert!(queue.claim().is_none(), "all events are claimed");

    queue.add_spans(&second, second.no_spans());
    assert!(deliver(&mut queue).is_empty());
    queue.add_spans(&first, first.no_spans());
    assert_eq!(deliver(&mut queue), [1, 2, 3]);
    assert!(queue.is_empty());
}

#[test]
fn an_event_that_is_queued_again_comes_first() {
    let mut queue = EventQueue::default();
    push(&mut queue);
    let first = claim(&mut queue);
    queue.add_spans(&first, first.spans());
    assert!(queue.begin_delivery());
    let (told, _) = queue.next().expect("its span is known");
    assert!(!queue.begin_delivery(), "a thread is delivering");
    push(&mut queue);
    let second = claim(&mut queue);
    queue.push_again(told, CallSpan::none());
    queue.add_spans(&second, second.spans());
    let next: Vec<_> = std::iter::from_fn(|| queue.next()).collect();
    let order: Vec<_> = next.iter().map(|(told, _)| told.sequence).collect();
    assert_eq!(order, [1, 2]);
}
