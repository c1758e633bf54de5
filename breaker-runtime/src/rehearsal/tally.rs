//! What a rehearsal counts, and the report that it becomes.

use std::sync::Arc;
use std::time::Duration;

use super::bands::bands;
use super::call::{Call, CallOutcome, instant};
use super::candidate::Candidate;
use super::outages::{Span, TraceOutage};
use super::report::{Opening, OutageMet, RehearsedTransition, Report};
use super::stay::{OpeningSpan, Stay};
use crate::values::{Reason, RejectionReason, Rejections, State};

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
    pub(super) admitted_succeeded: u64,
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
    opening_list: Vec<OpeningSpan>,
    stays: Vec<Stay>,
    stays_left_out: bool,
    transitions: Vec<RehearsedTransition>,
}

impl Tally {
    pub(super) fn add_admitted(&mut self, outcome: CallOutcome) {
        self.admitted += 1;
        match outcome {
            CallOutcome::Success => self.admitted_succeeded += 1,
            CallOutcome::Failure(_) | CallOutcome::Trip => self.admitted_failed += 1,
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
        if self.transitions.len() < MOST_TRANSITIONS {
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
        if self.stays.len() < MOST_STAYS {
            self.stays.push(stay);
        } else {
            self.stays_left_out = true;
        }
    }

    pub(super) fn add_opening(&mut self, opening: OpeningSpan) {
        if self.opening_list.len() < MOST_OPENINGS {
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
        let overlaps = |opening: &OpeningSpan, outage: &Span| {
            let closed = opening.closed.unwrap_or(u64::MAX);
            let until = if outage.unended {
                u64::MAX
            } else {
                outage.ended
            };
            opening.opened <= until.saturating_add(tolerance)
                && closed >= outage.began.saturating_sub(tolerance)
        };
        self.opening_list.sort_by_key(|opening| opening.opened);
        let is_false = |opening: &OpeningSpan| {
            // Outages are in order and apart from each other.
            let latest = opening.closed.unwrap_or(u64::MAX).saturating_add(tolerance);
            let before = outages.partition_point(|outage| outage.began <= latest);
            !outages[..before]
                .iter()
                .rev()
                .any(|outage| overlaps(opening, outage))
        };
        let met = |outage: &Span| {
            let during = |opening: &&OpeningSpan| overlaps(opening, outage);
            let first = self.opening_list.iter().find(during);
            let last = self.opening_list.iter().rev().find(during);
            let recovery = last
                .and_then(|last| last.closed)
                .filter(|_| !outage.unended);
            let after = |at: u64, since| Duration::from_nanos(at.saturating_sub(since));
            OutageMet {
                outage: TraceOutage::from(outage),
                opening_delay: first.map(|first| after(first.opened, outage.began)),
                recovery_delay: recovery.map(|closed| after(closed, outage.ended)),
            }
        };
        let outages = outages.iter().map(met).collect();
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
        let false_openings = opening_list.iter().filter(|it| it.is_false).count() as u64;
        let (bands, merged) = bands(&self.stays, began, ended);
        let rejected = self.rejected();
        Report {
            candidate: candidate.name().to_owned(),
            settings: *candidate.settings(),
            began: instant(began),
            ended: instant(ended),
            calls: self.admitted + rejected,
            admitted: self.admitted,
            admitted_failed: self.admitted_failed,
            rejected,
            rejected_failed: self.rejected_failed,
            rejected_succeeded: self.rejected_succeeded,
            rejected_other: self.rejected_other,
            rejected_unknown: self.rejected_unknown,
            rejections: self.rejections,
            timed_out: self.timed_out,
            openings: self.openings,
            false_openings,
            reopenings: self.reopenings,
            time_open: duration(self.time_open),
            time_half_open: duration(self.time_half_open),
            not_waited: duration(self.not_waited),
            not_spent: duration(self.not_spent),
            outages,
            opening_list,
            bands,
            bands_merged: merged || self.stays_left_out,
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
