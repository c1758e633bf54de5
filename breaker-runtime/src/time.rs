//! Time: ticks and clocks. Breakers read the clocks of the system only through this module.

#[cfg(test)]
pub(crate) mod hand_clock;
#[cfg(feature = "timer")]
mod timer;

use std::fmt;
use std::time::{Duration, SystemTime};

use self::system::{coarse, precise, system_wall};
#[cfg(feature = "timer")]
pub(crate) use self::timer::{RegistryTimer, Sleep};
use crate::sync::Arc;

/// An instant of a monotonic clock: nanoseconds since an origin that the clock chose.
///
/// The range is 584 years. Sums beyond it saturate, so a deadline that far away is reached only at the last instant.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::Tick;
///
/// let start = Tick::from_nanos(0);
/// let later = start.after(Duration::from_secs(2));
/// assert_eq!(later.since(start), Duration::from_secs(2));
/// assert_eq!(start.since(later), Duration::ZERO);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(u64);

impl Tick {
    /// Makes the instant that is `nanos` nanoseconds after the clock's origin.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds since the clock's origin.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Returns the instant `duration` later, or the last instant if that is out of range.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }

    /// Returns the instant before this one, or the first one there is.
    pub(crate) fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Returns how much later this instant is than `earlier`, or zero if it is not later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// Converts a duration to nanoseconds; one that does not fit becomes the largest value.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Durations of at least this length are measured by the coarse clock.
const COARSE_FROM: Duration = Duration::from_millis(100);

/// Returns whether a duration is too short for the coarse clock.
pub(crate) fn needs_precise_clock(duration: Duration) -> bool {
    duration < COARSE_FROM
}

/// A source of time for the breakers of one registry.
///
/// Only [`now`](Clock::now) affects the state of a circuit; the wall clock only dates what happened. A clock that steps
/// back is treated as one that does not move. A clock must not panic: a call that ends while it panics is not counted.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use breaker_runtime::{Clock, Registry, Tick};
///
/// #[derive(Debug, Default)]
/// struct Frames(AtomicU64);
///
/// impl Clock for Frames {
///     fn now(&self) -> Tick {
///         Tick::from_nanos(self.0.load(Ordering::Relaxed) * 16_666_667)
///     }
/// }
///
/// let registry = Registry::with_clock(Frames::default());
/// assert!(registry.breakers().is_empty());
/// ```
pub trait Clock: Send + Sync + 'static {
    /// Returns the current instant, which should never decrease.
    fn now(&self) -> Tick;

    /// Returns an instant at most a few milliseconds before [`now`](Clock::now), at less cost.
    ///
    /// It is read for each call that an open circuit rejects, if the open period lasts 100 ms or more, and for each call
    /// of a breaker with a time window or a `slow_call` of at least that length.
    fn coarse(&self) -> Tick {
        self.now()
    }

    /// Returns the time of the wall clock, which only dates events and totals.
    fn wall(&self) -> SystemTime {
        system_wall()
    }
}

/// The clock of a registry: the system's, which needs no virtual call, or an injected one.
#[derive(Clone)]
pub(crate) enum Time {
    System,
    Injected(Arc<dyn Clock>),
}

impl Time {
    /// Returns whether this is the system's clock.
    pub(crate) fn is_system(&self) -> bool {
        matches!(self, Self::System)
    }

    #[inline]
    pub(crate) fn now(&self) -> Tick {
        match self {
            Self::System => precise(),
            Self::Injected(clock) => clock.now(),
        }
    }

    /// Reads the precise clock if `precise` is set, and the coarse clock otherwise.
    ///
    /// The coarse clock suffices where a tick of the system (1 to 10 ms) does not matter.
    #[inline]
    pub(crate) fn read(&self, precise: bool) -> Tick {
        match self {
            Self::System if !precise => coarse(),
            _ => self.read_uncommon(precise),
        }
    }

    #[cold]
    #[inline(never)]
    fn read_uncommon(&self, precise: bool) -> Tick {
        if precise { self.now() } else { self.coarse() }
    }

    /// Reads the precise clock and the wall clock.
    #[inline]
    pub(crate) fn moment(&self) -> WallInstant {
        self.reading(self.now()).at(Tick::default())
    }

    /// Returns a reading that consists of `now` and, for an injected clock, of its wall clock.
    ///
    /// An injected wall clock is user code, which must not run under a lock, so it is read beforehand. The system's wall
    /// clock is read only when it is needed.
    #[inline]
    pub(crate) fn reading(&self, now: Tick) -> ClockReading {
        let wall = match self {
            Self::System => None,
            Self::Injected(clock) => Some(clock.wall()),
        };
        ClockReading { now, wall }
    }

    /// Reads the coarse clock, which agrees with the precise clock only to within a tick of the system (1 to 10 ms).
    ///
    /// It may show that a deadline has passed; the precise clock decides.
    #[inline]
    pub(crate) fn coarse(&self) -> Tick {
        match self {
            Self::System => coarse(),
            Self::Injected(clock) => clock.coarse(),
        }
    }

    #[inline]
    pub(crate) fn wall(&self) -> SystemTime {
        match self {
            Self::System => system_wall(),
            Self::Injected(clock) => clock.wall(),
        }
    }
}

impl fmt::Debug for Time {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Injected(_) => "Injected",
        })
    }
}

/// A reading of the clocks, made before a lock is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockReading {
    pub(crate) now: Tick,
    wall: Option<SystemTime>,
}

impl ClockReading {
    /// Returns the reading as an instant on both clocks that is not before `latest`.
    #[inline]
    pub(crate) fn at(self, latest: Tick) -> WallInstant {
        WallInstant {
            now: self.now.max(latest),
            wall: self.wall.unwrap_or_else(system_wall),
        }
    }
}

/// One instant, on the monotonic clock and on the wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WallInstant {
    pub(crate) now: Tick,
    pub(crate) wall: SystemTime,
}

impl WallInstant {
    /// Returns the date of another instant, or the date of this one if the other is out of the calendar's range.
    #[inline]
    pub(crate) fn date(self, tick: Tick) -> SystemTime {
        let dated = if tick >= self.now {
            self.wall.checked_add(tick.since(self.now))
        } else {
            self.wall.checked_sub(self.now.since(tick))
        };
        dated.unwrap_or(self.wall)
    }
}

/// The clocks of the system: one monotonic clock in two resolutions, whose instants can be compared.
///
/// They are read through rustix, which on Linux calls the kernel's function directly: through the C library, the coarse
/// clock takes almost twice as long. The precise clock is read in the same way, so that a program that interposes the C
/// library's clock affects either both or neither.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
pub(crate) mod system {
    use std::time::SystemTime;

    use rustix::time::{ClockId, clock_gettime};

    use super::Tick;

    pub(super) fn system_wall() -> SystemTime {
        SystemTime::now()
    }

    pub(super) fn precise() -> Tick {
        read(ClockId::Monotonic)
    }

    #[inline]
    pub(crate) fn coarse() -> Tick {
        read(ClockId::MonotonicCoarse)
    }

    /// Reads a clock, whose origin is usually the start of the system.
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "a monotonic clock is never negative")]
    fn read(clock: ClockId) -> Tick {
        let time = clock_gettime(clock);
        let seconds = (time.tv_sec as u64).wrapping_mul(1_000_000_000);
        Tick(seconds.wrapping_add(time.tv_nsec as u64))
    }
}

/// The clock of other systems and, with the feature `web`, that of a browser. Their coarse clock may be the wall clock or drift from the precise clock.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(crate) mod system {
    #[cfg(not(all(target_family = "wasm", target_os = "unknown", feature = "web")))]
    use std::time::Instant;
    use std::time::SystemTime;

    use once_cell::sync::Lazy;
    #[cfg(all(target_family = "wasm", target_os = "unknown", feature = "web"))]
    use web_time::Instant;

    use super::Tick;

    #[cfg(not(all(target_family = "wasm", target_os = "unknown", feature = "web")))]
    pub(super) fn system_wall() -> SystemTime {
        SystemTime::now()
    }

    #[cfg(all(target_family = "wasm", target_os = "unknown", feature = "web"))]
    pub(super) fn system_wall() -> SystemTime {
        web_time::web::SystemTimeExt::to_std(web_time::SystemTime::now())
    }

    static ORIGIN: Lazy<Instant> = Lazy::new(Instant::now);

    pub(super) fn precise() -> Tick {
        Tick::default().after(ORIGIN.elapsed())
    }

    pub(crate) fn coarse() -> Tick {
        precise()
    }
}

/// Displays a duration for people: whole seconds without a fraction, and any other duration with one decimal digit.
pub(crate) struct Brief(pub(crate) Duration);

impl fmt::Display for Brief {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_nanos() == 0 {
            write!(f, "{}s", self.0.as_secs())
        } else {
            write!(f, "{:.1?}", self.0)
        }
    }
}
