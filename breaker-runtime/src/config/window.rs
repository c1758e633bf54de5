//! What a window is made of.

use std::fmt;
use std::time::Duration;

use crate::time::Brief;

/// The calls that a rate is judged over.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Window};
///
/// let last_hundred = Config::new().window(Window::Calls(100)).failure_rate(0.5);
/// let last_minute = Config::new().window(Window::Time(Duration::from_secs(60))).max_failures(10);
/// # let _ = (last_hundred, last_minute);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The last so many finished calls: at least 1.
    Calls(u32),
    /// The finished calls of the last so long: longer than zero. A call leaves at most one tenth of
    /// the window late.
    Time(Duration),
}

impl Window {
    /// Returns whether no call would ever be in it.
    #[doc(hidden)]
    pub const fn is_empty(self) -> bool {
        match self {
            Self::Calls(calls) => calls == 0,
            Self::Time(time) => time.is_zero(),
        }
    }
}

impl fmt::Display for Window {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calls(calls) => write!(f, "{calls} calls"),
            Self::Time(time) => Brief(*time).fmt(f),
        }
    }
}

/// A constant that is a window in one of two ways; for the attribute.
#[derive(Clone, Copy, Debug)]
pub struct WindowFrom<T>(pub T);

impl WindowFrom<u32> {
    /// Makes a window of calls.
    pub const fn window(self) -> Window {
        Window::Calls(self.0)
    }
}

impl WindowFrom<Duration> {
    /// Makes a window of time.
    pub const fn window(self) -> Window {
        Window::Time(self.0)
    }
}
