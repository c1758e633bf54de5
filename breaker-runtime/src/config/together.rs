//! Keys that are right each by itself and cannot be met together.

use std::time::Duration;

use super::{Config, ConfigError, Key, Window};
use crate::time::Brief;

/// Two keys that do not go together, the one that cannot be met last.
#[derive(Debug)]
pub(crate) struct Clash {
    with: Key,
    key: Key,
    why: Why,
}

#[derive(Debug)]
enum Why {
    Ceiling {
        open_for: Duration,
        max_open_for: Duration,
    },
    NoWindow,
    WindowAlone,
    SlowRateAlone,
    MoreThan {
        window: u32,
    },
}

impl Clash {
    pub(crate) fn keys(&self) -> [Key; 2] {
        [self.with, self.key]
    }

    /// Says what is wrong.
    #[inline]
    pub(crate) fn problem(&self) -> String {
        let key = self.key.name();
        match self.why {
            Why::Ceiling {
                open_for,
                max_open_for,
            } => format!(
                "`max_open_for` must be at least as long as `open_for`: {} is shorter than {}",
                Brief(max_open_for),
                Brief(open_for)
            ),
            Why::NoWindow => format!("`{key}` needs a `window`"),
            Why::WindowAlone => {
                "`window` needs `failure_rate`, `slow_rate` or `max_failures`".to_owned()
            }
            Why::SlowRateAlone => "`slow_rate` needs `slow_call`".to_owned(),
            Why::MoreThan { window } => {
                format!("`{key}` is more than the {window} calls of `window`")
            }
        }
    }
}

impl From<Clash> for ConfigError {
    #[inline]
    fn from(clash: Clash) -> Self {
        Self::Together {
            key: clash.key.name(),
            problem: clash.problem(),
        }
    }
}

/// All clashes there are. A list, as an iterator of all these parts takes longer to compile than to run.
pub(super) fn clashes(config: &Config) -> Vec<Clash> {
    let mut found = Vec::new();
    let mut clash = |with, key, why| found.push(Clash { with, key, why });
    let settings = config.settings(None);
    let (open_for, max_open_for) = (settings.open_for, settings.max_open_for);
    if max_open_for < open_for {
        let why = Why::Ceiling {
            open_for,
            max_open_for,
        };
        clash(Key::OpenFor, Key::MaxOpenFor, why);
    }
    let windowed = config.is_on(Key::Window);
    let mut ruled = false;
    for key in OVER_WINDOW {
        if config.is_on(key) {
            ruled = true;
            if !windowed {
                clash(Key::Window, key, Why::NoWindow);
            }
        }
    }
    if windowed && !ruled {
        clash(Key::FailureRate, Key::Window, Why::WindowAlone);
    }
    if config.is_on(Key::SlowRate) && !config.is_on(Key::SlowCall) {
        clash(Key::SlowCall, Key::SlowRate, Why::SlowRateAlone);
    }
    if let Some(Window::Calls(window)) = config.window_shape() {
        for key in [Key::MinCalls, Key::MaxFailures] {
            if config.count(key).is_some_and(|calls| calls > window) {
                clash(Key::Window, key, Why::MoreThan { window });
            }
        }
    }
    found
}

/// The rules that are judged over a window.
const OVER_WINDOW: [Key; 3] = [Key::FailureRate, Key::SlowRate, Key::MaxFailures];
