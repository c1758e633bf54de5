//! The end of a call whose ticket is marked: a nesting call (R7), or one that holds a place of `max_in_flight` (R31).

use std::time::Duration;

use super::gate::Word;
use super::shared::CircuitBreaker;
use crate::machine::Ticket;
use crate::values::End;

impl CircuitBreaker {
    /// Records how a call ended that is a nesting call or holds a place. Without these marks it is like any other.
    #[inline(never)]
    pub(super) fn settle_marked(
        &self,
        word: Word,
        ticket: Ticket,
        end: End,
        hint: Option<Duration>,
    ) {
        let shared = self.shared();
        let ticket = self.end_marked(ticket);
        let word = word.without_limit();
        if end != End::Success {
            self.settle_locked(word, ticket, end, hint);
        } else if word.success_is_free(ticket) {
            let end_outage = || self.end_outage_if_due();
            shared.counters.add_clean_success(&shared.time, end_outage);
        } else {
            self.settle_success(word, ticket);
        }
    }

    /// Ends what a marked ticket stands for, and returns the ticket without the marks.
    pub(super) fn end_if_marked(&self, ticket: Ticket) -> Ticket {
        if ticket.is_marked() {
            self.end_marked(ticket)
        } else {
            ticket
        }
    }

    /// Returns the place of a call that has ended, and records that it no longer runs on this thread.
    #[cold]
    #[inline(never)]
    fn end_marked(&self, ticket: Ticket) -> Ticket {
        if ticket.holds_place() {
            self.return_place();
        }
        self.shared().end_nesting(ticket.without_place())
    }

    /// Returns a place, and wakes the tasks that wait for one.
    pub(super) fn return_place(&self) {
        if self.shared().cold.places.give_back() {
            self.wake_waiting();
        }
    }
}
