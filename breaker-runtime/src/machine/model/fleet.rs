//! The decisions of the fleet.

use std::time::Duration;

use super::{FleetStep, Model, units};
use crate::machine::Machine;
use crate::time::Tick;
use crate::values::State;

impl Model {
    /// Takes a decision of the fleet; returns whether a lease begins or is prolonged.
    ///
    /// The machine has taken it already. What it drew is read from it, and must be in range.
    pub(crate) fn fleet(&mut self, step: &FleetStep, machine: &Machine) -> bool {
        self.notice();
        match step {
            FleetStep::Opens { rest, row, hold } => {
                self.fleet_opens(units(*rest), *row, units(*hold));
            }
            FleetStep::ProbesElsewhere(rest) => {
                if self.state == State::Open && self.wait_until.is_some() {
                    self.probed_until = Some(self.now.after(units(*rest)));
                }
            }
            FleetStep::Lease(lasts, row) => {
                return self.fleet_leases(self.now.after(units(*lasts)), *row);
            }
            FleetStep::Recalls(hold) => {
                if self.leased_until.is_some() {
                    self.wait_again(units(*hold));
                }
            }
            FleetStep::Closes(spread) => self.fleet_closes(units(*spread), machine),
            FleetStep::Gone => self.fleet_is_gone(machine),
            FleetStep::Force(wanted) => {
                let until = |ttl: u64| self.now.after(units(ttl));
                self.fleet = wanted.map(|(kind, ttl)| (kind, ttl.map(until)));
            }
        }
        false
    }

    /// Returns whether the circuit waits for the probes of another instance.
    pub(super) fn waits(&self) -> bool {
        self.wait_until.is_some() && self.now >= self.open_until
    }

    fn fleet_opens(&mut self, rest: Duration, row: u32, hold: Duration) {
        let rest = rest.min(self.settings.max_open_for);
        let until = self.now.after(rest);
        if self.state == State::Open && self.closes_at.is_none() {
            if until > self.open_until {
                self.open_until = until;
                self.open_for = until.since(self.since);
                self.last_period = self.last_period.max(rest);
            }
            self.openings = self.openings.max(row);
        } else {
            if self.openings == 0 {
                self.outages_begun.push(self.now);
            }
            self.openings = self.openings.max(row).max(1);
            self.last_period = rest.max(self.settings.open_for);
            self.enter_open(rest);
        }
        self.wait_until = Some(self.open_until.max(self.now).after(hold));
        self.probed_until = None;
        self.hold = hold;
    }

    fn fleet_leases(&mut self, until: Tick, row: u32) -> bool {
        let may_probe = match self.state {
            State::Open => self.waits(),
            State::HalfOpen => self.closes_at.is_none(),
            _ => false,
        };
        if until <= self.now || !may_probe {
            return false;
        }
        if self.state == State::Open {
            self.enter(State::HalfOpen);
        } else if self.leased_until.is_none() {
            // Nobody has said for how long a circuit waits.
            self.hold = Duration::from_secs(15);
        }
        self.leased_until = Some(until);
        self.openings = self.openings.max(row);
        true
    }

    /// Opens the circuit, whose period has passed already, until another instance has probed.
    pub(super) fn wait_again(&mut self, hold: Duration) {
        self.enter_open(hold);
        self.open_until = self.now;
        self.wait_until = Some(self.now.after(hold));
        self.hold = hold;
    }

    fn fleet_closes(&mut self, spread: Duration, machine: &Machine) {
        if self.state == State::Closed {
            return;
        }
        let at = machine.closes_at();
        if self.settings.ramp.is_some() {
            assert_eq!(at, None);
        }
        if self.closes_at.is_some() && at.is_some() {
            return;
        }
        match at {
            None => self.close_for_fleet(),
            Some(at) => {
                assert!(self.now < at && at <= self.now.after(spread), "{at:?}");
                self.closes_at = Some(at);
                self.leased_until = None;
                self.wait_until = None;
                if self.state == State::Open {
                    self.open_until = at;
                    self.open_for = at.since(self.since);
                }
            }
        }
    }

    pub(super) fn close_for_fleet(&mut self) {
        self.recover();
    }

    fn fleet_is_gone(&mut self, machine: &Machine) {
        self.leased_until = None;
        if let (State::Open, Some(latest)) = (self.state, self.wait_until) {
            let drawn = match machine.open_until() {
                Some((until, _)) => until,
                None => machine.since(),
            };
            let earliest = self.open_until.max(self.now);
            let longest = earliest.after(self.last_period / 10 + units(1));
            assert!(
                earliest <= drawn && drawn <= longest.min(latest),
                "{drawn:?}"
            );
            self.open_until = drawn;
            self.open_for = drawn.since(self.since);
            self.wait_until = None;
            self.notice();
        }
    }
}
