//! The dependency that all instances call.

use std::time::Duration;

use super::clock::{MS, Now};
use crate::fleet::member::Random;

/// The dependency that all instances call.
#[derive(Debug, Default)]
pub(super) struct Dependency {
    pub(super) is_down: bool,
    /// What failed calls ask for: not to be called for so long.
    pub(super) retry_after: Option<Duration>,
}

impl Dependency {
    /// Returns how long a call takes.
    pub(super) fn latency(random: &mut Random) -> Now {
        5 * MS + random.number() % (35 * MS)
    }
}
