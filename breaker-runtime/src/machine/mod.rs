//! The state machine. It is pure: time goes in, changes come out. It runs no user code, and takes no lock but that of
//! `open_keys`, which keys share.
//!
//! Comments and tests refer to the rules of `docs/semantics.md`.

mod absorb;
mod closed;
mod control;
#[cfg(any(test, feature = "tokio"))]
mod declared;
mod due;
mod extras;
#[cfg_attr(
    not(any(test, feature = "fleet")),
    expect(dead_code, reason = "only a fleet calls these inputs")
)]
mod fleet;
mod forced;
mod full;
mod in_flight;
mod open_keys;
mod open_period;
mod open_share;
mod open_window;
mod overrides;
mod phase;
mod probes;
mod ramp;
#[cfg(any(test, feature = "tokio", feature = "tower"))]
mod readiness;
mod readings;
mod shadow;
mod standing;
mod stay_counts;
mod ticket;
mod transitions;
mod types;
mod window;

use std::time::Duration;

use self::closed::{Closed, ClosedCallEnd};
use self::extras::Extras;
use self::forced::AllForced;
pub(crate) use self::forced::{Forced, ForcedKind};
use self::in_flight::Noticed;
pub(crate) use self::in_flight::Span;
pub(crate) use self::open_keys::OpenKeys;
use self::open_period::Draws;
use self::open_window::OpenWindow;
use self::phase::Phase;
use self::probes::ProbeVerdict;
#[cfg(feature = "fleet")]
pub(crate) use self::standing::Standing;
pub(crate) use self::stay_counts::StayCounts;
#[cfg(test)]
pub(crate) use self::ticket::ProbeNumber;
pub(crate) use self::ticket::{BucketNumber, GENERATION_SHIFT, Role, Ticket};
#[cfg(any(test, feature = "tokio"))]
pub(crate) use self::types::NextAdmission;
use self::types::TransitionCause;
pub(crate) use self::types::{
    CallEnd, Change, Eviction, Evidence, GateState, Rejected, TallyLease, Wait,
};
pub(crate) use self::window::WindowCounts;
use crate::config::Settings;
use crate::time::{Tick, nanos};
use crate::values::{End, Reason, RejectionReason};

/// The rules of one breaker.
#[derive(Debug)]
pub(crate) struct Machine {
    settings: Settings,
    phase: Phase,
    /// The number of transitions and resets; a ticket of an older generation decides nothing (R9).
    generation: u64,
    /// When the present generation began.
    since: Tick,
    /// The number of openings in a row without a calm closed stay between them (n in R12).
    openings: u32,
    /// The overrides, if any is set.
    overrides: Option<Box<AllForced>>,
    /// The length of the last open period.
    last_period: Duration,
    /// Why the circuit last opened; [`Reason::Fleet`] only if it was closed when the fleet opened it.
    opened_by: Reason,
    /// The window at the last opening, until the circuit closes.
    open_window: Option<Box<OpenWindow>>,
    draws: Draws,
    /// The counts of the stays that have ended.
    past: StayCounts,
    /// Boxed, because most machines have none.
    extras: Option<Box<Extras>>,
}

impl Machine {
    pub(crate) fn new(settings: Settings, now: Tick, seed: u64) -> Self {
        Self {
            phase: Phase::Closed(Closed::new(&settings, now)),
            settings,
            generation: 0,
            since: now,
            openings: 0,
            overrides: None,
            last_period: Duration::ZERO,
            opened_by: Reason::Reset,
            open_window: None,
            draws: Draws::new(seed),
            past: StayCounts::default(),
            extras: None,
        }
    }

    /// Draws random numbers from this seed from now on.
    #[cfg(all(test, any(feature = "fleet", feature = "rehearsal")))]
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.draws = Draws::new(seed);
    }

    /// Requests permission to run one call.
    ///
    /// `nested_in` is the generation of an enclosing call of the same breaker that was admitted while the breaker
    /// rejected others; the nested call belongs to it (R7).
    pub(crate) fn admit(
        &mut self,
        nested_in: Option<u64>,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> Result<Ticket, Rejected> {
        self.advance(now, changes);
        let forced = self.forced().map(|forced| forced.kind);
        let rejected = |reason| Rejected {
            reason,
            retry_after: None,
        };
        if let Some(ForcedKind::Open) = forced {
            return Err(self.rejected_by_force(now));
        }
        let generation = self.generation;
        let nested = nested_in == Some(generation);
        let ticket = match &mut self.phase {
            Phase::Closed(closed) => {
                if forced.is_some() || nested || closed.ramp_admits(now) {
                    Ok(closed.enter(generation, now, &self.settings))
                } else {
                    Err(rejected(RejectionReason::Ramp))
                }
            }
            Phase::Open(period) => Err(period.rejected(now)),
            Phase::HalfOpen(probes) => {
                if let Some(number) = probes.admit(now, self.settings.half_open_calls) {
                    Ok(Ticket::probe(generation, number, now))
                } else if nested {
                    // It belongs to the enclosing probe, whose outcome counts for both.
                    Ok(Ticket::uncounted(generation, now))
                } else {
                    Err(rejected(RejectionReason::HalfOpenFull))
                }
            }
        };
        ticket.or_else(|rejected| self.admit_rejected(rejected, now))
    }

    /// Records how a call ended; returns whether it belongs to an older generation.
    pub(crate) fn settle(
        &mut self,
        ticket: Ticket,
        CallEnd { end, hint }: CallEnd,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> bool {
        // What fell due while the call was in flight counts as if somebody had looked at that instant (R23).
        self.advance(now, changes);
        let noticed = self.leave(ticket);
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
                match probes.settle(ticket, end, &self.settings) {
                    ProbeVerdict::Stay => None,
                    ProbeVerdict::Close(reason) => {
                        let closed = Closed::recovered(&self.settings, now);
                        self.close(closed, now, reason.into(), changes);
                        None
                    }
                    ProbeVerdict::Reopen(reason) => Some(reason),
                }
            }
            (Phase::Open(_) | Phase::HalfOpen(_), Role::Uncounted) => {
                self.count_forced_call(end, slow, now);
                None
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

    /// Records that a call in flight has made progress: a probe is then not silent for another `probe_timeout` (R34).
    pub(crate) fn progress(&mut self, ticket: Ticket, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        if ticket.generation() != self.generation || ticket.role() != Role::Probe {
            return;
        }
        if let Phase::HalfOpen(probes) = &mut self.phase {
            probes.progress(ticket, now);
        }
    }

    /// Records the end of a call that was dropped while it was pending; returns whether it belongs to an older
    /// generation.
    ///
    /// `answered` is the number of calls of the breaker that have been answered so far, in whichever generation.
    pub(crate) fn settle_dropped(
        &mut self,
        ticket: Ticket,
        end: End,
        answered: u64,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> bool {
        let spared_before = self.spared();
        let stale = self.settle(ticket, end.into(), now, changes);
        // One call is spared once, whichever rules it meets.
        let was_spared = self.spared() != spared_before;
        let current = ticket.generation() == self.generation;
        let opens = match (&mut self.phase, ticket.role()) {
            (Phase::Closed(closed), Role::Call | Role::Tracked) if current => {
                closed.add_dropped(answered, &self.settings)
            }
            _ => false,
        };
        if opens && !was_spared {
            self.open(now, Reason::AllCancelled.into(), changes);
        }
        stale
    }

    /// Removes a call that ends from the calls in flight; returns what was counted for it meanwhile.
    fn leave(&mut self, ticket: Ticket) -> Option<Noticed> {
        match (&mut self.phase, ticket.role()) {
            (Phase::Closed(closed), Role::Tracked) if ticket.generation() == self.generation => {
                closed.leave(ticket)
            }
            _ => None,
        }
    }

    /// Applies the changes that are due; every reading and every decision begins with it.
    ///
    /// Each takes effect at the instant at which it fell due, so several can follow one another: a circuit whose
    /// opening is noticed after its open period is half open at once (R23).
    pub(crate) fn advance(&mut self, now: Tick, changes: &mut Vec<Change>) {
        // Changes are reported in the order in which they fell due, the end of an override before what is due with it.
        if self.overrides.is_some() {
            self.expire_overrides(now, changes);
        }
        self.advance_phase(now, changes);
    }

    #[inline]
    fn advance_phase(&mut self, now: Tick, changes: &mut Vec<Change>) {
        if self.openings > 0 {
            self.end_outage_by(now, changes);
        }
        self.apply_due(now, changes);
    }

    /// Ends the outage if its end is due at `now`, unless what fell due earlier has prolonged it.
    ///
    /// At most one outage can end here, because [`close_by`](Self::close_by) ends that of a circuit which time closes.
    #[cold]
    fn end_outage_by(&mut self, now: Tick, changes: &mut Vec<Change>) {
        if let Some(end) = self.outage_end().filter(|end| *end <= now) {
            self.apply_due(end.before(), changes);
            if self.outage_end() == Some(end) {
                self.end_outage(end, changes);
            }
        }
    }

    #[inline]
    fn apply_due(&mut self, now: Tick, changes: &mut Vec<Change>) {
        loop {
            let generation = self.generation;
            self.advance_once(now, changes);
            if self.generation == generation {
                return;
            }
        }
    }

    fn advance_once(&mut self, now: Tick, changes: &mut Vec<Change>) {
        match &mut self.phase {
            Phase::Closed(closed) => {
                if let Some((reason, due)) = closed.notice(now, &self.settings) {
                    self.open_closed(now, TransitionCause::due(reason, due), changes);
                }
            }
            Phase::Open(period) if now < period.until => {}
            Phase::Open(_) => self.end_open_period(now, changes),
            Phase::HalfOpen(_) => self.advance_probes(now, changes),
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::collapsible_match,
    clippy::collapsible_if,
    reason = "the model reads like the rules"
)]
pub(crate) mod model;
#[cfg(test)]
mod tests;
