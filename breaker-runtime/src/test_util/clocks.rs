//! Clocks for tests.

use std::time::{Duration, SystemTime};

use crate::sync::fixed::AtomicU64;
use crate::sync::{Arc, Ordering};
use crate::time::{Clock, Tick, nanos};

/// A clock that stands still until a test moves it.
///
/// Every clone is the same clock.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::test_util::ManualClock;
/// use breaker_runtime::{Config, Registry, State};
///
/// let clock = ManualClock::new();
/// let registry = Registry::with_clock(clock.clone());
/// let payment = registry.get_or_create("payment", Config::new())?;
///
/// payment.trip();
/// clock.advance(Duration::from_secs(30));
/// assert_eq!(payment.state(), State::HalfOpen);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock {
    elapsed: Arc<AtomicU64>,
    began: SystemTime,
}

impl ManualClock {
    /// Makes a clock whose wall clock starts at the system's time.
    pub fn new() -> Self {
        Self {
            elapsed: Arc::default(),
            began: SystemTime::now(),
        }
    }

    /// Moves the clock forward; it stops at the largest instant.
    pub fn advance(&self, by: Duration) {
        let moved = |elapsed: u64| Some(elapsed.saturating_add(nanos(by)));
        let _ = self
            .elapsed
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
    }

    /// Returns how far the clock has moved since it was made.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.elapsed.load(Ordering::SeqCst))
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(self.elapsed.load(Ordering::SeqCst))
    }

    fn wall(&self) -> SystemTime {
        let wall = self.began.checked_add(self.elapsed());
        wall.unwrap_or(self.began)
    }
}

/// The clock of a tokio runtime, which a test can pause and move.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), breaker_runtime::ConfigError> {
/// use std::time::Duration;
/// use breaker_runtime::test_util::TokioClock;
/// use breaker_runtime::{Config, Registry, State};
///
/// // In a test under `#[tokio::test(start_paused = true)]`:
/// let registry = Registry::with_clock(TokioClock::new());
/// let payment = registry.get_or_create("payment", Config::new())?;
/// payment.trip();
/// tokio::time::advance(Duration::from_secs(30)).await;
/// assert_eq!(payment.state(), State::HalfOpen);
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: tokio::time::Instant,
    began: SystemTime,
}

#[cfg(feature = "tokio")]
impl TokioClock {
    /// Makes a clock that starts now; its wall clock starts at the system's time.
    pub fn new() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
            began: SystemTime::now(),
        }
    }
}

#[cfg(feature = "tokio")]
impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "tokio")]
impl Clock for TokioClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(nanos(self.origin.elapsed()))
    }

    fn wall(&self) -> SystemTime {
        let wall = self.began.checked_add(self.origin.elapsed());
        wall.unwrap_or(self.began)
    }
}
