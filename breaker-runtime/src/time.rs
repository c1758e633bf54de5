//! Time, handed in: the clock, its ticks, and the only place that asks the system.

use std::fmt;
use std::time::{Duration, SystemTime};

use self::system::{coarse, precise};
use crate::sync::Arc;

/// An instant of a monotonic clock: nanoseconds since an origin that the clock chose.
///
/// It holds 584 years; sums beyond that saturate, so a deadline that far away is reached at the end of time only.
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
    /// Makes the instant that lies `nanos` nanoseconds after the clock's origin.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Returns the nanoseconds since the clock's origin.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Returns the instant `duration` later, or the last one there is.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos(duration)))
    }

    /// Returns how much later this instant is than `earlier`, zero if it is not.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// Converts to nanoseconds; what does not fit becomes the largest value.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Durations of at least this length are measured with the coarse clock.
const COARSE_FROM: Duration = Duration::from_millis(100);

/// Returns whether a duration is too short for the coarse clock.
pub(crate) fn needs_precise_clock(duration: Duration) -> bool {
    duration < COARSE_FROM
}

/// A source of time for the breakers of one registry.
///
/// Only [`now`](Clock::now) moves a circuit; the wall clock only dates what happened. A clock that
/// steps back is taken for one that stands still. A clock must not panic: a call that ends while it
/// does would go uncounted.
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
    /// Returns the present instant; it never decreases.
    fn now(&self) -> Tick;

    /// Returns an instant at most a few milliseconds before [`now`](Clock::now), at less cost.
    ///
    /// An open circuit asks it on each refused call whose open period lasts 100 ms or more, and so
    /// do the calls of a breaker with a window of time or `slow_call` of that length.
    fn coarse(&self) -> Tick {
        self.now()
    }

    /// Returns the wall clock's time, which only dates events and totals.
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// The clock of a registry: the system's without a virtual call, or an injected one.
#[derive(Clone)]
pub(crate) enum Time {
    System,
    Injected(Arc<dyn Clock>),
}

impl Time {
    /// Whether it is the system's.
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

    /// Asks the precise clock where a tick of the system (1 to 10 ms) matters, else the coarse one.
    #[inline]
    pub(crate) fn read(&self, precise: bool) -> Tick {
        match self {
            Self::System if !precise => coarse(),
            _ => self.read_slowly(precise),
        }
    }

    #[cold]
    #[inline(never)]
    fn read_slowly(&self, precise: bool) -> Tick {
        if precise { self.now() } else { self.coarse() }
    }

    /// Asks both clocks.
    #[inline]
    pub(crate) fn moment(&self) -> WallInstant {
        self.reading(self.now()).at(Tick::default())
    }

    /// Asks the wall clock too, if that is user code, which must not run under a lock; the system's
    /// is asked when somebody wants to know.
    #[inline]
    pub(crate) fn reading(&self, now: Tick) -> ClockReading {
        let wall = match self {
            Self::System => None,
            Self::Injected(clock) => Some(clock.wall()),
        };
        ClockReading { now, wall }
    }

    /// The coarse clock shares its origin with the precise one only to within a tick of the system
    /// (1 to 10 ms): it may say that a deadline has passed, the precise clock decides.
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
            Self::System => SystemTime::now(),
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

/// The clocks, as they were read before a lock was taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockReading {
    pub(crate) now: Tick,
    wall: Option<SystemTime>,
}

impl ClockReading {
    /// The instant on both clocks; not before `latest`.
    #[inline]
    pub(crate) fn at(self, latest: Tick) -> WallInstant {
        WallInstant {
            now: self.now.max(latest),
            wall: self.wall.unwrap_or_else(SystemTime::now),
        }
    }
}

/// One instant on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WallInstant {
    pub(crate) now: Tick,
    pub(crate) wall: SystemTime,
}

impl WallInstant {
    /// Dates another instant; one that no calendar holds becomes this one.
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

/// The clocks of the system: one with two grains, so that an instant of the one can be compared with one
/// of the other.
///
/// By way of rustix, which on Linux calls the kernel's function at once: by way of the C library the coarse
/// clock takes nearly twice as long. The precise one comes the same way, so that whoever puts a time of his
/// own under the C library moves both or none.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
pub(crate) mod system {
    use rustix::time::{ClockId, clock_gettime};

    use super::Tick;

    pub(super) fn precise() -> Tick {
        read(ClockId::Monotonic)
    }

    #[inline]
    pub(crate) fn coarse() -> Tick {
        read(ClockId::MonotonicCoarse)
    }

    /// Since the origin of the system's own, which is its start as a rule. It is not negative.
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "no such clock has a negative time")]
    fn read(clock: ClockId) -> Tick {
        let time = clock_gettime(clock);
        let seconds = (time.tv_sec as u64).wrapping_mul(1_000_000_000);
        Tick(seconds.wrapping_add(time.tv_nsec as u64))
    }
}

/// Elsewhere the coarse clock may be the wall clock, or drift away from the precise one.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(crate) mod system {
    use std::time::Instant;

    use once_cell::sync::Lazy;

    use super::Tick;

    static ORIGIN: Lazy<Instant> = Lazy::new(Instant::now);

    pub(super) fn precise() -> Tick {
        Tick::default().after(ORIGIN.elapsed())
    }

    pub(crate) fn coarse() -> Tick {
        precise()
    }
}

/// Prints a duration for people: whole seconds without a fraction, else one digit of it.
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
