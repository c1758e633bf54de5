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
mod ticket;

use std::time::Duration;

use self::closed::{Closed, Settled};
pub(crate) use self::forced::{Forced, ForcedKind};
use self::in_flight::Noticed;
pub(crate) use self::in_flight::Span;
use self::open_period::{Draws, open_period};
use self::phase::{OpenPeriod, Phase};
use self::probes::{Probes, Verdict};
pub(crate) use self::ticket::{Bucket, GENERATION_SHIFT, Role, Ticket};
use crate::config::Settings;
use crate::outcome::End;
use crate::state::{Reason, State};
use crate::time::{Tick, nanos};
use crate::window::Counts;

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
        generation: u64,
        /// When it fell due, if time alone made it so.
        due: Option<Tick>,
        open_period: Option<Duration>,
        evidence: Evidence,
    },
    OverrideSet(Forced),
    OverrideCleared(Forced),
    OverrideExpired(Forced),
}

/// What was counted when the circuit opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) failures: u64,
    /// The share that met a rule, if it was one of a share.
    pub(crate) rate: Option<f64>,
}

/// What callers can be told without asking the machine; the gate publishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stance {
    /// Every call passes.
    Closed {
        /// A success ends a row of failures.
        loud: bool,
        /// A success is a sample of a window.
        tallied: bool,
        /// That window is one of time.
        timed: bool,
        /// Calls in flight are counted.
        watched: bool,
        /// These times are too short for a coarse clock, or it is measured how long calls take.
        precise: bool,
    },
    /// No call passes before `until`.
    Open { period: Duration, until: Tick },
    /// Each call and each end has to ask.
    Ask,
}

/// Within what a thread may count by itself, on behalf of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Successes: until when they belong into one tenth of the window.
    pub(crate) samples: Option<Tick>,
    /// Starts of calls: their bucket, and until when nothing falls due.
    pub(crate) starts: Option<(Span, Tick)>,
    /// Ends of calls of the bucket that the last one began in.
    pub(crate) ends: Option<Span>,
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

/// Why the state changes, and what is told of it.
struct Moved {
    reason: Reason,
    due: Option<Tick>,
    evidence: Evidence,
}

impl From<Reason> for Moved {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            due: None,
            evidence: Evidence::default(),
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
    #[inline]
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

    /// Asks for the right to run one call; `within` says that it is made inside of another one, which
    /// was let through in that generation while others were refused.
    pub(crate) fn admit(
        &mut self,
        within: Option<u64>,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> Result<Ticket, Refusal> {
        self.advance(now, changes);
        let forced = self.forced.as_ref().map(|forced| forced.kind);
        if let Some(ForcedKind::Open) = forced {
            let retry_after = self.forced_for(now);
            return Err(Refusal::Forced { retry_after });
        }
        let generation = self.generation;
        let within = within == Some(generation);
        let ticket = match &mut self.phase {
            Phase::Closed(closed) => {
                if forced.is_some() || within || closed.ramp_admits(now) {
                    Ok(closed.enter(generation, now, &self.settings))
                } else {
                    Err(Refusal::Ramp)
                }
            }
            Phase::Open(period) => Err(Refusal::Open {
                retry_after: period.until.since(now),
            }),
            Phase::HalfOpen(probes) => {
                if probes.admit(now, self.settings.half_open_calls) {
                    Ok(Ticket::probe(generation, now))
                } else if within {
                    // A part of that probe, which stands for both.
                    Ok(Ticket::bystander(generation, now))
                } else {
                    Err(Refusal::HalfOpenFull)
                }
            }
        };
        match ticket {
            Err(_) if forced == Some(ForcedKind::Closed) => Ok(Ticket::bystander(generation, now)),
            ticket => ticket,
        }
    }

    /// Whether it tries out if the dependency is well again, and refuses others meanwhile.
    pub(crate) fn is_recovering(&self) -> bool {
        match &self.phase {
            Phase::Closed(closed) => closed.is_ramping(),
            Phase::Open(_) => false,
            Phase::HalfOpen(_) => true,
        }
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
        if ticket.generation() != self.generation {
            return true;
        }
        let limit = self.settings.slow_call;
        let slow = limit.is_some_and(|limit| ticket.lasted(nanos(limit), now));
        let reason = match (&mut self.phase, ticket.role()) {
            (Phase::Closed(closed), Role::Call | Role::Watched) => {
                let settled = Settled { end, slow, noticed };
                closed.settle(settled, now, &self.settings)
            }
            (Phase::HalfOpen(probes), Role::Probe) => {
                match probes.settle(ticket, end, slow, &self.settings) {
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
        if ticket.generation() != self.generation {
            return None;
        }
        match (&mut self.phase, ticket.role()) {
            (Phase::Closed(closed), Role::Watched) => closed.leave(ticket),
            (Phase::HalfOpen(probes), Role::Probe) => {
                probes.end(ticket);
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
                let moved = Moved {
                    due: Some(period.until),
                    ..Reason::OpenPeriodEnded.into()
                };
                let half_open = Phase::HalfOpen(Probes::new());
                self.enter(half_open, now, &moved, changes);
            }
            Phase::HalfOpen(probes) => {
                if let Some((reason, due)) = probes.expire(now, &self.settings) {
                    self.open(now, &Opening::noticed(reason, due), changes);
                }
            }
        }
    }

    /// Opens the circuit by hand; one that is open keeps its period.
    #[inline]
    pub(crate) fn trip(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        if !matches!(self.phase, Phase::Open(_)) {
            self.open(now, &Opening::by_hand(), changes);
        }
    }

    /// Closes the circuit by hand and begins anew, even if it is closed.
    #[inline]
    pub(crate) fn reset(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        let closed = Closed::new(&self.settings, now);
        self.close(closed, now, Reason::Reset, changes);
        self.openings = 0;
    }

    #[inline]
    pub(crate) fn force(&mut self, forced: Forced, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        changes.push(Change::OverrideSet(forced.clone()));
        self.forced = Some(forced);
    }

    #[inline]
    pub(crate) fn clear_override(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        changes.extend(self.forced.take().map(Change::OverrideCleared));
    }

    /// Puts new settings in force from the next decision on; nothing that runs is changed.
    #[inline]
    pub(crate) fn reconfigure(&mut self, settings: Settings, now: Tick) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.reconfigure(&self.settings, &settings, now);
        }
        self.settings = settings;
    }

    /// Takes in the ends of calls that began in a bucket of this generation: fast successes that
    /// were counted elsewhere. Ends come first, then starts, then [`absorbed`](Self::absorbed), and
    /// then the samples.
    #[inline]
    pub(crate) fn absorb_ends(&mut self, span: Span, calls: u32) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_ends(span, calls);
        }
    }

    /// Takes in calls that started in a bucket of this generation.
    #[inline]
    pub(crate) fn absorb_starts(&mut self, span: Span, calls: u32, last: Tick) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_starts(span, calls, last);
        }
    }

    /// Takes in the samples of fast successes of this generation.
    #[inline]
    pub(crate) fn absorb_successes(&mut self, calls: u64, at: Tick) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorb_successes(calls, at);
        }
    }

    /// Is told that all ends and starts have been taken in.
    #[inline]
    pub(crate) fn absorbed(&mut self) {
        if let Phase::Closed(closed) = &mut self.phase {
            closed.absorbed();
        }
    }

    /// Returns within what the thread of this call may count by itself from now on.
    #[inline]
    pub(crate) fn frame(&self, ticket: Ticket, now: Tick) -> Frame {
        match &self.phase {
            Phase::Closed(closed) => closed.frame(ticket, now, &self.settings),
            Phase::Open(_) | Phase::HalfOpen(_) => Frame::default(),
        }
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
        let evidence = self.evidence(reason, now);
        let moved = Moved {
            reason,
            due,
            evidence,
        };
        self.enter(open, now, &moved, changes);
    }

    /// What speaks for the circuit to open, before it does.
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

    #[inline]
    fn close(&mut self, closed: Closed, now: Tick, reason: Reason, changes: &mut Vec<Change>) {
        self.enter(Phase::Closed(closed), now, &reason.into(), changes);
    }

    /// Whether the circuit has been closed for so long that the next opening is a first one.
    fn has_been_calm(&self, now: Tick) -> bool {
        match &self.phase {
            Phase::Closed(closed) => now.since(closed.calm_since()) >= self.settings.open_for,
            Phase::Open(_) | Phase::HalfOpen(_) => false,
        }
    }

    fn enter(&mut self, phase: Phase, now: Tick, moved: &Moved, changes: &mut Vec<Change>) {
        let from = self.phase.state();
        self.phase = phase;
        self.generation += 1;
        self.since = now;
        let to = self.phase.state();
        if from != to {
            changes.push(Change::Transition {
                from,
                to,
                reason: moved.reason,
                generation: self.generation,
                due: moved.due,
                open_period: self.open_period(),
                evidence: moved.evidence,
            });
        }
    }

    #[inline]
    pub(crate) fn stance(&self) -> Stance {
        match &self.phase {
            _ if self.forced.is_some() => Stance::Ask,
            Phase::Closed(closed) => closed.stance(&self.settings),
            Phase::Open(OpenPeriod { period, until }) => Stance::Open {
                period: *period,
                until: *until,
            },
            Phase::HalfOpen(_) => Stance::Ask,
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

    /// Whether a new one would do as well.
    ///
    /// What was counted before everybody forgot about it (`idle`) says nothing of the dependency as it is now.
    #[inline]
    pub(crate) fn is_forgettable(&mut self, now: Tick, idle: bool) -> bool {
        let calm = self.openings == 0 || self.has_been_calm(now);
        match &mut self.phase {
            Phase::Closed(closed) => {
                let clean = idle || closed.has_seen_no_evil(now, &self.settings);
                // An override that has ended holds for nobody, noticed or not.
                let ended = self.forced_until().is_some_and(|until| until <= now);
                calm && (self.forced.is_none() || ended) && clean
            }
            Phase::Open(_) | Phase::HalfOpen(_) => false,
        }
    }

    #[cfg(test)]
    fn since(&self) -> Tick {
        self.since
    }

    /// Calls of a closed circuit that are on their way, as far as slow calls matter.
    #[cfg(test)]
    pub(crate) fn in_flight(&self) -> u64 {
        match &self.phase {
            Phase::Closed(closed) => closed.in_flight(),
            _ => 0,
        }
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
    #[inline]
    pub(crate) fn counts(&mut self, now: Tick) -> Option<Counts> {
        match &mut self.phase {
            Phase::Closed(closed) => closed.counts(now),
            _ => self.settings.window.map(|_| Counts::default()),
        }
    }

    /// The share of calls that the ramp lets through.
    #[inline]
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

    /// When the open period ends.
    pub(crate) fn open_until(&self) -> Option<Tick> {
        match &self.phase {
            Phase::Open(period) => Some(period.until),
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
pub(crate) mod model;
#[cfg(test)]
mod tests;
