//! Plays the calls of a trace through the machines of one candidate.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::call::{Call, CallOutcome, DAY};
use super::candidate::Candidate;
use super::circuit::Ending;
use super::keys::Circuits;
use super::outages::Span;
use super::report::Report;
use super::tally::Tally;
use crate::machine::{Change, Ticket};
use crate::time::nanos;
use crate::values::{FailureKind, RejectionReason};

/// A call that timed out in the trace, at most this long after the limit of the candidate, ends when the trace says.
///
/// Timers are late by some milliseconds.
const LATE_TIMER: u64 = 20_000_000;

/// One candidate, and its calls in flight.
#[derive(Debug)]
pub(super) struct Player {
    candidate: Candidate,
    call_timeout: Option<u64>,
    circuits: Circuits,
    in_flight: BinaryHeap<InFlight>,
    /// The number of calls so far.
    calls: u64,
    /// Whether each day begins with new circuits.
    daily: bool,
    /// The day of the last call.
    day: u64,
    tally: Tally,
    changes: Vec<Change>,
}

/// A call in flight. The greatest is the one that ends first.
#[derive(Debug)]
struct InFlight {
    ends: u64,
    /// What comes first at one instant.
    place: u64,
    circuit: usize,
    role: Role,
    ending: Ending,
}

/// What the end of a call in flight does.
#[derive(Debug)]
enum Role {
    Admitted(Ticket),
    /// The call is rejected here. As in shadow, its answer still ends a row of dropped calls, and its key keeps its place
    /// until then.
    Rejected,
}

impl InFlight {
    fn end(&self) -> (u64, u64) {
        (self.ends, self.place)
    }
}

impl PartialEq for InFlight {
    fn eq(&self, other: &Self) -> bool {
        self.end() == other.end()
    }
}

impl Eq for InFlight {}

impl PartialOrd for InFlight {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for InFlight {
    fn cmp(&self, other: &Self) -> Ordering {
        other.end().cmp(&self.end())
    }
}

impl Player {
    pub(super) fn new(candidate: Candidate) -> Self {
        Self::with_tally(candidate, Tally::new(true))
    }

    /// Makes a player whose report has no lists.
    pub(super) fn without_lists(candidate: Candidate) -> Self {
        Self::with_tally(candidate, Tally::new(false))
    }

    /// Makes each day begin with new circuits, because days between them are left out.
    pub(super) fn daily(self) -> Self {
        Self {
            daily: true,
            ..self
        }
    }

    fn with_tally(candidate: Candidate, tally: Tally) -> Self {
        Self {
            call_timeout: candidate.settings().call_timeout.map(nanos),
            circuits: Circuits::new(*candidate.settings(), candidate.seed()),
            candidate,
            in_flight: BinaryHeap::new(),
            calls: 0,
            tally,
            daily: false,
            day: 0,
            changes: Vec::new(),
        }
    }

    /// Plays the next call, which did not begin before the last one.
    pub(super) fn push(&mut self, call: &Call) {
        let at = call.started_nanos();
        if self.daily && self.day != at / DAY {
            self.begin_again(true);
            self.day = at / DAY;
        }
        let order = call.order();
        // At one instant, calls end before others begin, unless the trace knows better.
        self.end_calls_before((at, order.map_or(u64::MAX, |order| order.start)));
        self.tally.began.get_or_insert(at);
        self.calls += 1;
        let number = self
            .circuits
            .of_call(call, &mut self.tally, &mut self.changes);
        let circuit = self.circuits.get_mut(number);
        if call.outcome() == CallOutcome::Rejected {
            self.tally.ended = self.tally.ended.max(at);
            if circuit.is_open(at, &mut self.tally, &mut self.changes) {
                circuit.count_rejected(call.outcome());
                self.tally.add_rejected(call, RejectionReason::Open);
            } else {
                self.tally.add_admitted(call.outcome());
            }
            self.free_without_place(number, at);
            return;
        }
        self.tally.ended = self.tally.ended.max(call.ended_nanos());
        let role = match circuit.admit(at, &mut self.tally, &mut self.changes) {
            Ok(ticket) => {
                self.tally.add_admitted(call.outcome());
                Role::Admitted(ticket)
            }
            Err(reason) => {
                circuit.count_rejected(call.outcome());
                self.tally.add_rejected(call, reason);
                circuit.withheld += 1;
                Role::Rejected
            }
        };
        let (ending, timed_out) = self.ending(call);
        if timed_out && matches!(role, Role::Admitted(_)) {
            self.tally.timed_out += 1;
        }
        self.in_flight.push(InFlight {
            ends: at.saturating_add(ending.took),
            place: order.map_or(self.calls, |order| order.end),
            circuit: number,
            role,
            ending,
        });
    }

    /// Returns how a call ends: as in the trace, or at the `call_timeout` of the candidate. Also returns whether the
    /// candidate ends it earlier than the trace.
    fn ending(&self, call: &Call) -> (Ending, bool) {
        let (took, outcome) = (call.took_nanos(), call.outcome());
        let as_recorded = Ending {
            outcome,
            hint: call.open_for_hint(),
            took,
        };
        let Some(limit) = self.call_timeout.filter(|limit| took > *limit) else {
            return (as_recorded, false);
        };
        let timed_out = CallOutcome::Failure(FailureKind::TimedOut);
        let late_timer = outcome == timed_out && took - limit <= LATE_TIMER.max(limit / 8);
        // Neither would the timer of the candidate have ended a call that was not ended by an earlier one.
        let outlived = call
            .call_timeout()
            .is_some_and(|recorded| recorded <= limit);
        if late_timer || outlived {
            return (as_recorded, false);
        }
        let cut = Ending {
            outcome: timed_out,
            hint: None,
            took: limit,
        };
        (cut, true)
    }

    fn end_calls_before(&mut self, before: (u64, u64)) {
        while self.in_flight.peek().is_some_and(|it| it.end() < before) {
            if let Some(ended) = self.in_flight.pop() {
                self.end(&ended);
            }
        }
    }

    fn end(&mut self, call: &InFlight) {
        let circuit = self.circuits.get_mut(call.circuit);
        let ticket = match call.role {
            Role::Admitted(ticket) => ticket,
            Role::Rejected => {
                circuit.withheld -= 1;
                circuit.count_answer(call.ending.outcome);
                return;
            }
        };
        circuit.settle(
            ticket,
            call.ending,
            call.ends,
            &mut self.tally,
            &mut self.changes,
        );
        self.free_without_place(call.circuit, call.ends);
    }

    /// Returns the number of circuits that there were at once.
    #[cfg(test)]
    pub(super) fn circuits(&self) -> usize {
        self.circuits.len()
    }

    /// Drops the circuit of a key without a place if it has no calls in flight.
    fn free_without_place(&mut self, number: usize, at: u64) {
        let circuit = self.circuits.get_mut(number);
        if !circuit.listed && circuit.is_idle() {
            self.circuits
                .free(number, at, &mut self.tally, &mut self.changes);
        }
    }

    /// Ends the calls in flight and all circuits; the calls that follow, if the trace goes on, begin with new ones.
    fn begin_again(&mut self, goes_on: bool) {
        self.end_calls_before((u64::MAX, u64::MAX));
        let new = Circuits::new(*self.candidate.settings(), self.candidate.seed());
        let circuits = std::mem::replace(&mut self.circuits, new);
        circuits.finish(
            self.tally.ended,
            goes_on,
            &mut self.tally,
            &mut self.changes,
        );
    }

    /// Ends the calls in flight, and applies what is due until the last of them ends.
    pub(super) fn finish(mut self, outages: &[Span], tolerance: u64) -> Report {
        self.begin_again(false);
        self.tally.report(&self.candidate, outages, tolerance)
    }
}
