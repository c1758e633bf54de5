//! What a window is made of.

use std::fmt;
use std::time::Duration;

use crate::time::Brief;

/// The calls over which a rate is judged.
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
    /// The last finished calls, up to this number, which is at least 1.
    Calls(u32),
    /// The calls that finished within this duration, which is longer than zero. A call leaves the window
    /// at most one tenth of the duration late.
    Time(Duration),
}

impl Window {
    /// Returns whether no call can ever be in the window.
    #[doc(hidden)]
    pub const fn is_empty(self) -> bool {
        match self {
            Self::Calls(calls) => calls == 0,
            Self::Time(time) => time.is_zero(),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Calls(calls) => write!(f, "{calls} calls"),
            Self::Time(time) => Brief(*time).fmt(f),
        }
    }
}

/// A constant of either type that a window can be made of; for the attribute.
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
