//! The instant that dates all others.

use std::time::SystemTime;

use crate::time::{Time, nanos};

/// One instant on both clocks, which dates all others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor {
    pub(super) tick: u64,
    /// Nanoseconds since 1970.
    wall: u64,
}

impl Anchor {
    pub(super) fn now(time: &Time) -> Self {
        let since = time.wall().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            tick: time.now().as_nanos(),
            wall: since.map_or(0, nanos),
        }
    }

    pub(super) fn date(self, tick: u64) -> u64 {
        if tick >= self.tick {
            self.wall.saturating_add(tick - self.tick)
        } else {
            self.wall.saturating_sub(self.tick - tick)
        }
    }
}
