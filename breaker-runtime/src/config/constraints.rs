//! The constraints between settings, each of which may be in its range.

use std::time::Duration;

use super::config::Config;
use super::error::ConfigError;
use super::table::Setting;
use super::window::Window;
use crate::time::Brief;

/// Two settings that are inconsistent.
#[derive(Debug)]
pub(crate) struct Inconsistency {
    /// The setting that cannot be met because of the other one.
    setting: Setting,
    other: Setting,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    CeilingTooLow {
        open_for: Duration,
        max_open_for: Duration,
    },
    NoWindow,
    WindowAlone,
    SlowRateAlone,
    MoreThanWindow {
        calls: u32,
    },
}

impl Inconsistency {
    /// The two settings, the one that cannot be met last.
    pub(crate) fn settings(&self) -> [Setting; 2] {
        [self.other, self.setting]
    }

    /// Says what is wrong.
    pub(crate) fn problem(&self) -> String {
        let name = self.setting.name();
        match self.kind {
            Kind::CeilingTooLow {
                open_for,
                max_open_for,
            } => format!(
                "`max_open_for` must be at least as long as `open_for`: {} is shorter than {}",
                Brief(max_open_for),
                Brief(open_for)
            ),
            Kind::NoWindow => format!("`{name}` needs a `window`"),
            Kind::WindowAlone => {
                "`window` needs `failure_rate`, `slow_rate` or `max_failures`".to_owned()
            }
            Kind::SlowRateAlone => "`slow_rate` needs `slow_call`".to_owned(),
            Kind::MoreThanWindow { calls } => {
                format!("`{name}` is more than the {calls} calls of `window`")
            }
        }
    }
}

impl From<Inconsistency> for ConfigError {
    fn from(inconsistency: Inconsistency) -> Self {
        Self::Together {
            setting: inconsistency.setting.name(),
            problem: inconsistency.problem(),
        }
    }
}

impl Config {
    /// Checks that each value is in its range, then that the settings are consistent.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.check_values()?;
        match inconsistencies(self).into_iter().next() {
            Some(inconsistency) => Err(inconsistency.into()),
            None => Ok(()),
        }
    }
}

/// The rules that are judged over a window.
const WINDOW_RULES: [Setting; 3] = [
    Setting::FailureRate,
    Setting::SlowRate,
    Setting::MaxFailures,
];

/// A constraint, which returns the pair of settings that violates it.
type Constraint = fn(&Config) -> Option<Inconsistency>;

/// All constraints, in the order in which they are reported.
const CONSTRAINTS: [Constraint; 8] = [
    ceiling,
    |config| rule_without_window(config, Setting::FailureRate),
    |config| rule_without_window(config, Setting::SlowRate),
    |config| rule_without_window(config, Setting::MaxFailures),
    window_without_rule,
    rate_without_limit,
    |config| more_than_window(config, Setting::MinCalls),
    |config| more_than_window(config, Setting::MaxFailures),
];

/// Returns all pairs of settings that are inconsistent.
pub(super) fn inconsistencies(config: &Config) -> Vec<Inconsistency> {
    CONSTRAINTS.iter().filter_map(|it| it(config)).collect()
}

/// A ceiling of the open period below the open period.
fn ceiling(config: &Config) -> Option<Inconsistency> {
    let settings = config.settings(None);
    let (open_for, max_open_for) = (settings.open_for, settings.max_open_for);
    (max_open_for < open_for).then_some(Inconsistency {
        setting: Setting::MaxOpenFor,
        other: Setting::OpenFor,
        kind: Kind::CeilingTooLow {
            open_for,
            max_open_for,
        },
    })
}

fn rule_without_window(config: &Config, rule: Setting) -> Option<Inconsistency> {
    let unmet = config.is_on(rule) && !config.is_on(Setting::Window);
    unmet.then_some(Inconsistency {
        setting: rule,
        other: Setting::Window,
        kind: Kind::NoWindow,
    })
}

fn window_without_rule(config: &Config) -> Option<Inconsistency> {
    let has_rule = WINDOW_RULES.into_iter().any(|rule| config.is_on(rule));
    (config.is_on(Setting::Window) && !has_rule).then_some(Inconsistency {
        setting: Setting::Window,
        other: Setting::FailureRate,
        kind: Kind::WindowAlone,
    })
}

fn rate_without_limit(config: &Config) -> Option<Inconsistency> {
    let alone = config.is_on(Setting::SlowRate) && !config.is_on(Setting::SlowCall);
    alone.then_some(Inconsistency {
        setting: Setting::SlowRate,
        other: Setting::SlowCall,
        kind: Kind::SlowRateAlone,
    })
}

/// Checks that a rule does not need more calls than the window holds.
fn more_than_window(config: &Config, rule: Setting) -> Option<Inconsistency> {
    let Some(Window::Calls(calls)) = config.get(Setting::Window) else {
        return None;
    };
    (config.get::<u32>(rule) > Some(calls)).then_some(Inconsistency {
        setting: rule,
        other: Setting::Window,
        kind: Kind::MoreThanWindow { calls },
    })
}
