//! The closed circuit: what it has seen, and the rules by which it opens.

use super::window::{Sample, Window, WindowCounts};
use crate::config::Settings;
use crate::time::Tick;
use crate::values::End;
use crate::values::Reason;

use super::in_flight::{InFlight, Noticed, Span};
use super::ramp::Ramp;
use super::ticket::Ticket;
use super::types::{Evidence, GateState, TallyLease};
use crate::time::needs_precise_clock;

#[derive(Debug)]
pub(super) struct Closed {
    failures_in_a_row: u32,
    window: Option<Window>,
    in_flight: InFlight,
    ramp: Option<Ramp>,
    /// Since when it counts as calm: its beginning, or the end of its ramp.
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
            failures_in_a_row: 0,
            window: settings.window.map(Window::new),
            in_flight: InFlight::default(),
            ramp: None,
            calm_since: now,
        }
    }

    /// One that follows a recovery, and so begins with a ramp if there is to be one.
    pub(super) fn recovered(settings: &Settings, now: Tick) -> Self {
        let ramp = settings.ramp.map(|time| Ramp::new(time, now));
        Self {
            calm_since: ramp.as_ref().map_or(now, Ramp::ends),
            ramp,
            ..Self::new(settings, now)
        }
    }

    /// Whether a ramp refuses some.
    pub(super) fn is_ramping(&self) -> bool {
        self.ramp.is_some()
    }

    /// Whether the ramp lets this call through.
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

    /// Takes a call off those in flight; returns what was added for it there.
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
            let calls = self.in_flight.without_surplus(calls);
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

    /// Within what a thread may count by itself from now on, after this call.
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
        TallyLease {
            samples: window.map(|window| window.full_at(now)),
            starts,
            ends,
        }
    }

    /// Takes in how a call ended; returns the rule that it met.
    #[inline]
    pub(super) fn settle(
        &mut self,
        ClosedCallEnd { end, slow, noticed }: ClosedCallEnd,
        now: Tick,
        settings: &Settings,
    ) -> Option<Reason> {
        if matches!(end, End::Ignored | End::Cancelled) {
            return None;
        }
        let failed = end == End::Failure || (slow && settings.slow_rate.is_none());
        match noticed {
            None => {
                if let Some(window) = &mut self.window {
                    window.add(Sample { failed, slow }, now);
                }
            }
            // Only what is missing is added to the sample of a call that has counted already.
            Some(noticed) if failed && !noticed.failed => {
                if let (Some(window), Some(place)) = (&mut self.window, noticed.place) {
                    window.fail(place, now);
                }
            }
            Some(noticed) if noticed.failed => return None,
            Some(_) => {}
        }
        if failed {
            self.add_failure();
        } else {
            self.failures_in_a_row = 0;
        }
        // Neither a fast success meets a rule, whatever the counts have come to, nor the end of a call
        // that had counted as slow before.
        let counts_against = failed || (slow && noticed.is_none());
        counts_against.then(|| self.rule_met(now, settings))?
    }

    /// WindowCounts the calls that have become slow while in flight, up to the one that meets a rule:
    /// returns that rule and when the call fell due.
    pub(super) fn notice(&mut self, now: Tick, settings: &Settings) -> Option<(Reason, Tick)> {
        self.ramp.take_if(|ramp| ramp.ended(now));
        let limit = settings.slow_call?;
        while let Some((span, due)) = self.in_flight.overdue(now, limit) {
            let failed = settings.slow_rate.is_none();
            self.add_unfinished(span, failed, now);
            if let Some(reason) = self.rule_met(now, settings) {
                return Some((reason, due));
            }
        }
        None
    }

    fn add_unfinished(&mut self, span: Span, failed: bool, now: Tick) {
        let sample = Sample { failed, slow: true };
        let place = self.window.as_mut().map(|window| window.add(sample, now));
        if failed {
            self.add_failure();
        }
        // One that has failed already is not marked again.
        let place = place.filter(|_| !failed);
        self.in_flight.notice(span, Noticed { place, failed });
    }

    fn add_failure(&mut self) {
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
    }

    /// The first rule that what was counted meets; rules given together are joined by "or".
    fn rule_met(&mut self, now: Tick, settings: &Settings) -> Option<Reason> {
        let row = self.failures_in_a_row;
        if settings.threshold.is_some_and(|threshold| row >= threshold) {
            return Some(Reason::FailuresInARow);
        }
        let counts = self.window.as_mut()?.counts(now);
        let min_calls = settings.min_calls.get();
        let reaches = |rate: Option<f64>, limit: Option<f64>| {
            rate.zip(limit).is_some_and(|(rate, limit)| rate >= limit)
        };
        let most = settings.max_failures;
        if most.is_some_and(|most| counts.failures >= u64::from(most)) {
            Some(Reason::MaxFailures)
        } else if reaches(counts.failure_rate(min_calls), settings.failure_rate) {
            Some(Reason::FailureRate)
        } else if reaches(counts.slow_rate(min_calls), settings.slow_rate) {
            Some(Reason::SlowRate)
        } else {
            None
        }
    }

    /// What was counted for this reason to open.
    pub(super) fn evidence(&mut self, reason: Reason, now: Tick, settings: &Settings) -> Evidence {
        let min_calls = settings.min_calls.get();
        let counts = self.window.as_mut().map(|window| window.counts(now));
        let (failures, rate) = match (reason, counts) {
            (Reason::MaxFailures, Some(counts)) => (counts.failures, None),
            (Reason::FailureRate, Some(counts)) => {
                (counts.failures, counts.failure_rate(min_calls))
            }
            (Reason::SlowRate, Some(counts)) => (counts.failures, counts.slow_rate(min_calls)),
            _ => (self.failures_in_a_row.into(), None),
        };
        Evidence { failures, rate }
    }

    /// Whether nothing is counted that speaks against the dependency, and all calls pass.
    #[inline]
    pub(super) fn is_clean(&mut self, now: Tick, settings: &Settings) -> bool {
        let counts = self.counts(now).unwrap_or_default();
        let ramp = self.ramp.as_ref().is_some_and(|ramp| !ramp.ended(now));
        // Without a rule over it a row is no evidence, and only the next call would end it.
        let row = settings.threshold.is_some() && self.failures_in_a_row > 0;
        !row && counts.failures == 0 && counts.slow == 0 && !ramp
    }

    /// Begins a new window if its shape has changed, and new buckets of those in flight.
    #[inline]
    pub(super) fn reconfigure(&mut self, old: &Settings, new: &Settings, now: Tick) {
        if old.window != new.window {
            self.window = new.window.map(Window::new);
            self.in_flight.forget_samples();
        }
        if old.slow_call != new.slow_call {
            self.in_flight.change_length(now);
        }
    }

    pub(super) fn gate_state(&self, settings: &Settings) -> GateState {
        if self.is_ramping() {
            return GateState::AskMachine;
        }
        let time = self.window.as_ref().and_then(Window::time);
        // Without `slow_call` nobody asks a clock for `cancel_after` before a call is pending.
        let cancel_after = settings
            .cancel_after
            .filter(|_| settings.slow_call.is_some());
        let times = [time, settings.slow_call, cancel_after];
        GateState::Closed {
            streak: self.failures_in_a_row > 0,
            sampled: self.window.is_some(),
            time_window: time.is_some(),
            in_flight: settings.slow_call.is_some(),
            precise: settings.latency || times.into_iter().flatten().any(needs_precise_clock),
        }
    }

    #[cfg(test)]
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight.calls()
    }

    pub(super) fn calm_since(&self) -> Tick {
        self.calm_since
    }

    pub(super) fn failures_in_a_row(&self) -> u32 {
        self.failures_in_a_row
    }

    #[inline]
    pub(super) fn counts(&mut self, now: Tick) -> Option<WindowCounts> {
        self.window.as_mut().map(|window| window.counts(now))
    }

    #[inline]
    pub(super) fn ramp_share(&self, now: Tick) -> Option<f64> {
        self.ramp.as_ref().map(|ramp| ramp.share(now))
    }
}
