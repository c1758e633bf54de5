//! Joins the beginnings and the ends of calls.
//!
//! A call may begin on one thread and end on another, and the end may be fetched first. Calls that the machine does not
//! distinguish are not distinguished here: it does not matter which of them ended.

use std::collections::hash_map::Entry;
use std::time::Duration;

use super::super::call::{CallOrder, CallOutcome};
use super::super::trace::block::Row;
use crate::breaker::{CallEvent, CallEventKind, CallMark};
use crate::time::Tick;
use crate::values::End;

/// The number of calls in flight whose beginnings are kept at most.
const MOST: usize = 1 << 17;

/// The calls in flight, and the order of events.
#[derive(Debug, Default)]
pub(super) struct Matching {
    began: foldhash::HashMap<(u64, CallMark), Began>,
    calls: usize,
    /// The number of events so far.
    events: u64,
}

/// The beginnings of calls with the same mark.
#[derive(Debug)]
enum Began {
    One(Place),
    Many(Vec<Place>),
}

/// When a call began, and its place among all events.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    event: u64,
}

/// How a call ended whose beginning is not known yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unmatched {
    event: CallEvent,
    number: u64,
}

impl Matching {
    /// Takes two events if they are the beginning and the end of one call, as nearly always if the call waits for nothing
    /// else on its thread.
    pub(super) fn whole(&mut self, began: &CallEvent, ended: &CallEvent) -> Option<Row> {
        let (CallEventKind::Began(mark), CallEventKind::Ended { mark: of, .. }) =
            (began.kind, ended.kind)
        else {
            return None;
        };
        if (began.source, mark) != (ended.source, of) {
            return None;
        }
        let place = Place {
            at: began.at.as_nanos(),
            event: self.events,
        };
        self.events += 2;
        Some(row(*ended, place.event + 1, place))
    }

    /// Takes the next event; returns the call if it is complete, or its end if no beginning is known.
    pub(super) fn next(&mut self, event: CallEvent) -> Option<Result<Row, Unmatched>> {
        let number = self.events;
        self.events += 1;
        match event.kind {
            CallEventKind::Began(mark) => {
                self.insert(
                    event.source,
                    mark,
                    Place {
                        at: event.at.as_nanos(),
                        event: number,
                    },
                );
                None
            }
            CallEventKind::Ended { .. } => Some(self.end(Unmatched { event, number })),
            CallEventKind::Rejected => {
                let place = Place {
                    at: event.at.as_nanos(),
                    event: number,
                };
                Some(Ok(row(event, number, place)))
            }
        }
    }

    /// Looks once more for the beginning of a call that has ended.
    pub(super) fn end(&mut self, ended: Unmatched) -> Result<Row, Unmatched> {
        let CallEventKind::Ended { mark, .. } = ended.event.kind else {
            return Err(ended);
        };
        let place = self.remove(ended.event.source, mark).ok_or(ended)?;
        Ok(row(ended.event, ended.number, place))
    }

    /// Returns a call whose beginning was dropped: its ticket knows when that was.
    pub(super) fn without_beginning(ended: Unmatched) -> Row {
        let stamp = match ended.event.kind {
            CallEventKind::Ended { mark, .. } => mark.stamp.min(ended.event.at.as_nanos()),
            _ => ended.event.at.as_nanos(),
        };
        row(
            ended.event,
            ended.number,
            Place {
                at: stamp,
                event: ended.number,
            },
        )
    }

    /// Forgets the calls in flight, whose ends may have been dropped.
    pub(super) fn forget(&mut self) {
        self.began.clear();
        self.calls = 0;
    }

    fn insert(&mut self, source: u64, mark: CallMark, place: Place) {
        if self.calls >= MOST {
            self.forget();
        }
        self.calls += 1;
        self.began
            .entry((source, mark))
            .and_modify(|began| began.add(place))
            .or_insert(Began::One(place));
    }

    fn remove(&mut self, source: u64, mark: CallMark) -> Option<Place> {
        let Entry::Occupied(mut began) = self.began.entry((source, mark)) else {
            return None;
        };
        let (place, is_last) = match began.get_mut() {
            Began::One(place) => (*place, true),
            // The last one, so that calls that follow one another in one instant stay apart.
            Began::Many(places) => (places.pop()?, places.is_empty()),
        };
        if is_last {
            began.remove();
        }
        self.calls -= 1;
        Some(place)
    }
}

impl Began {
    fn add(&mut self, place: Place) {
        match self {
            Self::One(first) => *self = Self::Many(vec![*first, place]),
            Self::Many(places) => places.push(place),
        }
    }
}

/// Makes a row whose instants are ticks.
fn row(event: CallEvent, number: u64, began: Place) -> Row {
    let (outcome, hint) = match event.kind {
        CallEventKind::Ended {
            end, dropped, hint, ..
        } => (outcome(end, dropped), hint),
        CallEventKind::Began(_) | CallEventKind::Rejected => (CallOutcome::Rejected, None),
    };
    Row {
        source: event.source,
        started: began.at,
        took: nanos_since(event.at, began.at),
        outcome,
        hint: hint.map(Duration::from_nanos),
        order: Some(CallOrder {
            start: began.event,
            end: number,
        }),
    }
}

fn nanos_since(at: Tick, earlier: u64) -> u64 {
    at.as_nanos().saturating_sub(earlier)
}

fn outcome(end: End, dropped: bool) -> CallOutcome {
    match end {
        End::Success => CallOutcome::Success,
        End::Failure(kind) => CallOutcome::Failure(kind),
        End::Trip => CallOutcome::Trip,
        End::Ignored => CallOutcome::Ignored,
        End::Cancelled if dropped => CallOutcome::Dropped,
        End::Cancelled => CallOutcome::Cancelled,
    }
}
