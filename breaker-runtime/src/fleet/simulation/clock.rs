//! The clocks of the instances, which are skewed and drift.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::sync::Arc;
use crate::time::{Clock, Tick};

/// The time of the simulation, in nanoseconds.
pub(super) type Now = u64;

pub(super) const MS: Now = 1_000_000;
pub(super) const S: Now = 1_000 * MS;

/// The clock of one instance.
#[derive(Clone, Debug)]
pub(super) struct SimClock {
    now: Arc<AtomicU64>,
    /// The tick at the beginning of the simulation.
    origin: u64,
    /// How fast it runs, in millionths more than the time of the simulation.
    drift: i64,
    /// How far the wall clock is ahead, in seconds. It may step.
    skew: Arc<AtomicI64>,
}

impl SimClock {
    pub(super) fn new(now: &Arc<AtomicU64>, origin: u64, drift: i64) -> Self {
        Self {
            now: Arc::clone(now),
            origin,
            drift,
            skew: Arc::default(),
        }
    }

    /// Makes the wall clock be ahead by this many seconds.
    pub(super) fn set_wall(&self, seconds: i64) {
        self.skew.store(seconds, Ordering::Relaxed);
    }

    fn at(&self, now: Now) -> Tick {
        let drifted = i128::from(now) * i128::from(self.drift) / 1_000_000;
        let ticks = i128::from(self.origin) + i128::from(now) + drifted;
        Tick::from_nanos(u64::try_from(ticks).unwrap_or_default())
    }

    /// Returns the first time of the simulation at which this clock shows `tick`.
    pub(super) fn time_of(&self, tick: Tick) -> Now {
        let ticks = i128::from(tick.as_nanos()) - i128::from(self.origin);
        let now = ticks * 1_000_000 / (1_000_000 + i128::from(self.drift));
        let mut now = u64::try_from(now).unwrap_or_default();
        while self.at(now) < tick {
            now += 1;
        }
        now
    }
}

impl Clock for SimClock {
    fn now(&self) -> Tick {
        self.at(self.now.load(Ordering::Relaxed))
    }

    fn wall(&self) -> SystemTime {
        let skew = 1_800_000_000 + self.skew.load(Ordering::Relaxed);
        let seconds = Duration::from_secs(u64::try_from(skew).unwrap_or_default());
        UNIX_EPOCH + seconds + Duration::from_nanos(self.now.load(Ordering::Relaxed))
    }
}
