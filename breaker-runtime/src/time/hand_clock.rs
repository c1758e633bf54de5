//! A clock that unit tests move by hand. It needs no feature, unlike those of `test_util`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::{Clock, Tick};
use crate::sync::Arc;

#[derive(Clone, Default)]
pub(crate) struct HandClock {
    nanos: Arc<AtomicU64>,
    /// The time between 1970 and the zero of the clock.
    origin: Duration,
}

impl HandClock {
    #[cfg(feature = "rehearsal")]
    pub(crate) fn with_origin(origin: Duration) -> Self {
        Self {
            nanos: Arc::default(),
            origin,
        }
    }

    pub(crate) fn set(&self, nanos: u64) {
        self.nanos.store(nanos, Ordering::Relaxed);
    }

    #[cfg(feature = "rehearsal")]
    pub(crate) fn pass(&self, by: Duration) {
        self.nanos.fetch_add(super::nanos(by), Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(self.nanos.load(Ordering::Relaxed))
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.origin + self.now().since(Tick::default())
    }
}
