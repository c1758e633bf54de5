//! The events of a breaker that have not been delivered yet.
//!
//! An event belongs to the span of the thread that caused it, but another thread may deliver it. The span cannot be
//! looked up under the lock, under which the event is queued, because that runs code of the subscriber. So a thread
//! that has queued events claims them while it holds the lock, releases the lock, looks up its span, and adds the span
//! to the events. Until then neither these events nor later ones are delivered. Then the thread delivers them, unless
//! another thread is delivering already. An event that waits for the cause of its transition is held back in the same
//! way.

use std::collections::VecDeque;
use std::time::SystemTime;

use super::event::EventKind;
use super::span::CallSpan;

/// The events that have not been delivered yet, oldest first.
///
/// Allocated by the first event, because most breakers have none.
#[derive(Debug, Default)]
pub(super) struct EventQueue(Option<Box<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    queued: VecDeque<QueuedEvent>,
    last_sequence: u64,
    /// The numbers of the events that wait until the cause of their transition is known.
    held: Vec<u64>,
    /// Whether a thread is delivering events; it also delivers those that are queued meanwhile.
    delivering: bool,
}

#[derive(Debug)]
struct QueuedEvent {
    told: ToldEvent,
    span: EventSpan,
}

/// The contents of an event.
#[derive(Clone, Debug)]
pub(super) struct ToldEvent {
    pub(super) sequence: u64,
    pub(super) at: SystemTime,
    pub(super) kind: EventKind,
}

/// What is known about the span of an event.
#[derive(Debug)]
enum EventSpan {
    /// Nothing. The holder of the lock has queued the event and claims it before it releases the lock.
    Unclaimed,
    /// A thread is looking it up.
    Claimed,
    Known(CallSpan),
}

/// The events that a thread has claimed.
pub(super) struct Claim {
    first: u64,
    count: usize,
}

impl EventQueue {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|queue| queue.queued.is_empty())
    }

    fn queue(&mut self) -> &mut Queue {
        self.0.get_or_insert_default()
    }

    /// Queues a new event.
    pub(super) fn push(&mut self, at: SystemTime, kind: EventKind) {
        let queue = self.queue();
        queue.last_sequence += 1;
        let sequence = queue.last_sequence;
        let told = ToldEvent { sequence, at, kind };
        let span = if CallSpan::EXISTS {
            EventSpan::Unclaimed
        } else {
            EventSpan::Known(CallSpan::none())
        };
        queue.queued.push_back(QueuedEvent { told, span });
    }

    /// Puts an event that no listener has received in front of the others.
    ///
    /// The caller makes the empty span, because it holds the lock when it calls this.
    pub(super) fn push_again(&mut self, told: ToldEvent, none: CallSpan) {
        let span = EventSpan::Known(none);
        self.queue().queued.push_front(QueuedEvent { told, span });
    }

    /// Claims the events that nobody has claimed, which are the last ones.
    pub(super) fn claim(&mut self) -> Option<Claim> {
        let mut claim = None;
        for event in self.queue().queued.iter_mut().rev() {
            if !matches!(event.span, EventSpan::Unclaimed) {
                break;
            }
            event.span = EventSpan::Claimed;
            let count = claim.map_or(1, |claim: Claim| claim.count + 1);
            let first = event.told.sequence;
            claim = Some(Claim { first, count });
        }
        claim
    }

    /// Adds their spans to the events of a claim.
    pub(super) fn add_spans(&mut self, claim: &Claim, spans: Vec<CallSpan>) {
        let events = self.queue().queued.iter_mut();
        let claimed = events.skip_while(|event| event.told.sequence != claim.first);
        for (event, span) in claimed.zip(spans) {
            event.span = EventSpan::Known(span);
        }
    }

    /// Returns whether this thread may deliver events, and then makes it the one that does.
    pub(super) fn begin_delivery(&mut self) -> bool {
        !std::mem::replace(&mut self.queue().delivering, true)
    }

    /// Returns the next event to deliver and its span, or ends the delivery.
    pub(super) fn next(&mut self) -> Option<(ToldEvent, CallSpan)> {
        let queue = self.queue();
        let event = queue.queued.pop_front();
        if let Some(QueuedEvent { told, span }) = event {
            match span {
                EventSpan::Known(span) if !queue.held.contains(&told.sequence) => {
                    return Some((told, span));
                }
                // The thread that claimed or held it delivers it.
                span => queue.queued.push_front(QueuedEvent { told, span }),
            }
        }
        queue.delivering = false;
        None
    }

    pub(super) fn last_sequence(&self) -> u64 {
        self.0.as_ref().map_or(0, |queue| queue.last_sequence)
    }

    /// Returns the events after the one with this number, the last one first.
    pub(super) fn after(&self, sequence: u64) -> impl Iterator<Item = &ToldEvent> {
        let queued = self.0.iter().flat_map(|queue| queue.queued.iter().rev());
        let events = queued.map(|event| &event.told);
        events.take_while(move |told| told.sequence > sequence)
    }

    /// Returns what happened from the event with this number on.
    pub(super) fn starting_at(&mut self, sequence: u64) -> impl Iterator<Item = &mut EventKind> {
        let events = self.queue().queued.iter_mut().map(|event| &mut event.told);
        let from = events.skip_while(move |told| told.sequence != sequence);
        from.map(|told| &mut told.kind)
    }

    /// Holds an event and those behind it back until it is released.
    pub(super) fn hold(&mut self, sequence: u64) {
        self.queue().held.push(sequence);
    }

    pub(super) fn release(&mut self, sequence: u64) {
        self.queue().held.retain(|other| *other != sequence);
    }
}

impl Claim {
    /// Looks the current span up for each event. This runs code of the subscriber.
    pub(super) fn spans(&self) -> Vec<CallSpan> {
        (0..self.count).map(|_| CallSpan::current()).collect()
    }

    pub(super) fn no_spans(&self) -> Vec<CallSpan> {
        (0..self.count).map(|_| CallSpan::none()).collect()
    }
}

#[cfg(all(test, feature = "tracing"))]
mod tests;
