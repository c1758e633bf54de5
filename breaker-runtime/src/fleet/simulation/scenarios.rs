//! The scenarios of a fleet, one test each, by their numbers.

use std::time::Duration;

use super::actions::Action;
use super::clock::{MS, Now, S};
use super::instance::{Link, Spec};
use super::world::World;
use crate::config::Config;
use crate::fleet::event::FleetEvent;
use crate::fleet::quorum::Quorum;
use crate::fleet::store::{Circuit, Order, Phase};
use crate::machine::Standing;
use crate::values::{Reason, State};

mod faults;
mod opening;
mod own_eyes;
mod probing;
mod steering;

const SEED: u64 = 7;

fn config() -> Config {
    Config::new().shared(true).open_for(Duration::from_secs(30))
}

fn spec(label: &str, config: &Config) -> Spec {
    Spec {
        label: label.to_owned(),
        quorum: Quorum::default(),
        observer: false,
        breakers: vec![("p".to_owned(), *config)],
        origin: 0,
        drift: 0,
        wall: 0,
        rate: 10.0,
    }
}

impl World {
    /// A fleet of `count` instances that has been together for a while.
    fn fleet(count: usize) -> Self {
        Self::fleet_with(count, Quorum::default(), &config())
    }

    fn fleet_with(count: usize, quorum: Quorum, config: &Config) -> Self {
        let mut world = Self::of(count, quorum, config, SEED);
        world.run_for(30 * S);
        world.check_equal();
        world
    }

    /// A fleet whose circuit has just opened everywhere, because the dependency fails.
    fn open_fleet(count: usize, config: &Config) -> Self {
        let mut world = Self::fleet_with(count, Quorum::default(), config);
        world.act(Action::DependencyFails);
        world.run_until(10 * S, "all open", |world| {
            world.count(State::Open) == count
        });
        world
    }

    /// A fleet in which one instance probes, and a call of it is on its way; returns the instance.
    fn probing_fleet(count: usize, config: &Config) -> (Self, usize) {
        let mut world = Self::open_fleet(count, config);
        world.run_until(40 * S, "somebody probes", |world| {
            let holder = world.holder();
            holder.is_some_and(|holder| !world.instances[holder].calls.is_empty())
        });
        let holder = world.holder().expect("somebody probes");
        (world, holder)
    }

    /// Returns the instance that probes for the fleet.
    fn holder(&self) -> Option<usize> {
        let leased = |standing| matches!(standing, Standing::HalfOpen { leased: true, .. });
        let mut live = self.instances.iter();
        live.position(|it| !it.is_gone && leased(it.reading(0).standing))
    }

    fn states(&self) -> Vec<State> {
        let live = self.instances.iter().filter(|instance| !instance.is_gone);
        live.filter(|instance| !instance.breakers.is_empty())
            .map(|instance| instance.state(0))
            .collect()
    }

    fn count(&self, state: State) -> usize {
        self.states().iter().filter(|of| **of == state).count()
    }

    fn all_closed(&self) -> bool {
        self.states().iter().all(|state| *state == State::Closed)
    }

    fn circuit(&self) -> Option<Circuit> {
        self.server.circuit("p", self.now())
    }

    /// Runs until something holds, and returns how long that took.
    fn run_until(&mut self, most: Now, what: &str, holds: impl Fn(&Self) -> bool) -> Now {
        let start = self.now();
        while !holds(self) {
            assert!(self.now() < start + most, "{what}: {:?}", self.states());
            self.run_for(MS);
        }
        self.now() - start
    }

    /// The events of an instance since some time.
    fn events(&self, i: usize, since: Now) -> impl Iterator<Item = &FleetEvent> {
        let events = self.instances[i].seen.events.iter();
        events
            .filter(move |(at, _)| *at >= since)
            .map(|(_, event)| event)
    }

    fn openings(&self, i: usize, since: Now) -> usize {
        let opened = |event: &&FleetEvent| matches!(event, FleetEvent::Opened { .. });
        self.events(i, since).filter(opened).count()
    }

    /// How often the circuit of an instance has changed its state since some time, as far as it was looked at.
    fn transitions(&self, i: usize, since: Now) -> usize {
        let states = self.instances[i].seen.states[0].iter();
        states.filter(|(at, _)| *at >= since).count()
    }
}
