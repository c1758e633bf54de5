//! The scenarios of a fleet, one test each, by their numbers.

use std::time::Duration;

use super::clock::{MS, Now, S};
use super::world::World;
use crate::config::Config;
use crate::fleet::quorum::Quorum;
use crate::values::State;

mod opening;

fn config() -> Config {
    Config::new().shared(true).open_for(Duration::from_secs(30))
}

impl World {
    /// A fleet of `count` instances that has been together for a while.
    fn fleet(count: usize) -> Self {
        Self::fleet_with(count, Quorum::default(), &config(), 7)
    }

    fn fleet_with(count: usize, quorum: Quorum, config: &Config, seed: u64) -> Self {
        let mut world = Self::of(count, quorum, config, seed);
        world.run_for(30 * S);
        world.check_equal();
        world
    }

    fn states(&self) -> Vec<State> {
        self.instances
            .iter()
            .map(|instance| instance.state(0))
            .collect()
    }

    fn count(&self, state: State) -> usize {
        self.states().iter().filter(|of| **of == state).count()
    }

    /// Runs until something holds, and returns how long that took.
    fn run_until(&mut self, most: Now, what: &str, holds: impl Fn(&Self) -> bool) -> Now {
        let start = self.now();
        while !holds(self) {
            assert!(
                self.now() < start + most,
                "seed {}: {what}: {:?}",
                self.seed,
                self.states()
            );
            self.run_for(MS);
        }
        self.now() - start
    }
}
