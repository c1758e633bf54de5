//! What a rehearsal counts, and the report that it becomes.

use std::sync::Arc;
use std::time::Duration;

use super::bands::bands;
use super::call::{Call, CallOutcome, instant};
use super::candidate::Candidate;
use super::judgement::Judgement;
use super::outages::Span;
use super::report::{Opening, RehearsedTransition, Report};
use super::stay::{OpeningSpan, Stay};
use crate::values::{Reason, RejectionReason, Rejections, State};

/// The number of openings that are compared with the outages at most; further ones count as false.
const MOST_TIMES: usize = 1_000_000;
/// The number of openings that a report lists at most.
const MOST_OPENINGS: usize = 10_000;
/// The number of transitions that a report lists at most.
const MOST_TRANSITIONS: usize = 20_000;
/// The number of stays from which the bands are made at most.
const MOST_STAYS: usize = 100_000;

/// Sums over a trace, for one candidate.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) began: Option<u64>,
    pub(super) ended: u64,
    pub(super) admitted: u64,
    pub(super) admitted_failed: u64,
    pub(super) admitted_unknown: u64,
    pub(super) rejected_failed: u64,
    pub(super) rejected_succeeded: u64,
    pub(super) rejected_other: u64,
    pub(super) rejected_unknown: u64,
    pub(super) rejections: Rejections,
    pub(super) timed_out: u64,
    not_waited: u128,
    not_spent: u128,
    time_open: u128,
    time_half_open: u128,
    openings: u64,
    reopenings: u64,
    /// When each opening began and ended, or the largest number.
    times: Vec<(u64, u64)>,
    /// Without lists, a tally only counts.
    lists: bool,
    opening_list: Vec<OpeningSpan>,
    stays: Vec<Stay>,
    /// When the first stay began that is not in the list.
    stays_until: Option<u64>,
    transitions: Vec<RehearsedTransition>,
}

impl Tally {
    pub(super) fn new(lists: bool) -> Self {
        Self {
            lists,
            ..Self::default()
        }
    }

    pub(super) fn add_admitted(&mut self, outcome: CallOutcome) {
        self.admitted += 1;
        match outcome {
            CallOutcome::Failure(_) | CallOutcome::Trip => self.admitted_failed += 1,
            CallOutcome::Rejected => self.admitted_unknown += 1,
            _ => {}
        }
    }

    pub(super) fn add_rejected(&mut self, call: &Call, reason: RejectionReason) {
        *self.rejections.of_mut(reason) += 1;
        let took = u128::from(call.took_nanos());
        match call.outcome() {
            CallOutcome::Success => self.rejected_succeeded += 1,
            CallOutcome::Failure(_) | CallOutcome::Trip => {
                self.rejected_failed += 1;
                self.not_waited += took;
            }
            CallOutcome::Rejected => {
                self.rejected_unknown += 1;
                return;
            }
            _ => self.rejected_other += 1,
        }
        self.not_spent += took;
    }

    pub(super) fn add_transition(
        &mut self,
        at: u64,
        [from, to]: [State; 2],
        reason: Reason,
        key: Option<&Arc<str>>,
    ) {
        self.reopenings += u64::from([from, to] == [State::HalfOpen, State::Open]);
        self.openings += u64::from(from == State::Closed);
        if self.lists && self.transitions.len() < MOST_TRANSITIONS {
            self.transitions.push(RehearsedTransition {
                at: instant(at),
                from,
                to,
                reason,
                key: key.map(ToString::to_string),
            });
        }
    }

    pub(super) fn add_stay(&mut self, stay: Stay) {
        let lasted = u128::from(stay.to.saturating_sub(stay.from));
        match stay.state {
            State::Open => self.time_open += lasted,
            State::HalfOpen => self.time_half_open += lasted,
            _ => return,
        }
        if !self.lists {
            return;
        }
        if self.stays.len() < MOST_STAYS {
            self.stays.push(stay);
        } else {
            let until = self.stays_until.get_or_insert(stay.from);
            *until = stay.from.min(*until);
        }
    }

    pub(super) fn add_opening(&mut self, opening: OpeningSpan) {
        if self.times.len() < MOST_TIMES {
            let closed = opening.closed.unwrap_or(u64::MAX);
            self.times.push((opening.opened, closed));
        }
        if self.lists && self.opening_list.len() < MOST_OPENINGS {
            self.opening_list.push(opening);
        }
    }

    pub(super) fn rejected(&self) -> u64 {
        self.rejected_failed + self.rejected_succeeded + self.rejected_other + self.rejected_unknown
    }

    /// Makes the report, with the outages of the trace.
    pub(super) fn report(
        mut self,
        candidate: &Candidate,
        outages: &[Span],
        tolerance: u64,
    ) -> Report {
        let began = self.began.unwrap_or_default();
        let ended = self.ended.max(began);
        self.opening_list.sort_by_key(|opening| opening.opened);
        let uncompared = self.openings - self.times.len() as u64;
        let judgement = Judgement::new(std::mem::take(&mut self.times), outages, tolerance);
        let is_false = |opening: &OpeningSpan| {
            judgement.is_false(opening.opened, opening.closed.unwrap_or(u64::MAX))
        };
        let opening_list: Vec<_> = self
            .opening_list
            .iter()
            .map(|opening| Opening {
                opened: instant(opening.opened),
                closed: opening.closed.map(instant),
                reason: opening.reason,
                key: opening.key.as_ref().map(ToString::to_string),
                is_false: is_false(opening),
                reopenings: opening.reopenings,
                rejected: opening.rejected,
                rejected_failed: opening.rejected_failed,
                rejected_succeeded: opening.rejected_succeeded,
            })
            .collect();
        let until = self.stays_until.unwrap_or(ended).clamp(began, ended);
        let (bands, merged) = bands(&self.stays, began, until);
        let rejected = self.rejected();
        Report {
            candidate: candidate.name().to_owned(),
            settings: *candidate.settings(),
            began: instant(began),
            ended: instant(ended),
            calls: self.admitted + rejected,
            admitted: self.admitted,
            admitted_failed: self.admitted_failed,
            admitted_unknown: self.admitted_unknown,
            rejected,
            rejected_failed: self.rejected_failed,
            rejected_succeeded: self.rejected_succeeded,
            rejected_other: self.rejected_other,
            rejected_unknown: self.rejected_unknown,
            rejections: self.rejections,
            timed_out: self.timed_out,
            openings: self.openings,
            false_openings: judgement.false_openings() + uncompared,
            reopenings: self.reopenings,
            time_open: duration(self.time_open),
            time_half_open: duration(self.time_half_open),
            not_waited: duration(self.not_waited),
            not_spent: duration(self.not_spent),
            outages: judgement.met(),
            openings_left_out: self.openings - opening_list.len() as u64,
            opening_list,
            bands,
            bands_merged: merged,
            transitions: self.transitions,
        }
    }
}

fn duration(nanos: u128) -> Duration {
    let seconds = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
    // Less than a second.
    let rest = u32::try_from(nanos % 1_000_000_000).unwrap_or(0);
    Duration::new(seconds, rest)
}
