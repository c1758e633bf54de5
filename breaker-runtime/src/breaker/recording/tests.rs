use super::super::ring_of_events::{CallEventKind, CallMark, DROPPED_IN_A_ROW, LAST_SOURCE, ROOM};
use super::{Chosen, Recording};
use crate::time::Tick;
use crate::values::{BreakerName, End, FailureKind};

const MARK: CallMark = CallMark { bits: 8, stamp: 5 };

fn recording() -> Recording {
    let recording = Recording::default();
    assert!(recording.begin(Chosen::All));
    recording
}

fn fetched(recording: &Recording) -> Vec<CallEventKind> {
    let mut kinds = Vec::new();
    recording.fetch(|(_, event)| kinds.push(event.kind));
    kinds
}

#[test]
fn events_arrive_as_they_were_left() {
    let recording = recording();
    let timed_out = End::Failure(FailureKind::TimedOut);
    recording.call_began(3, MARK, Tick::from_nanos(5));
    recording.call_ended(
        3,
        MARK,
        timed_out,
        false,
        Some(u64::MAX),
        Tick::from_nanos(9),
    );
    recording.call_ended(3, MARK, End::Cancelled, true, None, Tick::from_nanos(9));
    recording.call_rejected(LAST_SOURCE, Tick::from_nanos(10));
    let mut events = Vec::new();
    recording.fetch(|(_, event)| events.push((event.source, event.at.as_nanos(), event.kind)));
    let ended = |end, dropped, hint| CallEventKind::Ended {
        mark: MARK,
        end,
        dropped,
        hint,
    };
    let expected = [
        (3, 5, CallEventKind::Began(MARK)),
        (3, 9, ended(timed_out, false, Some(u64::MAX))),
        (3, 9, ended(End::Cancelled, true, None)),
        (LAST_SOURCE, 10, CallEventKind::Rejected),
    ];
    assert_eq!(events, expected);
    assert_eq!(fetched(&recording), []);
}

#[test]
fn a_full_ring_drops_a_block_and_counts_its_calls() {
    let recording = recording();
    let leave = |events: u64| {
        for _ in 0..events {
            recording.call_rejected(1, Tick::default());
        }
    };
    leave(ROOM as u64 + 10);
    assert_eq!(recording.dropped(), (10, 1));
    assert_eq!(fetched(&recording).len(), ROOM);
    // There is room again, but the rest of the block is dropped too.
    leave(DROPPED_IN_A_ROW);
    assert_eq!(recording.dropped(), (DROPPED_IN_A_ROW, 1));
    assert_eq!(fetched(&recording).len(), 10);
}

#[test]
fn beginnings_are_no_dropped_calls() {
    let recording = recording();
    for _ in 0..ROOM + 10 {
        recording.call_began(1, MARK, Tick::default());
    }
    assert_eq!(recording.dropped(), (0, 1));
}

#[test]
fn a_hint_is_dropped_with_its_call() {
    let recording = recording();
    for _ in 0..ROOM - 1 {
        recording.call_began(1, MARK, Tick::default());
    }
    recording.call_ended(1, MARK, End::Trip, false, Some(7), Tick::default());
    assert_eq!(recording.dropped(), (1, 1));
    assert_eq!(fetched(&recording).len(), ROOM - 1);
}

#[test]
fn threads_without_a_slot_share_a_ring() {
    let recording = recording();
    let before = super::super::thread_slots::replace_slot(usize::MAX - 1);
    recording.call_rejected(1, Tick::default());
    super::super::thread_slots::replace_slot(before);
    recording.call_rejected(1, Tick::default());
    let mut rings = Vec::new();
    recording.fetch(|(ring, _)| rings.push(ring));
    assert_eq!(rings.len(), 2);
    assert_eq!(rings[1], recording.rings.len() - 1);
}

#[test]
fn one_recorder_runs_at_a_time() {
    let recording = recording();
    assert!(!recording.begin(Chosen::All));
    recording.end();
    recording.call_rejected(1, Tick::default());
    assert!(recording.begin(Chosen::All));
    assert_eq!(fetched(&recording), []);
}

#[test]
fn breakers_are_chosen_by_name() {
    let recording = Recording::default();
    let (mail, bank) = (BreakerName::created("mail"), BreakerName::created("bank"));
    assert_eq!(recording.add(&mail, None), None);
    recording.begin(Chosen::Named(["mail".to_owned()].into()));
    assert_eq!(recording.add(&bank, None), None);
    let added = recording.add(&BreakerName::keyed(&mail, "a"), Some(7));
    let id = added.expect("it is chosen");
    let (made, gone) = recording.fetch_sources();
    assert_eq!((made.len(), gone.len()), (1, 0));
    assert_eq!(
        (&*made[0].name, made[0].key.as_deref()),
        ("mail", Some("a"))
    );
    assert_eq!(made[0].call_timeout, Some(7));
    recording.remove(id);
    assert_eq!(recording.fetch_sources().1, [id]);
}
