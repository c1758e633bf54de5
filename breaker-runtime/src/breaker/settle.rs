//! The way out of a call: the counterpart of [`admit`](super::admit), which has a table of the paths.

use std::time::Duration;

use super::admit::cold_path;
use super::causes::StateCause;
use super::counters::Counter;
use super::gate::Word;
use super::shared::{CircuitBreaker, Shared};
use crate::machine::{CallEnd, Machine, Role, Ticket};
use crate::sync::Ordering;
use crate::time::{ClockReading, Tick};
use crate::values::{End, FailureKind};

impl CircuitBreaker {
    /// Records how a call ended; only a failure has a hint.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "every annotated function ends here")]
    pub(crate) fn settle(&self, ticket: Ticket, end: End, hint: Option<Duration>) {
        let shared = self.shared();
        let word = shared.gate.word();
        if end != End::Success {
            self.settle_locked(word, ticket, end, hint);
        } else if word.success_is_free(ticket) {
            self.count_clean_success(shared);
        } else {
            cold_path();
            self.settle_success(word, ticket);
        }
    }

    /// Chooses the path of a success that is not free.
    ///
    /// Each branch is a separate function: inlined here, they would together need more registers than any one of them.
    #[inline(never)]
    pub(super) fn settle_success(&self, word: Word, ticket: Ticket) {
        if word.tracked_success_needs_tally_only(ticket) {
            self.settle_tracked_success(word, ticket);
        } else if word.success_needs_tally_only(ticket) {
            if word.has_time_window() {
                self.settle_timed_success(word, ticket);
            } else {
                self.settle_sampled_success(word, ticket);
            }
        } else if ticket.is_marked() {
            self.settle_marked_success(word, ticket);
        } else {
            self.settle_success_locked(word, ticket);
        }
    }

    /// Counts a success that changes nothing else.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "every annotated function ends here")]
    pub(super) fn count_clean_success(&self, shared: &Shared) {
        if !shared.counters.add_clean_success() {
            self.finish_clean_success();
        }
    }

    #[cold]
    #[inline(never)]
    fn finish_clean_success(&self) {
        let shared = self.shared();
        if shared.counters.finish_clean_success(&shared.time) {
            self.end_outage_if_due();
        }
    }

    /// Does what [`settle_locked`](Self::settle_locked) does, for a success whose ticket is not marked.
    #[inline(never)]
    pub(super) fn settle_success_locked(&self, word: Word, ticket: Ticket) {
        let (end, ended) = (End::Success, End::Success.into());
        self.settle_by(word, ticket, end, false, |reading, ticket| {
            self.change_for_call(reading, |machine, now, changes| {
                (machine.settle(ticket, ended, now, changes), Some(ticket))
            })
        });
    }

    /// Counts the end of a call and, if it may decide something, lets the machine judge it under the lock.
    ///
    /// Some calls that get here, with `threshold = 3` and generation 7 in the gate word:
    ///
    /// | call | clock | totals | lock and machine |
    /// |---|---|---|---|
    /// | a failure of generation 7 | precise, because an open period may begin now | failure | yes: the row grows, and the third failure opens the circuit |
    /// | a plain success of generation 7 after two failures | the one that the gate word names | success | yes: the row becomes 0 |
    /// | a failure of generation 6 | precise, to date it | failure, stale | no: it decides nothing (R9) |
    /// | an ignored plain call, or one that was cancelled before it was pending | none | ignored or cancelled | no |
    /// | a plain call of generation 7 that was dropped while it was pending | precise | cancelled | yes: the row of dropped calls grows |
    /// | a cancelled call of generation 7 that is counted in flight | precise | cancelled | yes: it leaves the calls in flight |
    /// | a success with `latency` that needs only the tally | precise, for the duration | success | no: it returns after the tally |
    ///
    /// If another thread begins generation 8 after the gate word was loaded, the machine finds that the first call is
    /// stale, and it is counted as failure and stale, as in the third row.
    #[inline(never)]
    pub(super) fn settle_locked(
        &self,
        word: Word,
        ticket: Ticket,
        end: End,
        hint: Option<Duration>,
    ) {
        if ticket.is_marked() {
            return self.settle_marked(word, ticket, end, hint);
        }
        let ended = CallEnd { end, hint };
        self.settle_by(word, ticket, end, false, |reading, ticket| {
            self.change_for_call(reading, |machine, now, changes| {
                (machine.settle(ticket, ended, now, changes), Some(ticket))
            })
        });
    }

    /// Records a failure. If it opens the circuit, `cause` states the cause.
    #[inline(never)]
    pub(crate) fn settle_with_cause(
        &self,
        ticket: Ticket,
        ended: CallEnd,
        cause: &mut StateCause<'_>,
    ) {
        let shared = self.shared();
        let word = shared.gate.word();
        let (ticket, marks) = self.end_if_marked(ticket);
        #[cfg(feature = "rehearsal")]
        if marks.is_some() && ticket.is_recorded() {
            return self.settle_recorded(word, ticket, ended, false, Some(cause));
        }
        let _marks = marks;
        self.settle_by(word, ticket, ended.end, false, |reading, ticket| {
            self.settle_and_ask(reading, ticket, ended, cause)
        });
    }

    /// Counts the end of a call and, if it may decide something, has `settle` report it to the machine.
    ///
    /// `settle` returns whether the call belongs to an older generation. `dropped` says whether the call was dropped while
    /// it was pending, which the machine counts.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has four callers, of which two are common"
    )]
    pub(super) fn settle_by(
        &self,
        word: Word,
        ticket: Ticket,
        end: End,
        dropped: bool,
        settle: impl FnOnce(ClockReading, Ticket) -> bool,
    ) {
        let shared = self.shared();
        let measured = word
            .measures_latency()
            .then(|| shared.record_latency(ticket, end));
        self.settle_measured(word, ticket, end, dropped, measured, settle);
    }

    /// Does the same for a call that ended at an instant, if that is known.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has two callers, of which one is common"
    )]
    pub(super) fn settle_measured(
        &self,
        word: Word,
        ticket: Ticket,
        end: End,
        dropped: bool,
        measured: Option<Tick>,
        settle: impl FnOnce(ClockReading, Ticket) -> bool,
    ) {
        let shared = self.shared();
        if measured.is_some_and(|now| now.as_nanos() >= shared.outage_end()) {
            self.end_outage();
        }
        if let (Some(now), End::Success) = (measured, end) {
            if shared.tally_success(word.without_latency(), ticket, now) {
                return;
            }
        }
        let current = word.generation() == ticket.generation();
        // Calls in flight that have become slow are noticed first, whatever this end decides.
        let decides =
            current && (dropped || may_decide(ticket.role(), end) || word.tracks_in_flight());
        let limit = shared.limits.slow_call().filter(|_| end != End::Cancelled);
        let dated = end.is_judged();
        // Such a success can only end a row of failures.
        let ends_row_at_most =
            end == End::Success && ticket.role() == Role::Call && limit.is_none();
        let now = match measured {
            Some(now) => now,
            None if ends_row_at_most && word.is_closed() => shared.time.read(word.is_precise()),
            // The precise clock: an open period that begins now must not end early.
            None if decides || dated || limit.is_some() => shared.time.now(),
            None => Tick::default(),
        };
        // Before the machine: a thread that sees a state which this call caused also sees the call in the totals.
        shared.count_end(end, now);
        if limit.is_some_and(|limit| ticket.lasted(limit, now)) {
            shared.counters.add(Counter::Slow);
        }
        let stale = if decides {
            let reading = shared.time.reading(now);
            settle(reading, ticket)
        } else {
            !current
        };
        if stale && end != End::Cancelled {
            shared.counters.add(Counter::Stale);
        }
    }

    /// Notices the end of an outage, because most successes of a closed circuit do not take the lock.
    #[cold]
    pub(super) fn end_outage_if_due(&self) {
        let shared = self.shared();
        let end = shared.outage_end();
        if end != u64::MAX && end <= shared.time.coarse().as_nanos() {
            self.end_outage();
        }
    }

    #[cold]
    pub(super) fn end_outage(&self) {
        self.change(Machine::advance);
    }
}

impl Shared {
    /// Returns when the current outage ends, in ticks; the largest number if the circuit is not closed after an outage.
    #[inline]
    pub(super) fn outage_end(&self) -> u64 {
        self.cold.outage_end.load(Ordering::Relaxed)
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "every end that takes the lock is counted here"
    )]
    fn count_end(&self, end: End, now: Tick) {
        match end {
            End::Success => self.counters.add_success(now),
            End::Failure(FailureKind::Returned) | End::Trip => self.counters.add_failure(now),
            End::Failure(kind) => {
                self.cold.failures.add(kind);
                self.counters.date_failure(now);
            }
            End::Ignored => self.counters.add(Counter::Ignored),
            End::Cancelled => self.counters.add(Counter::Cancelled),
        }
    }
}

/// Returns whether such an end may change the machine.
///
/// A tracked call and a probe always may, because the machine lists them as in flight.
fn may_decide(role: Role, end: End) -> bool {
    match role {
        Role::Call => end.is_judged(),
        // An uncounted call counts in the window of an open circuit that is forced closed.
        Role::Tracked | Role::Probe | Role::Uncounted => true,
    }
}
