//! One circuit of a rehearsal: the machine, and what the breaker around it knows.

use std::sync::Arc;
use std::time::Duration;

use super::call::CallOutcome;
use super::stay::{OpeningSpan, Stay};
use super::tally::Tally;
use crate::config::Settings;
use crate::machine::{CallEnd, Change, Machine, Ticket};
use crate::time::{Tick, nanos};
use crate::values::{End, FailureKind, Reason, RejectionReason, State};

/// A circuit, and its opening if it is not closed.
#[derive(Debug)]
pub(super) struct Circuit {
    pub(super) machine: Machine,
    pub(super) key: Option<Arc<str>>,
    /// When the clock of the machine is at zero, in nanoseconds since 1970.
    origin: u64,
    /// Time never runs back for a machine.
    pub(super) latest: Tick,
    /// The calls in flight.
    pub(super) in_flight: u32,
    /// The calls that were rejected and have not ended in the trace.
    pub(super) withheld: u32,
    /// The number of calls that were answered, for a row of dropped calls.
    answered: u64,
    opening: Option<OpeningSpan>,
    /// When its state began.
    since: u64,
    /// When it was last used.
    pub(super) used: u64,
    /// Whether it was used since it was last examined for eviction.
    pub(super) recent: bool,
    /// Whether it is in the table of keys.
    pub(super) listed: bool,
}

/// How a call that was admitted ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub(super) outcome: CallOutcome,
    pub(super) hint: Option<Duration>,
    pub(super) took: u64,
}

impl Circuit {
    /// Makes a circuit at an instant. As everywhere here, `at` is in nanoseconds since 1970.
    pub(super) fn new(
        settings: Settings,
        seed: u64,
        key: Option<Arc<str>>,
        origin: u64,
        at: u64,
    ) -> Self {
        let now = Tick::from_nanos(at.saturating_sub(origin));
        Self {
            machine: Machine::new(settings, now, seed),
            key,
            origin,
            latest: now,
            in_flight: 0,
            withheld: 0,
            answered: 0,
            opening: None,
            since: at,
            used: at,
            recent: false,
            listed: false,
        }
    }

    /// Returns the instant, or the latest one of this circuit if that is later.
    pub(super) fn at(&mut self, at: u64) -> Tick {
        let now = Tick::from_nanos(at.saturating_sub(self.origin));
        self.latest = self.latest.max(now);
        self.latest
    }

    /// Returns the nanoseconds since 1970 of an instant of the machine.
    fn nanos(&self, tick: Tick) -> u64 {
        self.origin.saturating_add(tick.as_nanos())
    }

    /// Returns whether no call holds the circuit.
    pub(super) fn is_idle(&self) -> bool {
        self.in_flight == 0 && self.withheld == 0
    }

    /// Asks the machine to admit a call.
    pub(super) fn admit(
        &mut self,
        at: u64,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) -> Result<Ticket, RejectionReason> {
        let now = self.at(at);
        let most = self.machine.settings().max_in_flight;
        let admitted = if most.is_some_and(|most| self.in_flight >= most) {
            let rejected = self.machine.admit_without_place(None, now, changes);
            // Without shadow and overrides, a call without a place is always rejected.
            Err(rejected.err().map_or(RejectionReason::Full, |it| it.reason))
        } else {
            let admitted = self.machine.admit(None, now, changes);
            admitted.map_err(|rejected| rejected.reason)
        };
        self.note(now, tally, changes);
        self.in_flight += u32::from(admitted.is_ok());
        admitted
    }

    /// Applies what is due, and returns whether the circuit is open.
    pub(super) fn is_open(
        &mut self,
        at: u64,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) -> bool {
        self.advance(at, tally, changes);
        self.machine.machine_state() == State::Open
    }

    /// Applies what is due.
    pub(super) fn advance(&mut self, at: u64, tally: &mut Tally, changes: &mut Vec<Change>) {
        let now = self.at(at);
        self.machine.advance(now, changes);
        self.note(now, tally, changes);
    }

    /// Ends a call.
    pub(super) fn settle(
        &mut self,
        ticket: Ticket,
        ending: Ending,
        at: u64,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) {
        let now = self.at(at);
        self.in_flight -= 1;
        let (end, dropped) = self.end_of(ending);
        if dropped {
            let answered = self.answered;
            self.machine
                .settle_dropped(ticket, end, answered, now, changes);
        } else {
            self.count_answer(ending.outcome);
            let ended = CallEnd {
                end,
                hint: ending.hint,
            };
            self.machine.settle(ticket, ended, now, changes);
        }
        self.note(now, tally, changes);
    }

    /// Returns how a call ends under these settings, and whether it was dropped while it was pending.
    fn end_of(&self, ending: Ending) -> (End, bool) {
        match ending.outcome {
            CallOutcome::Success => (End::Success, false),
            CallOutcome::Dropped | CallOutcome::Failure(FailureKind::Dropped) => {
                let limit = self.machine.settings().cancel_after;
                let late = limit.is_some_and(|limit| ending.took >= nanos(limit));
                let end = if late {
                    End::Failure(FailureKind::Dropped)
                } else {
                    End::Cancelled
                };
                (end, true)
            }
            CallOutcome::Failure(kind) => (End::Failure(kind), false),
            CallOutcome::Trip => (End::Trip, false),
            CallOutcome::Ignored => (End::Ignored, false),
            CallOutcome::Cancelled | CallOutcome::Rejected => (End::Cancelled, false),
        }
    }

    /// Counts the end of a call if the call was answered.
    pub(super) fn count_answer(&mut self, outcome: CallOutcome) {
        let unanswered = match outcome {
            CallOutcome::Failure(kind) => {
                matches!(kind, FailureKind::TimedOut | FailureKind::Dropped)
            }
            CallOutcome::Dropped | CallOutcome::Cancelled | CallOutcome::Rejected => true,
            CallOutcome::Success | CallOutcome::Trip | CallOutcome::Ignored => false,
        };
        self.answered += u64::from(!unanswered);
    }

    /// Counts a rejected call among those of the opening.
    #[inline]
    pub(super) fn count_rejected(&mut self, outcome: CallOutcome) {
        if let Some(opening) = &mut self.opening {
            opening.rejected += 1;
            match outcome {
                CallOutcome::Success => opening.rejected_succeeded += 1,
                CallOutcome::Failure(_) | CallOutcome::Trip => opening.rejected_failed += 1,
                _ => {}
            }
        }
    }

    #[inline]
    fn note(&mut self, now: Tick, tally: &mut Tally, changes: &mut Vec<Change>) {
        if !changes.is_empty() {
            self.note_changes(now, tally, changes);
        }
    }

    #[cold]
    fn note_changes(&mut self, now: Tick, tally: &mut Tally, changes: &mut Vec<Change>) {
        for change in changes.drain(..) {
            let Change::Transition {
                from,
                to,
                reason,
                due,
                ..
            } = change
            else {
                continue;
            };
            let at = self.nanos(due.unwrap_or(now));
            tally.add_transition(at, [from, to], reason, self.key.as_ref());
            self.end_stay(at, from, tally);
            match (from, to) {
                (State::Closed, _) => self.opening = Some(self.begin_opening(at, reason)),
                (State::HalfOpen, State::Open) => {
                    if let Some(opening) = &mut self.opening {
                        opening.reopenings += 1;
                    }
                }
                (_, State::Closed) => self.end_opening(Some(at), tally),
                _ => {}
            }
        }
    }

    fn begin_opening(&self, at: u64, reason: Reason) -> OpeningSpan {
        OpeningSpan {
            opened: at,
            closed: None,
            reason,
            key: self.key.clone(),
            reopenings: 0,
            rejected: 0,
            rejected_failed: 0,
            rejected_succeeded: 0,
        }
    }

    fn end_stay(&mut self, at: u64, state: State, tally: &mut Tally) {
        tally.add_stay(Stay {
            from: self.since,
            to: at,
            state,
        });
        self.since = at;
    }

    fn end_opening(&mut self, closed: Option<u64>, tally: &mut Tally) {
        if let Some(opening) = self.opening.take() {
            tally.add_opening(OpeningSpan { closed, ..opening });
        }
    }

    /// Applies what is due until `at`, and adds the last stay to the tally. With `evicted`, the opening ends.
    pub(super) fn finish(
        mut self,
        at: u64,
        evicted: bool,
        tally: &mut Tally,
        changes: &mut Vec<Change>,
    ) {
        self.advance(at, tally, changes);
        let end = self.nanos(self.latest).max(self.since);
        let state = self.machine.machine_state();
        self.end_stay(end, state, tally);
        self.end_opening(evicted.then_some(end), tally);
    }
}
