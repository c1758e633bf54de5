//! The dependency that all instances call.

use std::time::Duration;

use super::clock::{MS, Now};
use crate::fleet::member::Random;

/// The dependency that all instances call.
#[derive(Debug, Default)]
pub(super) struct Dependency {
    pub(super) is_down: bool,
    /// The share of calls that fail while it is not down.
    pub(super) failing: f64,
    /// How much longer a failed call takes, and one that succeeds.
    pub(super) hang: Now,
    pub(super) lag: Now,
    /// What failed calls ask for: not to be called for so long.
    pub(super) retry_after: Option<Duration>,
}

impl Dependency {
    /// Returns whether a call fails.
    pub(super) fn fails(&self, random: &mut Random) -> bool {
        self.is_down || (self.failing > 0.0 && random.share() < self.failing)
    }

    /// Returns how long a call takes.
    pub(super) fn latency(random: &mut Random) -> Now {
        5 * MS + random.number() % (35 * MS)
    }
}
