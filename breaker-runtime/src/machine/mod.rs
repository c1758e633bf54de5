//! The state machine. It is pure: time goes in, changes come out; it locks nothing and calls nobody.
//!
//! Tests name the rules R1 to R21 of `docs/semantics.md`.

mod closed;
mod forced;
mod in_flight;
mod open_period;
mod phase;
mod probes;
mod ramp;
mod readings;
mod ticket;
mod types;
mod window;

use self::closed::{Closed, ClosedCallEnd};
pub(crate) use self::forced::{Forced, ForcedKind};
use self::in_flight::Noticed;
pub(crate) use self::in_flight::Span;
use self::open_period::{Draws, open_period};
use self::phase::{OpenPeriod, Phase};
use self::probes::{ProbeVerdict, Probes};
pub(crate) use self::ticket::{Bucket, GENERATION_SHIFT, Role, Ticket};
use self::types::TransitionCause;
pub(crate) use self::types::{CallEnd, Change, Evidence, GateState, Rejected, TallyLease};
pub(crate) use self::window::WindowCounts;
use crate::config::Settings;
use crate::time::{Tick, nanos};
use crate::values::{Reason, RejectionReason};

/// The rules of one breaker.
#[derive(Debug)]
pub(crate) struct Machine {
    settings: Settings,
    phase: Phase,
    /// Counts transitions and resets; a ticket of an older generation decides nothing.
    generation: u64,
    since: Tick,
    /// Openings in a row without a calm closed period between them (n in R12).
    openings: u32,
    forced: Option<Forced>,
    draws: Draws,
}

impl Machine {
    pub(crate) fn new(settings: Settings, now: Tick, seed: u64) -> Self {
        Self {
            phase: Phase::Closed(Closed::new(&settings, now)),
            settings,
            generation: 0,
            since: now,
            openings: 0,
            forced: None,
            draws: Draws::new(seed),
        }
    }

    /// Requests permission to run one call.
    ///
    /// `nested_in` is the generation of an enclosing call of the same breaker that was admitted while the breaker
    /// rejected others; a nested call belongs to it.
    pub(crate) fn admit(
        &mut self,
        nested_in: Option<u64>,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> Result<Ticket, Rejected> {
        self.advance(now, changes);
        let forced = self.forced.as_ref().map(|forced| forced.kind);
        let rejected = |reason, retry_after| Rejected {
            reason,
            retry_after,
        };
        if let Some(ForcedKind::Open) = forced {
            return Err(rejected(RejectionReason::Forced, self.forced_for(now)));
        }
        let generation = self.generation;
        let nested = nested_in == Some(generation);
        let ticket = match &mut self.phase {
            Phase::Closed(closed) => {
                if forced.is_some() || nested || closed.ramp_admits(now) {
                    Ok(closed.enter(generation, now, &self.settings))
                } else {
                    Err(rejected(RejectionReason::Ramp, None))
                }
            }
            Phase::Open(period) => {
                let rest = period.until.since(now);
                Err(rejected(RejectionReason::Open, Some(rest)))
            }
            Phase::HalfOpen(probes) => {
                if probes.admit(now, self.settings.half_open_calls) {
                    Ok(Ticket::probe(generation, now))
                } else if nested {
                    // It belongs to the enclosing probe, whose outcome counts for both.
                    Ok(Ticket::uncounted(generation, now))
                } else {
                    Err(rejected(RejectionReason::HalfOpenFull, None))
                }
            }
        };
        match ticket {
            Err(_) if forced == Some(ForcedKind::Closed) => Ok(Ticket::uncounted(generation, now)),
            ticket => ticket,
        }
    }

    /// Records how a call ended; returns whether it belongs to an older generation.
    pub(crate) fn settle(
        &mut self,
        ticket: Ticket,
        CallEnd { end, hint }: CallEnd,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> bool {
        // It leaves the list first: it is no longer in flight, and how it ended says more than that it was slow. A
        // probe that was silent for too long has failed, however it ends now.
        let noticed = self.leave(ticket);
        self.advance(now, changes);
        if ticket.generation() != self.generation {
            return true;
        }
        let limit = self.settings.slow_call;
        let slow = limit.is_some_and(|limit| ticket.lasted(nanos(limit), now));
        let reason = match (&mut self.phase, ticket.role()) {
            (Phase::Closed(closed), Role::Call | Role::Tracked) => {
                let ended = ClosedCallEnd { end, slow, noticed };
                closed.settle(ended, now, &self.settings)
            }
            (Phase::HalfOpen(probes), Role::Probe) => {
                match probes.settle(ticket, end, slow, &self.settings) {
                    ProbeVerdict::Stay => None,
                    ProbeVerdict::Close => {
                        let closed = Closed::recovered(&self.settings, now);
                        self.close(closed, now, Reason::ProbesSucceeded, changes);
                        None
                    }
                    ProbeVerdict::Reopen(reason) => Some(reason),
                }
            }
            _ => None,
        };
        if let Some(reason) = reason {
            let cause = TransitionCause {
                hint,
                ..reason.into()
            };
            self.open(now, cause, changes);
        }
        false
    }

    /// Takes a call that ends off the list of calls in flight; returns what was counted for it there.
    fn leave(&mut self, ticket: Ticket) -> Option<Noticed> {
        if ticket.generation() != self.generation {
            return None;
        }
        match (&mut self.phase, ticket.role()) {
            (Phase::Closed(closed), Role::Tracked) => closed.leave(ticket),
            (Phase::HalfOpen(probes), Role::Probe) => {
                probes.end(ticket);
                None
            }
            _ => None,
        }
    }

    /// Applies what fell due; every reading and every decision begins with it.
    pub(crate) fn advance(&mut self, now: Tick, changes: &mut Vec<Change>) {
        let ended = match &self.phase {
            Phase::Open(period) if now >= period.until => Some(period.until),
            _ => None,
        };
        // Changes are reported in the order in which they fell due.
        let override_last = ended.zip(self.forced_until()).is_some_and(|(a, b)| a < b);
        if !override_last {
            self.expire_override(now, changes);
        }
        self.advance_phase(now, changes);
        if override_last {
            self.expire_override(now, changes);
        }
    }

    fn forced_until(&self) -> Option<Tick> {
        self.forced.as_ref().and_then(|forced| forced.until)
    }

    fn expire_override(&mut self, now: Tick, changes: &mut Vec<Change>) {
        let expired = self.forced.take_if(|forced| forced.expired(now));
        changes.extend(expired.map(Change::OverrideExpired));
    }

    fn advance_phase(&mut self, now: Tick, changes: &mut Vec<Change>) {
        match &mut self.phase {
            Phase::Closed(closed) => {
                if let Some((reason, due)) = closed.notice(now, &self.settings) {
                    self.open(now, TransitionCause::due(reason, due), changes);
                }
            }
            Phase::Open(period) if now < period.until => {}
            Phase::Open(period) => {
                let cause = TransitionCause::due(Reason::OpenPeriodEnded, period.until);
                let half_open = Phase::HalfOpen(Probes::new());
                self.enter(half_open, now, cause, Evidence::default(), changes);
            }
            Phase::HalfOpen(probes) => {
                if let Some((reason, due)) = probes.expire(now, &self.settings) {
                    self.open(now, TransitionCause::due(reason, due), changes);
                }
            }
        }
    }

    /// Opens the circuit by hand; an open circuit keeps its period.
    pub(crate) fn trip(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        if !matches!(self.phase, Phase::Open(_)) {
            self.open(now, Reason::Tripped.into(), changes);
        }
    }

    /// Closes the circuit by hand and begins a new generation, even if the circuit is closed.
    pub(crate) fn reset(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        let closed = Closed::new(&self.settings, now);
        self.close(closed, now, Reason::Reset, changes);
        self.openings = 0;
    }

    /// Sets an override.
    pub(crate) fn force(&mut self, forced: Forced, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        changes.push(Change::OverrideSet(forced.clone()));
        self.forced = Some(forced);
    }

    /// Clears the override, if there is one.
    pub(crate) fn clear_override(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        changes.extend(self.forced.take().map(Change::OverrideCleared));
    }

    /// Puts new settings in force from the next decision on; state, generation and open period stay.
    pub(crate) fn reconfigure(&mut self, settings: Settings, now: Tick) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.reconfigure(&self.settings, &settings, now);
        }
        self.settings = settings;
    }

    /// Adds tallied ends: fast successes of calls that began in a bucket of this generation.
    ///
    /// The order is: ends, starts, [`absorbed`](Self::absorbed), samples.
    pub(crate) fn absorb_ends(&mut self, span: Span, calls: u32) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_ends(span, calls);
        }
    }

    /// Adds tallied starts of calls in a bucket of this generation.
    pub(crate) fn absorb_starts(&mut self, span: Span, calls: u32, last: Tick) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_starts(span, calls, last);
        }
    }

    /// Adds tallied samples: fast successes of this generation.
    pub(crate) fn absorb_successes(&mut self, calls: u64, at: Tick) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_successes(calls, at);
        }
    }

    /// Follows after all ends and starts were added.
    pub(crate) fn absorbed(&mut self) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorbed();
        }
    }

    fn open(&mut self, now: Tick, cause: TransitionCause, changes: &mut Vec<Change>) {
        if self.has_been_calm(now) {
            self.openings = 0;
        }
        self.openings = self.openings.saturating_add(1);
        let period = open_period(&self.settings, self.openings, cause.hint, &mut self.draws);
        let open = Phase::Open(OpenPeriod {
            period,
            until: now.after(period),
        });
        let evidence = self.evidence(cause.reason, now);
        self.enter(open, now, cause, evidence, changes);
    }

    /// Returns what was counted so far, before the circuit opens.
    fn evidence(&mut self, reason: Reason, now: Tick) -> Evidence {
        match &mut self.phase {
            Phase::Closed(closed) => closed.evidence(reason, now, &self.settings),
            Phase::Open(_) => Evidence::default(),
            Phase::HalfOpen(probes) => Evidence {
                failures: probes.failures().into(),
                rate: None,
            },
        }
    }

    fn close(&mut self, closed: Closed, now: Tick, reason: Reason, changes: &mut Vec<Change>) {
        let closed = Phase::Closed(closed);
        self.enter(closed, now, reason.into(), Evidence::default(), changes);
    }

    /// Returns whether the circuit has been closed for so long that the next opening starts a new row.
    fn has_been_calm(&self, now: Tick) -> bool {
        match &self.phase {
            Phase::Closed(closed) => now.since(closed.calm_since()) >= self.settings.open_for,
            Phase::Open(_) | Phase::HalfOpen(_) => false,
        }
    }

    fn enter(
        &mut self,
        phase: Phase,
        now: Tick,
        cause: TransitionCause,
        evidence: Evidence,
        changes: &mut Vec<Change>,
    ) {
        let from = self.phase.state();
        self.phase = phase;
        self.generation += 1;
        self.since = now;
        let to = self.phase.state();
        if from != to {
            changes.push(Change::Transition {
                from,
                to,
                reason: cause.reason,
                generation: self.generation,
                due: cause.due,
                open_period: self.open_period(),
                evidence,
            });
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::collapsible_match,
    clippy::collapsible_if,
    reason = "the reference is as naive as the rules read"
)]
pub(crate) mod model;
#[cfg(test)]
mod tests;
