//! The closed circuit: what it has counted, and the rules by which it opens.

mod dropped;
mod evidence;
mod judgement;

use self::dropped::DroppedRow;
use super::in_flight::{InFlight, Noticed, Span};
use super::ramp::Ramp;
use super::stay_counts::StayCounts;
use super::ticket::Ticket;
use super::types::{GateState, TallyLease};
use super::window::{Sample, SlidingWindow, WindowCounts};
use crate::config::Settings;
use crate::time::{Tick, needs_precise_clock};
use crate::values::{End, FailureCounts, FailureKind, Failures, Reason};

#[derive(Debug)]
pub(super) struct Closed {
    /// The failures in a row.
    row: FailureCounts,
    /// The number of calls of this stay that failed only because they were slow.
    slow_failures: u64,
    window: Option<SlidingWindow>,
    in_flight: InFlight,
    /// Boxed, because most breakers have none.
    ramp: Option<Box<Ramp>>,
    /// The row of dropped calls; boxed for the same reason.
    dropped: Option<Box<DroppedRow>>,
    /// When the closed stay began, or when its ramp ends. R12 counts from here.
    calm_since: Tick,
}

/// How a call ended, and what was added for it while it was in flight.
pub(super) struct ClosedCallEnd {
    pub(super) end: End,
    pub(super) slow: bool,
    pub(super) noticed: Option<Noticed>,
}

impl Closed {
    #[inline]
    pub(super) fn new(settings: &Settings, now: Tick) -> Self {
        Self {
            row: FailureCounts::default(),
            slow_failures: 0,
            window: settings.window.map(SlidingWindow::new),
            in_flight: InFlight::default(),
            ramp: None,
            dropped: None,
            calm_since: now,
        }
    }

    /// Makes the closed circuit that follows a recovery: it begins with a ramp if the setting `ramp` is set.
    pub(super) fn recovered(settings: &Settings, now: Tick) -> Self {
        let ramp = settings.ramp.map(|time| Box::new(Ramp::new(time, now)));
        Self {
            calm_since: ramp.as_ref().map_or(now, |ramp| ramp.ends()),
            ramp,
            ..Self::new(settings, now)
        }
    }

    /// Returns whether a ramp rejects some of the calls.
    pub(super) fn is_ramping(&self) -> bool {
        self.ramp.is_some()
    }

    /// Returns when the ramp would admit a call; `None` if it would now, or if there is none.
    #[cfg(any(test, feature = "tokio"))]
    pub(super) fn ramp_admits_at(&self, now: Tick) -> Option<Tick> {
        self.ramp.as_ref()?.admits_at(now)
    }

    /// Returns whether the ramp, if there is one, admits this call.
    #[inline]
    pub(super) fn ramp_admits(&mut self, now: Tick) -> bool {
        self.ramp.as_mut().is_none_or(|ramp| ramp.admits(now))
    }

    #[inline]
    pub(super) fn enter(&mut self, generation: u64, now: Tick, settings: &Settings) -> Ticket {
        if let Some(limit) = settings.slow_call {
            let bucket = self.in_flight.enter(now, limit);
            return Ticket::tracked(generation, bucket, now);
        }
        let mut ticket = Ticket::call(generation);
        if settings.latency {
            ticket.stamp(now);
        }
        ticket
    }

    /// Removes a call from the calls in flight; returns what was added for it meanwhile.
    #[inline]
    pub(super) fn leave(&mut self, ticket: Ticket) -> Option<Noticed> {
        self.in_flight.leave(ticket.bucket(), ticket.began()?)
    }

    #[inline]
    pub(super) fn absorb_starts(&mut self, span: Span, calls: u32, last: Tick) {
        self.in_flight.absorb_starts(span, calls, last);
    }

    #[inline]
    pub(super) fn absorb_ends(&mut self, span: Span, calls: u32) {
        self.in_flight.absorb_ends(span, calls);
    }

    #[inline]
    pub(super) fn absorb_successes(&mut self, calls: u64, at: Tick) {
        if let Some(window) = &mut self.window {
            let calls = self.in_flight.subtract_surplus(calls);
            window.add_successes(calls, at);
        }
    }

    #[inline]
    pub(super) fn absorbed(&mut self) {
        self.in_flight.absorbed();
        if self.window.is_none() {
            self.in_flight.forget_samples();
        }
    }

    /// Returns what the thread of this call may tally from now on.
    pub(super) fn tally_lease(&self, ticket: Ticket, now: Tick, settings: &Settings) -> TallyLease {
        let window = self.window.as_ref();
        let starts = settings.slow_call.and_then(|limit| {
            let span = self.in_flight.current(now)?;
            let due = self.in_flight.next_due(limit);
            Some((span, due.map_or(span.until, |due| due.min(span.until))))
        });
        let ends = ticket
            .began()
            .and_then(|began| self.in_flight.bucket_of(ticket.bucket(), began));
        // No thread tallies a success after the instant at which a call in flight becomes slow, which may be a call
        // that another thread starts later.
        let next_slow = settings.slow_call.map(|limit| {
            let due = self.in_flight.next_due(limit);
            due.unwrap_or_else(|| now.after(limit))
        });
        let bucket_end = window.map(|window| window.bucket_end(now));
        let successes = match (bucket_end, next_slow) {
            (Some(end), Some(due)) => Some(due.min(end)),
            (end, due) => end.or(due),
        };
        TallyLease {
            successes,
            starts,
            ends,
        }
    }

    /// Adds a call that was dropped while it was pending; returns whether the row opens the circuit (R29).
    pub(super) fn add_dropped(&mut self, answered: u64, settings: &Settings) -> bool {
        let Some(most) = settings.cancelled_in_a_row else {
            return false;
        };
        self.dropped.get_or_insert_default().add(answered) >= most
    }

    /// Counts the calls in flight that have become slow, up to the first that meets a rule.
    ///
    /// Each counts at the instant at which it became slow, whenever that is noticed (R23). Returns the rule that was
    /// met, and that instant.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has two callers, of which one is common"
    )]
    pub(super) fn notice(&mut self, now: Tick, settings: &Settings) -> Option<(Reason, Tick)> {
        self.ramp.take_if(|ramp| ramp.ended(now));
        let limit = settings.slow_call?;
        while let Some((span, due)) = self.in_flight.overdue(now, limit) {
            let failed = settings.slow_rate.is_none().then_some(FailureKind::Slow);
            self.add_slow_call(span, failed, due);
            if let Some(reason) = self.rule_met(due, settings) {
                return Some((reason, due));
            }
        }
        None
    }

    /// Adds the sample of a call in flight that has become slow.
    fn add_slow_call(&mut self, span: Span, failed: Option<FailureKind>, due: Tick) {
        let sample = Sample { failed, slow: true };
        let sample = self.window.as_mut().map(|window| window.add(sample, due));
        if let Some(kind) = failed {
            self.add_failure(kind);
        }
        let failed = failed.is_some();
        // A failed sample is never marked again.
        let sample = sample.filter(|_| !failed);
        self.in_flight.notice(span, Noticed { sample, failed });
    }

    fn add_failure(&mut self, kind: FailureKind) {
        self.row.add(kind);
        if kind == FailureKind::Slow {
            self.slow_failures += 1;
        }
    }

    /// Returns the first rule that the counts meet: any one of them opens the circuit.
    fn rule_met(&mut self, now: Tick, settings: &Settings) -> Option<Reason> {
        let row = self.row.all();
        if settings.threshold.is_some_and(|threshold| row >= threshold) {
            return Some(Reason::FailuresInARow);
        }
        let counts = self.window.as_mut()?.counts(now);
        let min_calls = settings.min_calls.get();
        let reaches = |rate: Option<f64>, limit: Option<f64>| {
            rate.zip(limit).is_some_and(|(rate, limit)| rate >= limit)
        };
        let most = settings.max_failures;
        if most.is_some_and(|most| counts.failures >= most) {
            Some(Reason::MaxFailures)
        } else if reaches(counts.failure_rate(min_calls), settings.failure_rate) {
            Some(Reason::FailureRate)
        } else if reaches(counts.slow_rate(min_calls), settings.slow_rate) {
            Some(Reason::SlowRate)
        } else {
            None
        }
    }

    /// Takes the window out, for a circuit that opens.
    pub(super) fn take_window(&mut self) -> Option<SlidingWindow> {
        self.window.take()
    }

    /// Returns whether no failure and no slow call counts against the dependency, and no ramp rejects calls.
    #[inline]
    pub(super) fn is_clean(&mut self, now: Tick, settings: &Settings) -> bool {
        let counts = self.counts(now).unwrap_or_default();
        let ramp = self.ramp.as_ref().is_some_and(|ramp| !ramp.ended(now));
        // Without `threshold`, failures in a row mean nothing, and only another call would end the row.
        let row = settings.threshold.is_some() && self.row.all() > 0;
        !row && counts.failures == 0 && counts.slow == 0 && !ramp
    }

    /// Begins a new window if the setting `window` has changed, and a new bucket if `slow_call` has.
    #[inline]
    pub(super) fn reconfigure(&mut self, old: &Settings, new: &Settings, now: Tick) {
        if old.window != new.window {
            self.window = new.window.map(SlidingWindow::new);
            self.in_flight.forget_samples();
        }
        if new.cancelled_in_a_row.is_none() {
            self.dropped = None;
        }
        if old.slow_call != new.slow_call {
            self.in_flight.change_length(now);
        }
    }

    pub(super) fn gate_state(&self, settings: &Settings) -> GateState {
        if self.is_ramping() {
            return GateState::AskMachine;
        }
        let time = self.window.as_ref().and_then(SlidingWindow::time);
        // Without `slow_call`, no clock is read for `cancel_after` before a call is pending.
        let cancel_after = settings
            .cancel_after
            .filter(|_| settings.slow_call.is_some());
        let times = [time, settings.slow_call, cancel_after];
        GateState::Closed {
            streak: self.row.all() > 0,
            sampled: self.window.is_some(),
            time_window: time.is_some(),
            in_flight: settings.slow_call.is_some(),
            precise: settings.latency || times.into_iter().flatten().any(needs_precise_clock),
        }
    }

    pub(super) fn stay_counts(&self) -> StayCounts {
        StayCounts {
            slow_failures: self.slow_failures,
            ..StayCounts::default()
        }
    }

    #[cfg(test)]
    pub(super) fn row(&self) -> FailureCounts {
        self.row
    }

    #[cfg(test)]
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight.calls()
    }

    pub(super) fn calm_since(&self) -> Tick {
        self.calm_since
    }

    pub(super) fn failures_in_a_row(&self) -> u32 {
        self.row.all()
    }

    #[inline]
    pub(super) fn counts(&mut self, now: Tick) -> Option<WindowCounts> {
        self.window.as_mut().map(|window| window.counts(now))
    }

    /// Returns the failures in the window, by kind.
    pub(super) fn window_failures(&self, now: Tick) -> Failures {
        let window = self.window.as_ref();
        window
            .map(|window| window.failures(now))
            .unwrap_or_default()
    }

    #[inline]
    pub(super) fn ramp_share(&self, now: Tick) -> Option<f64> {
        self.ramp.as_ref().map(|ramp| ramp.share(now))
    }
}

/// Returns the kind of failure that a call is: a slow call without another failure is one, if no `slow_rate` is set.
pub(super) fn failure(end: End, slow: bool, settings: &Settings) -> Option<FailureKind> {
    let slow = slow && settings.slow_rate.is_none();
    end.failure().or(slow.then_some(FailureKind::Slow))
}
