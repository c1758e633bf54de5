//! The state machine: pure. Time is handed in, changes are handed out, nothing is locked or called.
//!
//! The rules R1 to R18 that the tests name are those of the README's chapter on states.

mod forced;
mod open_period;
mod phase;
mod probes;

use std::time::Duration;

pub(crate) use self::forced::{Forced, ForcedKind};
use self::open_period::{Draws, open_period};
use self::phase::{OpenPeriod, Phase};
use self::probes::{ProbeId, Probes, Verdict};
use crate::config::Settings;
use crate::outcome::End;
use crate::state::{Reason, State};
use crate::time::Tick;

/// The right to run one call, as the machine knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) generation: u64,
    pub(crate) role: Role,
}

/// What the end of a call may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A call of a closed circuit.
    Call,
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
    /// Every call passes; a success matters only while there are failures in a row.
    Closed { streak: bool },
    /// No call passes before `until`.
    Open { period: Duration, until: Tick },
    /// Each call and each end has to ask.
    Consult,
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
            settings,
            phase: Phase::closed(),
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
            Phase::Closed { .. } => Ok(Role::Call),
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
        })
    }

    /// Takes in how a call ended; returns whether it was of an older generation.
    pub(crate) fn settle(
        &mut self,
        ticket: Ticket,
        end: End,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> bool {
        // A probe that was silent for too long has failed, whatever it says now.
        self.advance(now, changes);
        if ticket.generation != self.generation {
            return true;
        }
        let reason = match (&mut self.phase, ticket.role) {
            (Phase::Closed { failures_in_a_row }, Role::Call) => match end {
                End::Success => {
                    *failures_in_a_row = 0;
                    None
                }
                End::Failure => {
                    *failures_in_a_row = failures_in_a_row.saturating_add(1);
                    let tripped = |threshold| *failures_in_a_row >= threshold;
                    let tripped = self.settings.threshold.is_some_and(tripped);
                    tripped.then_some(Reason::FailuresInARow)
                }
                End::Ignored | End::Cancelled => None,
            },
            (Phase::HalfOpen(probes), Role::Probe(id)) => {
                match probes.settle(id, end, &self.settings) {
                    Verdict::Undecided => None,
                    Verdict::Recovered => {
                        self.close(now, Reason::ProbesSucceeded, changes);
                        None
                    }
                    Verdict::Sick(reason) => Some(reason),
                }
            }
            _ => None,
        };
        if let Some(reason) = reason {
            self.open(now, reason, None, changes);
        }
        false
    }

    /// Notices what time alone has brought about: every reading and every decision begins with it.
    pub(crate) fn advance(&mut self, now: Tick, changes: &mut Vec<Change>) {
        if let Some(expired) = self.forced.take_if(|forced| forced.expired(now)) {
            changes.push(Change::OverrideExpired(expired));
        }
        match &mut self.phase {
            Phase::Closed { .. } => {}
            Phase::Open(period) if now < period.until => {}
            Phase::Open(period) => {
                let due = Some(period.until);
                let half_open = Phase::HalfOpen(Probes::new());
                self.enter(half_open, now, Reason::OpenPeriodEnded, due, changes);
            }
            Phase::HalfOpen(probes) => {
                if let Some(due) = probes.expire(now, &self.settings) {
                    self.open(now, Reason::ProbeTimedOut, Some(due), changes);
                }
            }
        }
    }

    /// Opens the circuit by hand; one that is open keeps its period.
    pub(crate) fn trip(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        if !matches!(self.phase, Phase::Open(_)) {
            self.open(now, Reason::Tripped, None, changes);
        }
    }

    /// Closes the circuit by hand and begins anew, even if it is closed.
    pub(crate) fn reset(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        self.close(now, Reason::Reset, changes);
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
        self.settings = settings;
    }

    fn open(&mut self, now: Tick, reason: Reason, due: Option<Tick>, changes: &mut Vec<Change>) {
        if self.has_been_calm(now) {
            self.openings = 0;
        }
        self.openings = self.openings.saturating_add(1);
        let period = open_period(&self.settings, self.openings, &mut self.draws);
        let open = Phase::Open(OpenPeriod {
            period,
            until: now.after(period),
        });
        self.enter(open, now, reason, due, changes);
    }

    fn close(&mut self, now: Tick, reason: Reason, changes: &mut Vec<Change>) {
        self.enter(Phase::closed(), now, reason, None, changes);
    }

    /// Whether the circuit has been closed for so long that the next opening is a first one.
    fn has_been_calm(&self, now: Tick) -> bool {
        let closed = matches!(self.phase, Phase::Closed { .. });
        closed && now.since(self.since) >= self.settings.open_for
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
            Phase::Closed { failures_in_a_row } => Stance::Closed {
                streak: *failures_in_a_row > 0,
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

    pub(crate) fn since(&self) -> Tick {
        self.since
    }

    pub(crate) fn forced(&self) -> Option<&Forced> {
        self.forced.as_ref()
    }

    pub(crate) fn failures_in_a_row(&self) -> u32 {
        match self.phase {
            Phase::Closed { failures_in_a_row } => failures_in_a_row,
            _ => 0,
        }
    }

    pub(crate) fn probes_in_flight(&self) -> usize {
        match &self.phase {
            Phase::HalfOpen(probes) => probes.in_flight(),
            _ => 0,
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
        let until = self.forced.as_ref().and_then(|forced| forced.until)?;
        Some(until.since(now))
    }
}

#[cfg(test)]
mod tests;
