//! The end of a call whose future was dropped.

use super::drops;
use super::shared::{CircuitBreaker, Shared};
use crate::config::Settings;
use crate::machine::Ticket;
use crate::sync::Ordering;
use crate::time::Tick;
use crate::values::{End, FailureKind};

impl CircuitBreaker {
    /// Records a call whose future was dropped: a failure if it had been pending for at least `cancel_after`, unless
    /// the program declared such drops neutral.
    pub(crate) fn cancel(&self, ticket: Ticket) {
        self.cancel_silent_since(ticket, ticket.stamped());
    }

    /// Records a dropped call like [`cancel`](Self::cancel), but measures from the instant at which it was last heard.
    pub(crate) fn cancel_silent_since(&self, ticket: Ticket, since: Option<Tick>) {
        let (ticket, _ended) = self.end_if_marked(ticket);
        match self.judge_drop(since) {
            Some(end) => self.settle_dropped(ticket, end),
            None => self.settle(ticket, End::Cancelled, None),
        }
    }

    /// Records a dropped call that has made progress, last at an instant.
    ///
    /// The dependency has answered, so the call counts in a row of dropped calls only if it was silent for too long (R29).
    pub(crate) fn cancel_after_progress(&self, ticket: Ticket, last: Tick) {
        let (ticket, _ended) = self.end_if_marked(ticket);
        match self.judge_drop(Some(last)) {
            Some(end @ End::Failure(_)) => self.settle_dropped(ticket, end),
            _ => self.settle(ticket, End::Cancelled, None),
        }
    }

    /// Returns how a call ended that was dropped, or `None` if the program declared such drops neutral.
    fn judge_drop(&self, since: Option<Tick>) -> Option<End> {
        let shared = self.shared();
        if drops::are_neutral() || shared.drops_are_neutral() {
            return None;
        }
        let overdue = |since: Tick| {
            let limit = shared.limits.cancel_after()?;
            let lasted = shared
                .time
                .now()
                .as_nanos()
                .saturating_sub(since.as_nanos());
            (lasted >= limit).then_some(End::Failure(FailureKind::Dropped))
        };
        Some(since.and_then(overdue).unwrap_or(End::Cancelled))
    }

    /// Records a call that was dropped while it was pending; a row of them opens the circuit (R29).
    ///
    /// The marks of the ticket have ended.
    #[cold]
    pub(super) fn settle_dropped(&self, ticket: Ticket, end: End) {
        let shared = self.shared();
        #[cfg(feature = "rehearsal")]
        if ticket.is_recorded() {
            return self.settle_recorded(shared.gate.word(), ticket, end.into(), true, None);
        }
        if !shared.cold.counts_drops.load(Ordering::Relaxed) {
            return self.settle(ticket, end, None);
        }
        let answered = shared.answered();
        let word = shared.gate.word();
        self.settle_by(word, ticket, end, true, |reading, ticket| {
            self.change_for_call(reading, |machine, now, changes| {
                let stale = machine.settle_dropped(ticket, end, answered, now, changes);
                (stale, Some(ticket))
            })
        });
    }
}

impl Shared {
    /// Publishes the limits that calls read without the lock.
    pub(super) fn publish_limits(&self, settings: &Settings) {
        self.limits.publish(settings);
        let counts_drops = settings.cancelled_in_a_row.is_some();
        self.cold
            .counts_drops
            .store(counts_drops, Ordering::Relaxed);
    }

    /// Records that the answer to a call in flight has begun to arrive, so that dropping the call says nothing (R34).
    pub(crate) fn note_begun_answer(&self) {
        self.cold.begun_answers.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of calls that were answered, if that decides what a dropped call does.
    #[cfg(feature = "rehearsal")]
    pub(super) fn counted_answers(&self) -> Option<u64> {
        let counts = self.cold.counts_drops.load(Ordering::Relaxed);
        counts.then(|| self.answered())
    }

    /// Returns the number of calls that were answered: that ended with a value or with a panic, or whose answer has begun
    /// to arrive.
    fn answered(&self) -> u64 {
        let panicked = self.cold.failures.panicked();
        let begun = self.cold.begun_answers.load(Ordering::Relaxed);
        let ended = self.counters.answered();
        ended.wrapping_add(panicked).wrapping_add(begun)
    }

    /// Returns whether a guard of the registry declares dropped calls neutral.
    fn drops_are_neutral(&self) -> bool {
        self.cold.registry.neutral_drops.load(Ordering::Relaxed) > 0
    }
}
