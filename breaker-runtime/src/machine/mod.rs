//! The state machine: pure. Time is handed in, changes are handed out, nothing is locked or called.
//!
//! The rules R1 to R21 that the tests name are those of the README's chapter on states.

mod closed;
mod forced;
mod in_flight;
mod open_period;
mod phase;
mod probes;
mod ramp;

use std::time::Duration;

use self::closed::{Closed, Settled};
pub(crate) use self::forced::{Forced, ForcedKind};
use self::in_flight::{Noticed, Slot};
use self::open_period::{Draws, open_period};
use self::phase::{OpenPeriod, Phase};
use self::probes::{ProbeId, Probes, Verdict};
use crate::config::Settings;
use crate::outcome::End;
use crate::state::{Reason, State};
use crate::time::Tick;
use crate::window::Counts;

/// The right to run one call, as the machine knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) generation: u64,
    pub(crate) role: Role,
    /// When it began, as far as slow calls matter.
    pub(crate) began: Began,
}

/// When a call began, if anybody wants to know; one word wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Began(u64);

impl Began {
    pub(crate) const UNKNOWN: Self = Self(u64::MAX);

    fn at(now: Tick) -> Self {
        Self(now.as_nanos().min(u64::MAX - 1))
    }

    /// Whether the call has run for so long.
    pub(crate) fn lasted(self, limit: Option<Duration>, now: Tick) -> bool {
        let known = self != Self::UNKNOWN;
        let began = Tick::from_nanos(self.0);
        known && limit.is_some_and(|limit| now.since(began) >= limit)
    }
}

/// How a call ended, as the machine is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) end: End,
    /// For how long the value of the call asks to be left alone.
    pub(crate) hint: Option<Duration>,
}

impl From<End> for Ended {
    fn from(end: End) -> Self {
        Self { end, hint: None }
    }
}

/// What the end of a call may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A call of a closed circuit.
    Call,
    /// The same, on the list of calls in flight.
    Watched(Slot),
    /// One of the probes of a half-open circuit.
    Probe(ProbeId),
    /// A call that only an override let through: it decides nothing.
    Bystander,
}

/// Why a call was not admitted, and when asking again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Open { retry_after: Duration },
    HalfOpenFull,
    Ramp,
    Forced { retry_after: Option<Duration> },
}

/// What happened, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Transition {
        from: State,
        to: State,
        reason: Reason,
        /// When it fell due, if time alone made it so.
        due: Option<Tick>,
        open_period: Option<Duration>,
    },
    OverrideSet(Forced),
    OverrideCleared(Forced),
    OverrideExpired(Forced),
}

/// What callers can be told without asking the machine; the gate publishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stance {
    /// Every call passes; a success changes nothing while it is quiet.
    Closed { quiet: bool },
    /// No call passes before `until`.
    Open { period: Duration, until: Tick },
    /// Each call and each end has to ask.
    Consult,
}

/// Why the circuit opens, and what goes with it.
struct Opening {
    reason: Reason,
    due: Option<Tick>,
    hint: Option<Duration>,
}

impl Opening {
    fn by_hand() -> Self {
        Self {
            reason: Reason::Tripped,
            due: None,
            hint: None,
        }
    }

    /// One that time alone brought about.
    fn noticed(reason: Reason, due: Tick) -> Self {
        Self {
            reason,
            due: Some(due),
            hint: None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Machine {
    settings: Settings,
    phase: Phase,
    /// Counts the transitions and resets; a ticket of an older one decides nothing.
    generation: u64,
    since: Tick,
    /// Openings in a row without a calm closed period between (n in R12).
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

    /// Asks for the right to run one call.
    pub(crate) fn admit(
        &mut self,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> Result<Ticket, Refusal> {
        self.advance(now, changes);
        let forced = self.forced.as_ref().map(|forced| forced.kind);
        if let Some(ForcedKind::Open) = forced {
            let retry_after = self.forced_for(now);
            return Err(Refusal::Forced { retry_after });
        }
        let role = match &mut self.phase {
            Phase::Closed(closed) => {
                if forced.is_some() || closed.ramp_admits(now) {
                    Ok(closed.enter(now, &self.settings))
                } else {
                    Err(Refusal::Ramp)
                }
            }
            Phase::Open(period) => Err(Refusal::Open {
                retry_after: period.until.since(now),
            }),
            Phase::HalfOpen(probes) => probes
                .admit(now, self.settings.half_open_calls)
                .map(Role::Probe)
                .ok_or(Refusal::HalfOpenFull),
        };
        let role = match role {
            Err(_) if forced == Some(ForcedKind::Closed) => Role::Bystander,
            role => role?,
        };
        Ok(Ticket {
            generation: self.generation,
            role,
            began: match self.settings.slow_call {
                Some(_) => Began::at(now),
                None => Began::UNKNOWN,
            },
        })
    }

    /// Takes in how a call ended; returns whether it was of an older generation.
    pub(crate) fn settle(
        &mut self,
        ticket: Ticket,
        Ended { end, hint }: Ended,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> bool {
        // Off the list first: this call is not in flight any more, and how it ended says more than
        // that it was slow. A probe that was silent for too long has failed, whatever it says now.
        let noticed = self.leave(ticket);
        self.advance(now, changes);
        if ticket.generation != self.generation {
            return true;
        }
        let slow = ticket.began.lasted(self.settings.slow_call, now);
        let reason = match (&mut self.phase, ticket.role) {
            (Phase::Closed(closed), Role::Call | Role::Watched(_)) => {
                let settled = Settled { end, slow, noticed };
                closed.settle(settled, now, &self.settings)
            }
            (Phase::HalfOpen(probes), Role::Probe(id)) => {
                match probes.settle(id, end, slow, &self.settings) {
                    Verdict::Undecided => None,
                    Verdict::Recovered => {
                        let closed = Closed::recovered(&self.settings, now);
                        self.close(closed, now, Reason::ProbesSucceeded, changes);
                        None
                    }
                    Verdict::Sick(reason) => Some(reason),
                }
            }
            _ => None,
        };
        if let Some(reason) = reason {
            let due = None;
            self.open(now, &Opening { reason, due, hint }, changes);
        }
        false
    }

    /// Takes a call that ends off the list of those in flight; returns what was added for it there.
    fn leave(&mut self, ticket: Ticket) -> Option<Noticed> {
        if ticket.generation != self.generation {
            return None;
        }
        match (&mut self.phase, ticket.role) {
            (Phase::Closed(closed), Role::Watched(slot)) => closed.leave(slot),
            (Phase::HalfOpen(probes), Role::Probe(id)) => {
                probes.end(id);
                None
            }
            _ => None,
        }
    }

    /// Notices what time alone has brought about: every reading and every decision begins with it.
    pub(crate) fn advance(&mut self, now: Tick, changes: &mut Vec<Change>) {
        let ended = match &self.phase {
            Phase::Open(period) if now >= period.until => Some(period.until),
            _ => None,
        };
        // What fell due first is told first.
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
                    self.open(now, &Opening::noticed(reason, due), changes);
                }
            }
            Phase::Open(period) if now < period.until => {}
            Phase::Open(period) => {
                let due = Some(period.until);
                let half_open = Phase::HalfOpen(Probes::new());
                self.enter(half_open, now, Reason::OpenPeriodEnded, due, changes);
            }
            Phase::HalfOpen(probes) => {
                if let Some((reason, due)) = probes.expire(now, &self.settings) {
                    self.open(now, &Opening::noticed(reason, due), changes);
                }
            }
        }
    }

    /// Opens the circuit by hand; one that is open keeps its period.
    pub(crate) fn trip(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        if !matches!(self.phase, Phase::Open(_)) {
            self.open(now, &Opening::by_hand(), changes);
        }
    }

    /// Closes the circuit by hand and begins anew, even if it is closed.
    pub(crate) fn reset(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        let closed = Closed::new(&self.settings, now);
        self.close(closed, now, Reason::Reset, changes);
        self.openings = 0;
    }

    pub(crate) fn force(&mut self, forced: Forced, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        changes.push(Change::OverrideSet(forced.clone()));
        self.forced = Some(forced);
    }

    pub(crate) fn clear_override(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        changes.extend(self.forced.take().map(Change::OverrideCleared));
    }

    /// Puts new settings in force from the next decision on; nothing that runs is changed.
    pub(crate) fn reconfigure(&mut self, settings: Settings) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.reconfigure(&self.settings, &settings);
        }
        self.settings = settings;
    }

    fn open(&mut self, now: Tick, opening: &Opening, changes: &mut Vec<Change>) {
        if self.has_been_calm(now) {
            self.openings = 0;
        }
        self.openings = self.openings.saturating_add(1);
        let Opening { reason, due, hint } = *opening;
        let period = open_period(&self.settings, self.openings, hint, &mut self.draws);
        let open = Phase::Open(OpenPeriod {
            period,
            until: now.after(period),
        });
        self.enter(open, now, reason, due, changes);
    }

    fn close(&mut self, closed: Closed, now: Tick, reason: Reason, changes: &mut Vec<Change>) {
        self.enter(Phase::Closed(closed), now, reason, None, changes);
    }

    /// Whether the circuit has been closed for so long that the next opening is a first one.
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
        reason: Reason,
        due: Option<Tick>,
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
                reason,
                due,
                open_period: self.open_period(),
            });
        }
    }

    pub(crate) fn stance(&self) -> Stance {
        match &self.phase {
            _ if self.forced.is_some() => Stance::Consult,
            Phase::Closed(closed) if closed.has_to_be_asked(&self.settings) => Stance::Consult,
            Phase::Closed(closed) => Stance::Closed {
                quiet: closed.is_quiet(),
            },
            Phase::Open(OpenPeriod { period, until }) => Stance::Open {
                period: *period,
                until: *until,
            },
            Phase::HalfOpen(_) => Stance::Consult,
        }
    }

    /// The state as callers meet it.
    pub(crate) fn state(&self) -> State {
        match &self.forced {
            Some(forced) => forced.kind.state(),
            None => self.phase.state(),
        }
    }

    /// The state beneath any override.
    pub(crate) fn machine_state(&self) -> State {
        self.phase.state()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    #[cfg(test)]
    fn since(&self) -> Tick {
        self.since
    }

    pub(crate) fn forced(&self) -> Option<&Forced> {
        self.forced.as_ref()
    }

    pub(crate) fn failures_in_a_row(&self) -> u32 {
        match &self.phase {
            Phase::Closed(closed) => closed.failures_in_a_row(),
            _ => 0,
        }
    }

    pub(crate) fn probes_in_flight(&self) -> usize {
        match &self.phase {
            Phase::HalfOpen(probes) => probes.in_flight(),
            _ => 0,
        }
    }

    /// What is in the window, if there is one.
    pub(crate) fn counts(&mut self, now: Tick) -> Option<Counts> {
        match &mut self.phase {
            Phase::Closed(closed) => closed.counts(now),
            _ => self.settings.window.map(|_| Counts::default()),
        }
    }

    /// The share of calls that the ramp lets through.
    pub(crate) fn ramp_share(&self, now: Tick) -> Option<f64> {
        match &self.phase {
            Phase::Closed(closed) => closed.ramp_share(now),
            _ => None,
        }
    }

    pub(crate) fn open_period(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Open(period) => Some(period.period),
            _ => None,
        }
    }

    /// When asking again may help: the rest of the open period, or of a forced opening.
    pub(crate) fn retry_after(&self, now: Tick) -> Option<Duration> {
        match (&self.forced, &self.phase) {
            (Some(forced), _) if forced.kind == ForcedKind::Open => self.forced_for(now),
            (None, Phase::Open(period)) => Some(period.until.since(now)),
            _ => None,
        }
    }

    fn forced_for(&self, now: Tick) -> Option<Duration> {
        self.forced_until().map(|until| until.since(now))
    }
}

#[cfg(test)]
#[allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::collapsible_match,
    clippy::collapsible_if,
    reason = "the reference is to be as naive as the rules read"
)]
mod model;
#[cfg(test)]
mod tests;
