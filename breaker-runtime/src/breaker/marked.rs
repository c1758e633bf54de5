//! The end of a call whose ticket is marked: a nesting call (R7), a probe, or a call that holds a place of
//! `max_in_flight` (R31). A recorded call is marked too.

use std::time::Duration;

use super::gate::Word;
use super::shared::CircuitBreaker;
use crate::machine::{CallEnd, Role, Ticket};
use crate::values::End;

impl CircuitBreaker {
    /// Records the success of a call whose ticket is marked.
    #[inline(never)]
    pub(super) fn settle_marked_success(&self, word: Word, ticket: Ticket) {
        #[cfg(feature = "rehearsal")]
        if ticket.is_recorded_only() {
            return self.settle_recorded_success(word, ticket);
        }
        self.settle_marked(word, ticket, End::Success, None);
    }

    /// Records how a call ended whose ticket is marked.
    ///
    /// It asks the machine by itself, so that the path of unmarked tickets is a function without other callers.
    #[inline(never)]
    pub(super) fn settle_marked(
        &self,
        word: Word,
        ticket: Ticket,
        end: End,
        hint: Option<Duration>,
    ) {
        let (ticket, _ended) = self.end_marked(ticket);
        let word = word.without_limit();
        if end != End::Success || ticket.is_marked() {
            let ended = CallEnd { end, hint };
            #[cfg(feature = "rehearsal")]
            if ticket.is_recorded() {
                return self.settle_recorded(word, ticket, ended, false, None);
            }
            self.settle_by(word, ticket, end, false, |reading, ticket| {
                self.change_for_call(reading, |machine, now, changes| {
                    (machine.settle(ticket, ended, now, changes), Some(ticket))
                })
            });
        } else if word.success_is_free(ticket) {
            self.count_clean_success(self.shared());
        } else {
            self.settle_success(word, ticket);
        }
    }

    /// Ends the nesting of a marked ticket, and returns the ticket without the marks that can be removed.
    ///
    /// The caller keeps the second part until the outcome is recorded, so that whoever gets the place or the permit of
    /// the call sees what the outcome has caused.
    pub(super) fn end_if_marked(&self, ticket: Ticket) -> (Ticket, Option<EndedMarks<'_>>) {
        if ticket.is_marked() {
            let (ticket, ended) = self.end_marked(ticket);
            (ticket, Some(ended))
        } else {
            (ticket, None)
        }
    }

    /// Records that a call that has ended no longer runs on this thread.
    #[cold]
    #[inline(never)]
    fn end_marked(&self, ticket: Ticket) -> (Ticket, EndedMarks<'_>) {
        let ended = EndedMarks {
            breaker: self,
            held_place: ticket.holds_place(),
            was_probe: ticket.role() == Role::Probe,
        };
        (self.shared().end_nesting(ticket.without_place()), ended)
    }

    /// Returns a place, and wakes the tasks that wait for one.
    pub(super) fn return_place(&self) {
        if self.shared().cold.places.give_back() {
            self.wake_waiting();
        }
    }
}

/// What a call that has ended leaves to others: its place, and the permit of a probe.
///
/// They get it when this is dropped: the clock may be user code, and panic.
#[must_use]
pub(super) struct EndedMarks<'a> {
    breaker: &'a CircuitBreaker,
    held_place: bool,
    was_probe: bool,
}

impl Drop for EndedMarks<'_> {
    fn drop(&mut self) {
        if self.held_place {
            self.breaker.return_place();
        }
        if self.was_probe {
            // Its permit is free, even if it decided nothing.
            self.breaker.wake_waiting();
        }
    }
}
