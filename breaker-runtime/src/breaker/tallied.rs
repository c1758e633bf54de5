//! The success of a call that needs the [`tally`](super::tally) at most: the circuit has a window or `slow_call`, and the
//! success decides nothing by itself.
//!
//! Each path is a separate function, so that it needs few registers.

use super::gate::Word;
use super::shared::{CircuitBreaker, Shared};
use super::tally::FastSuccess;
use super::thread_slots::claimed_slot;
use crate::machine::Ticket;
use crate::time::Tick;

impl CircuitBreaker {
    #[inline(never)]
    pub(super) fn settle_tracked_success(&self, word: Word, ticket: Ticket) {
        let shared = self.shared();
        let now = shared.time.read(word.is_precise());
        if !shared.tally_tracked_success(word, ticket, now) {
            self.settle_success_locked(word, ticket);
        }
    }

    #[inline(never)]
    pub(super) fn settle_timed_success(&self, word: Word, ticket: Ticket) {
        let shared = self.shared();
        let now = shared.time.read(word.is_precise());
        if !shared.tally_plain_success(word, ticket, now) {
            self.settle_success_locked(word, ticket);
        }
    }

    /// Reads no clock: a sample of a window of calls has no time.
    #[inline(never)]
    pub(super) fn settle_sampled_success(&self, word: Word, ticket: Ticket) {
        let shared = self.shared();
        if shared.tally_sample(ticket, Tick::default()) {
            self.count_clean_success(shared);
        } else {
            self.settle_success_locked(word, ticket);
        }
    }
}

impl Shared {
    /// Counts a success that needs only the tally; returns `false` if the machine must count it.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has two callers, of which one is common"
    )]
    pub(super) fn tally_success(&self, word: Word, ticket: Ticket, now: Tick) -> bool {
        if word.success_needs_tally_only(ticket) {
            self.tally_plain_success(word, ticket, now)
        } else {
            word.tracked_success_needs_tally_only(ticket)
                && self.tally_tracked_success(word, ticket, now)
        }
    }

    /// Tallies the success of a plain call, which is a sample if there is a window.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for `tally_success`")]
    fn tally_plain_success(&self, word: Word, ticket: Ticket, now: Tick) -> bool {
        let counted = !word.is_sampled() || self.tally_sample(ticket, now);
        if counted {
            self.counters.add_success(now);
        }
        counted
    }

    /// Tallies a sample of a window. For a window of calls, the default instant suffices.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for `tally_success`")]
    fn tally_sample(&self, ticket: Ticket, at: Tick) -> bool {
        let sample = FastSuccess {
            at,
            is_sample: true,
            tracked: None,
        };
        let tallies = self.tallies.get();
        tallies.is_some_and(|it| it.success(claimed_slot(), ticket.generation(), sample))
    }

    /// Tallies the success of a call that is counted in flight, if it was fast.
    ///
    /// The gate word must show that the success needs only the tally.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for `tally_success`")]
    fn tally_tracked_success(&self, word: Word, ticket: Ticket, now: Tick) -> bool {
        let (Some(tallies), Some(limit)) = (self.tallies.get(), self.limits.slow_call()) else {
            return false;
        };
        if now.as_nanos().saturating_sub(ticket.tracked_since()) >= limit {
            return false;
        }
        let success = FastSuccess {
            at: now,
            is_sample: word.is_sampled(),
            tracked: Some(ticket),
        };
        let counted = tallies.success(claimed_slot(), ticket.generation(), success);
        if counted {
            self.counters.add_success(now);
        }
        counted
    }
}
