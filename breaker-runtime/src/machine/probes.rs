//! The probes of one half-open stay: those in flight, and the outcomes of those that ended (R7, R8).

use std::num::NonZeroU32;
use std::time::Duration;

use super::stay_counts::StayCounts;
use super::ticket::{ProbeNumber, Ticket};
use crate::config::Settings;
use crate::time::Tick;
use crate::values::{End, FailureCounts, FailureKind, Failures, Reason};

/// So many cancellations in a row reopen the circuit, or `success_threshold` if that is more (R7).
const CANCELLED_IN_A_ROW: u32 = 3;

#[derive(Debug)]
pub(super) struct Probes {
    in_flight: Vec<Probe>,
    successes: u32,
    /// The failures without silent probes.
    failures: FailureCounts,
    /// The number of probes that exceeded `probe_timeout`.
    silent: u32,
    /// The number of cancelled probes since the last success.
    cancelled: u32,
    /// The number of ignored probes since the last failure.
    ignored: u32,
    admitted: u64,
    /// The number of probes that ended in this stay, in whichever way.
    ended: u32,
    /// How the fleet ends this stay, if it does.
    end: Option<StayEnd>,
}

/// How the fleet ends a half-open stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StayEnd {
    /// This instance probes for the fleet until then. Afterwards the circuit waits for another one, at most for `hold`.
    Lease { until: Tick, hold: Duration },
    /// The fleet has closed, and the circuit closes at this instant.
    Close(Tick),
}

impl StayEnd {
    pub(super) fn at(self) -> Tick {
        match self {
            Self::Lease { until, .. } => until,
            Self::Close(at) => at,
        }
    }
}

/// One probe in flight.
///
/// A ticket identifies its probe by the instant at which it began and by its number. Probes that have both in common are
/// interchangeable.
#[derive(Debug)]
struct Probe {
    began: Tick,
    number: ProbeNumber,
    /// When it began, or last made progress (R34).
    heard: Tick,
    /// Whether the probe counted as slow while in flight. Its end then adds nothing.
    counted: bool,
}

impl Probe {
    /// Returns whether this is the probe of a ticket, or one that is interchangeable with it.
    fn is_of(&self, ticket: Ticket) -> bool {
        ticket.began() == Some(self.began) && ticket.probe_number() == self.number
    }
}

/// What an outcome means for the half-open circuit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ProbeVerdict {
    Stay,
    Close(Reason),
    Reopen(Reason),
}

impl Probes {
    pub(super) fn new() -> Self {
        Self {
            in_flight: Vec::new(),
            successes: 0,
            failures: FailureCounts::default(),
            silent: 0,
            cancelled: 0,
            ignored: 0,
            admitted: 0,
            ended: 0,
            end: None,
        }
    }

    pub(super) fn ended(&self) -> u32 {
        self.ended
    }

    /// Returns whether this instance probes for the fleet.
    pub(super) fn is_leased(&self) -> bool {
        matches!(self.end, Some(StayEnd::Lease { .. }))
    }

    /// Makes these the probes for the fleet until `until`, or prolongs that; `hold` is kept from the first time.
    ///
    /// Returns `false` if the circuit is about to close.
    pub(super) fn lease(&mut self, until: Tick, hold: Duration) -> bool {
        let hold = match self.end {
            Some(StayEnd::Lease { hold, .. }) => hold,
            Some(StayEnd::Close(_)) => return false,
            None => hold,
        };
        self.end = Some(StayEnd::Lease { until, hold });
        true
    }

    /// Makes these the probes of this instance alone.
    pub(super) fn end_lease(&mut self) {
        self.end = self.end.filter(|end| matches!(end, StayEnd::Close(_)));
    }

    /// Closes the circuit at an instant, unless it is about to close anyway.
    pub(super) fn close_at(&mut self, at: Tick) {
        if !matches!(self.end, Some(StayEnd::Close(_))) {
            self.end = Some(StayEnd::Close(at));
        }
    }

    #[cfg(test)]
    pub(super) fn closes_at(&self) -> Option<Tick> {
        let closes = self.end.filter(|end| matches!(end, StayEnd::Close(_)));
        closes.map(StayEnd::at)
    }

    /// Returns how the fleet ends the stay, if that is due.
    #[inline]
    pub(super) fn due_end(&self, now: Tick) -> Option<StayEnd> {
        self.end.filter(|end| end.at() <= now)
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) fn successes(&self) -> u32 {
        self.successes
    }

    pub(super) fn failures(&self) -> u32 {
        self.failures.all().saturating_add(self.silent)
    }

    pub(super) fn failures_by_kind(&self) -> Failures {
        Failures {
            silent: self.silent.into(),
            ..self.failures.into()
        }
    }

    pub(super) fn stay_counts(&self) -> StayCounts {
        StayCounts {
            slow_failures: Failures::from(self.failures).slow,
            silent_probes: self.silent.into(),
            probes: self.admitted,
        }
    }

    /// Returns whether all `permits` are taken.
    #[inline]
    pub(super) fn are_full(&self, permits: NonZeroU32) -> bool {
        self.in_flight.len() >= permits.get() as usize
    }

    /// Returns when the next of these falls due: a probe in flight becomes slow, its time is up, or the fleet ends the
    /// stay.
    #[cfg(any(test, feature = "tokio"))]
    pub(super) fn next_change(&self, settings: &Settings) -> Option<Tick> {
        let due = |probe: &Probe| {
            let slow = settings.slow_call.filter(|_| !probe.counted);
            let slow = slow.map(|limit| probe.began.after(limit));
            let timeout = probe.heard.after(settings.probe_timeout);
            slow.map_or(timeout, |slow| slow.min(timeout))
        };
        let first = self.in_flight.iter().map(due).min();
        let end = self.end.map(StayEnd::at);
        first.into_iter().chain(end).min()
    }

    /// Admits one more probe and returns its number, unless all `permits` are taken.
    #[inline]
    pub(super) fn admit(&mut self, now: Tick, permits: NonZeroU32) -> Option<ProbeNumber> {
        if self.are_full(permits) {
            return None;
        }
        let number = self.free_number(now);
        self.admitted += 1;
        self.in_flight.push(Probe {
            began: now,
            number,
            heard: now,
            counted: false,
        });
        Some(number)
    }

    /// Returns a number that no other probe has which began at this instant; the last number if all are taken.
    fn free_number(&self, began: Tick) -> ProbeNumber {
        let taken = |number: &ProbeNumber| {
            let same = |probe: &Probe| probe.began == began && probe.number == *number;
            self.in_flight.iter().any(same)
        };
        let free = ProbeNumber::all().find(|number| !taken(number));
        free.unwrap_or(ProbeNumber::LAST)
    }

    fn position(&self, ticket: Ticket) -> Option<usize> {
        self.in_flight.iter().position(|probe| probe.is_of(ticket))
    }

    /// Makes `probe_timeout` of a probe in flight begin again: of several that are interchangeable, that of the one which
    /// has been silent for longest.
    pub(super) fn progress(&mut self, ticket: Ticket, now: Tick) {
        let probes = self.in_flight.iter_mut();
        let same = probes.filter(|probe| probe.is_of(ticket));
        if let Some(probe) = same.min_by_key(|probe| probe.heard) {
            probe.heard = now;
        }
    }

    /// Releases a probe's permit and counts its outcome.
    ///
    /// A probe that exceeded `probe_timeout` has lost its permit and decides nothing.
    #[inline]
    pub(super) fn settle(&mut self, ticket: Ticket, end: End, settings: &Settings) -> ProbeVerdict {
        let Some(at) = self.position(ticket) else {
            return ProbeVerdict::Stay;
        };
        self.ended = self.ended.saturating_add(1);
        // The others keep their order, in which they fail if that falls due at the same instant.
        let counted = self.in_flight.remove(at).counted;
        if end == End::Trip {
            if !counted {
                self.failures.add(FailureKind::Returned);
            }
            return ProbeVerdict::Reopen(Reason::TrippedByCall);
        }
        if counted {
            return ProbeVerdict::Stay;
        }
        match end {
            End::Failure(kind) => self.fail(kind, settings),
            End::Success => {
                self.cancelled = 0;
                self.successes += 1;
                if self.successes >= settings.success_threshold.get() {
                    ProbeVerdict::Close(Reason::ProbesSucceeded)
                } else {
                    ProbeVerdict::Stay
                }
            }
            // Otherwise callers that give up before the dependency answers would send probes for ever.
            End::Cancelled => {
                self.cancelled += 1;
                if self.cancelled >= CANCELLED_IN_A_ROW.max(settings.success_threshold.get()) {
                    ProbeVerdict::Reopen(Reason::ProbesCancelled)
                } else {
                    ProbeVerdict::Stay
                }
            }
            // The dependency answers, and if it failed, failures would open the circuit again.
            End::Ignored => {
                self.ignored = self.ignored.saturating_add(1);
                if self.ignored >= settings.success_threshold.get().saturating_mul(2) {
                    ProbeVerdict::Close(Reason::ProbesInconclusive)
                } else {
                    ProbeVerdict::Stay
                }
            }
            End::Trip => ProbeVerdict::Stay,
        }
    }

    fn fail(&mut self, kind: FailureKind, settings: &Settings) -> ProbeVerdict {
        let reason = match kind {
            FailureKind::Slow => Reason::ProbeSlow,
            FailureKind::Silent => Reason::ProbeTimedOut,
            _ => Reason::ProbeFailed,
        };
        self.ignored = 0;
        match kind {
            FailureKind::Silent => self.silent = self.silent.saturating_add(1),
            kind => self.failures.add(kind),
        }
        if self.failures() >= settings.probe_failures.get() {
            ProbeVerdict::Reopen(reason)
        } else {
            ProbeVerdict::Stay
        }
    }

    /// Fails the probes that exceeded `probe_timeout` and those that have become slow.
    ///
    /// Returns why the probe failed that reopens the circuit, and when it fell due.
    pub(super) fn expire(&mut self, now: Tick, settings: &Settings) -> Option<(Reason, Tick)> {
        // Failures count in the order in which they fell due.
        let mut failed: Vec<(Tick, FailureKind)> = Vec::new();
        let mut add = |due: Tick, kind| {
            let at = failed.partition_point(|(other, _)| *other <= due);
            failed.insert(at, (due, kind));
        };
        self.in_flight.retain_mut(|probe| {
            let timeout = probe.heard.after(settings.probe_timeout);
            let timed_out = now >= timeout;
            let slow = settings.slow_call.map(|limit| probe.began.after(limit));
            let slow = slow.filter(|due| now >= *due && *due < timeout && !probe.counted);
            if let Some(due) = slow {
                add(due, FailureKind::Slow);
                probe.counted = true;
            }
            if timed_out && !probe.counted {
                add(timeout, FailureKind::Silent);
            }
            self.ended = self.ended.saturating_add(timed_out.into());
            !timed_out
        });
        let mut failed = failed.into_iter();
        failed.find_map(|(due, kind)| match self.fail(kind, settings) {
            ProbeVerdict::Reopen(reason) => Some((reason, due)),
            ProbeVerdict::Stay | ProbeVerdict::Close(_) => None,
        })
    }
}

#[cfg(test)]
mod tests;
