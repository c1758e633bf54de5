//! Keys that are right each by itself and cannot be met together.

use super::{Config, ConfigError, Key, Window};
use crate::time::Brief;

/// Two keys that do not go together, the one that cannot be met last.
#[derive(Debug)]
pub(crate) struct Clash {
    pub(super) with: Key,
    pub(super) key: Key,
    problem: String,
}

impl Clash {
    pub(crate) fn keys(&self) -> [Key; 2] {
        [self.with, self.key]
    }

    #[cfg(feature = "config")]
    pub(crate) fn problem(&self) -> &str {
        &self.problem
    }
}

impl From<Clash> for ConfigError {
    fn from(clash: Clash) -> Self {
        Self::Together {
            key: clash.key.name(),
            problem: clash.problem,
        }
    }
}

/// All clashes there are.
pub(super) fn clashes(config: &Config) -> impl Iterator<Item = Clash> {
    let ceiling = ceiling(config).into_iter();
    ceiling
        .chain(over_no_window(config))
        .chain(window_without_rule(config))
        .chain(slow_rate_alone(config))
        .chain(more_than_window(config))
}

fn ceiling(config: &Config) -> Option<Clash> {
    let settings = config.settings(None);
    let (open_for, max_open_for) = (settings.open_for, settings.max_open_for);
    (max_open_for < open_for).then(|| Clash {
        with: Key::OpenFor,
        key: Key::MaxOpenFor,
        problem: format!(
            "`max_open_for` must be at least as long as `open_for`: {} is shorter than {}",
            Brief(max_open_for),
            Brief(open_for)
        ),
    })
}

/// The rules that are judged over a window.
const OVER_WINDOW: [Key; 3] = [Key::FailureRate, Key::SlowRate, Key::MaxFailures];

fn over_no_window(config: &Config) -> impl Iterator<Item = Clash> {
    let windowless = !config.is_on(Key::Window);
    let rules = OVER_WINDOW.into_iter();
    let rules = rules.filter(move |key| windowless && config.is_on(*key));
    rules.map(|key| Clash {
        with: Key::Window,
        key,
        problem: format!("`{}` needs a `window`", key.name()),
    })
}

fn window_without_rule(config: &Config) -> Option<Clash> {
    let mut rules = OVER_WINDOW.iter();
    let idle = config.is_on(Key::Window) && !rules.any(|key| config.is_on(*key));
    idle.then(|| Clash {
        with: Key::FailureRate,
        key: Key::Window,
        problem: "`window` needs `failure_rate`, `slow_rate` or `max_failures`".to_owned(),
    })
}

fn slow_rate_alone(config: &Config) -> Option<Clash> {
    let alone = config.is_on(Key::SlowRate) && !config.is_on(Key::SlowCall);
    alone.then(|| Clash {
        with: Key::SlowCall,
        key: Key::SlowRate,
        problem: "`slow_rate` needs `slow_call`".to_owned(),
    })
}

fn more_than_window(config: &Config) -> impl Iterator<Item = Clash> {
    let window = match config.window_shape() {
        Some(Window::Calls(window)) => window,
        _ => u32::MAX,
    };
    let keys = [Key::MinCalls, Key::MaxFailures].into_iter();
    let keys = keys.filter(move |key| config.count(*key).is_some_and(|calls| calls > window));
    keys.map(move |key| Clash {
        with: Key::Window,
        key,
        problem: format!(
            "`{}` is more than the {window} calls of `window`",
            key.name()
        ),
    })
}
