//! What the other instances of the fleet decide, as inputs of the machine (R24 to R28).
//!
//! Each input is one decision of the fleet at one instant. None of them waits for another: the deadlines of a hold and of
//! a lease are in the machine, so that a circuit goes on by itself if nobody ever says anything again.

use std::time::Duration;

use super::Machine;
use super::closed::Closed;
use super::open_period::scaled;
use super::phase::{AfterPeriod, OpenPeriod, Phase};
use super::probes::Probes;
use super::standing::Standing;
use super::types::{Change, TransitionCause, Wait};
use crate::time::Tick;
use crate::values::Reason;

/// The hold of a circuit that was leased before the fleet said how long a hold lasts.
const HOLD: Duration = Duration::from_secs(15);
/// The largest share of its period by which an open circuit stays open longer when this instance is alone again.
const SPREAD_ALONE: f64 = 0.1;

impl Machine {
    /// Returns where the circuit stands. [`advance`](Self::advance) must have been called for the same instant.
    pub(crate) fn standing(&self, now: Tick) -> Standing {
        match &self.phase {
            Phase::Closed(_) => Standing::Closed,
            Phase::Open(period) => Standing::Open {
                rest: period.until.since(now),
                period: self.last_period,
                held: period.held(now).is_some(),
                reason: self.opened_by,
            },
            Phase::HalfOpen(probes) => Standing::HalfOpen {
                ended: probes.ended(),
                leased: probes.is_leased(),
                reason: self.opened_by,
            },
        }
    }

    /// Returns the number of openings in a row.
    pub(crate) fn openings_in_a_row(&self) -> u32 {
        self.openings
    }

    /// The fleet is open for `rest` more, and has opened `row` times in a row (R24).
    pub(crate) fn fleet_opens(
        &mut self,
        rest: Duration,
        row: u32,
        hold: Duration,
        now: Tick,
        changes: &mut Vec<Change>,
    ) {
        self.advance(now, changes);
        let period = rest.min(self.settings.max_open_for);
        let until = now.after(period);
        if let Phase::Open(open) = &mut self.phase {
            if !matches!(open.then, AfterPeriod::Close) {
                if open.until < until {
                    open.period = until.since(self.since);
                    open.until = until;
                    self.last_period = self.last_period.max(period);
                }
                open.then = waiting(open.until.max(now), hold, now >= open.until);
                self.openings = self.openings.max(row);
                return;
            }
        }
        let begins = self.openings == 0;
        self.openings = self.openings.max(row).max(1);
        // An instance that joins late hears of a short rest, which must not become the period of its own openings.
        self.last_period = period.max(self.settings.open_for);
        self.last_period = self.last_period.min(self.settings.max_open_for);
        if matches!(self.phase, Phase::Closed(_)) {
            self.opened_by = Reason::Fleet;
        }
        let open = OpenPeriod {
            period,
            until,
            then: waiting(until, hold, false),
        };
        self.enter_open(open, begins, now, Reason::Fleet.into(), changes);
    }

    /// Another instance probes, for `rest` more as last heard (R25).
    pub(crate) fn fleet_probes_elsewhere(
        &mut self,
        rest: Duration,
        now: Tick,
        changes: &mut Vec<Change>,
    ) {
        self.advance(now, changes);
        if let Phase::Open(OpenPeriod {
            then: AfterPeriod::Wait { wait, .. },
            ..
        }) = &mut self.phase
        {
            wait.probed_until = Some(now.after(rest));
        }
    }

    /// This instance probes for the fleet until `until`, unless that is prolonged (R26).
    ///
    /// Returns whether it does: not while the circuit is closed, or open for a while yet, or about to close.
    pub(crate) fn fleet_lease(
        &mut self,
        until: Tick,
        row: u32,
        now: Tick,
        changes: &mut Vec<Change>,
    ) -> bool {
        self.advance(now, changes);
        if until <= now {
            return false;
        }
        match &mut self.phase {
            Phase::HalfOpen(probes) => {
                if !probes.lease(until, HOLD) {
                    return false;
                }
            }
            Phase::Open(open) => {
                let AfterPeriod::Wait { hold, .. } = open.then else {
                    return false;
                };
                if now < open.until {
                    return false;
                }
                let mut probes = Probes::new();
                probes.lease(until, hold);
                let cause = Reason::OpenPeriodEnded.into();
                self.enter_half_open(probes, now, cause, changes);
            }
            Phase::Closed(_) => return false,
        }
        self.openings = self.openings.max(row);
        true
    }

    /// This instance no longer probes for the fleet; the circuit waits for at most `hold` (R26).
    pub(crate) fn fleet_recalls(&mut self, hold: Duration, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        if matches!(&self.phase, Phase::HalfOpen(probes) if probes.is_leased()) {
            self.wait_again(hold, now, Reason::Fleet.into(), changes);
        }
    }

    /// The fleet has closed: the circuit closes within `spread`, or at once if a ramp follows (R27).
    pub(crate) fn fleet_closes(&mut self, spread: Duration, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        let at = match self.settings.ramp {
            Some(_) => now,
            None => now.after(scaled(spread, self.draws.share())),
        };
        match &mut self.phase {
            Phase::Open(_) | Phase::HalfOpen(_) if at <= now => {
                let closed = Closed::recovered(&self.settings, now);
                self.close(closed, now, Reason::Fleet.into(), changes);
            }
            Phase::Open(open) if !matches!(open.then, AfterPeriod::Close) => {
                *open = OpenPeriod {
                    period: at.since(self.since),
                    until: at,
                    then: AfterPeriod::Close,
                };
            }
            Phase::HalfOpen(probes) => probes.close_at(at),
            // Whoever hears twice that the fleet has closed keeps the instant that was drawn first.
            Phase::Open(_) | Phase::Closed(_) => {}
        }
    }

    /// This instance is alone: it waits for nobody, and probes by itself (R28).
    pub(crate) fn fleet_is_gone(&mut self, now: Tick, changes: &mut Vec<Change>) {
        self.advance(now, changes);
        match &mut self.phase {
            Phase::Open(open) => {
                if let AfterPeriod::Wait { wait, .. } = open.then {
                    // All instances may lose the store at the same moment: their probes spread out.
                    let longer = scaled(self.last_period, SPREAD_ALONE * self.draws.share());
                    let until = open.until.max(now).after(longer).min(wait.until);
                    *open = OpenPeriod {
                        period: until.since(self.since),
                        until,
                        then: AfterPeriod::Probe,
                    };
                }
            }
            Phase::HalfOpen(probes) => probes.end_lease(),
            Phase::Closed(_) => {}
        }
        self.advance(now, changes);
    }
}

impl Machine {
    /// Ends a half-open stay in which this instance probed for the fleet.
    pub(super) fn wait_again(
        &mut self,
        hold: Duration,
        now: Tick,
        cause: TransitionCause,
        changes: &mut Vec<Change>,
    ) {
        let at = cause.due.unwrap_or(now);
        let open = OpenPeriod {
            period: hold,
            until: at,
            then: waiting(at, hold, true),
        };
        self.enter_open(open, false, now, cause, changes);
    }
}

/// Makes an open circuit wait for `hold` after `from`.
fn waiting(from: Tick, hold: Duration, began: bool) -> AfterPeriod {
    let wait = Wait {
        until: from.after(hold),
        probed_until: None,
    };
    AfterPeriod::Wait { wait, hold, began }
}

#[cfg(test)]
mod tests;
