//! Settings that have no effect because of another setting.
//!
//! Each rule is one function. A rule looks at the settings in force, but it reports a setting only if a declaration or
//! a layer gives it, because the defaults fit each other.

use std::fmt;
use std::time::Duration;

use super::config::Config;
use super::settings::Settings;
use super::table::Setting;
use super::window::Window;
use crate::time::Brief;

/// A setting of a breaker that has no effect because of another one.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{Config, Finding, Registry};
///
/// let registry = Registry::new();
/// let config = Config::new()
///     .slow_call(Duration::from_secs(60))
///     .probe_timeout(Duration::from_secs(10));
/// registry.get_or_create("payment", config)?;
///
/// let findings = registry.verify();
/// let [Finding::VoidSetting(void)] = findings.as_slice() else {
///     panic!("{findings:?}");
/// };
/// assert_eq!((void.breaker.as_str(), void.setting, void.because_of), ("payment", "slow_call", "probe_timeout"));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VoidSetting {
    /// The breaker's name.
    pub breaker: String,
    /// The setting that has no effect, or none on probes.
    pub setting: &'static str,
    /// The setting that takes effect first.
    pub because_of: &'static str,
    /// Why the setting has no effect.
    pub(crate) problem: String,
}

impl fmt::Display for VoidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit breaker `{}`: {}", self.breaker, self.problem)
    }
}

/// The settings of one breaker, as the rules see them.
pub(super) struct Judged<'a> {
    pub(super) breaker: &'a str,
    pub(super) given: Config,
    pub(super) in_force: Settings,
    /// The longest `call_timeout`, if every function behind the breaker has one.
    pub(super) call_timeout: Option<Duration>,
}

const CALL_TIMEOUT: &str = Setting::CallTimeout.name();

impl Judged<'_> {
    /// Returns all settings that have no effect.
    pub(super) fn void_settings(&self) -> Vec<VoidSetting> {
        let found = |rule: &fn(&Self) -> Option<Found>| {
            let (setting, because_of, problem) = rule(self)?;
            Some(VoidSetting {
                breaker: self.breaker.to_owned(),
                setting,
                because_of,
                problem,
            })
        };
        Self::RULES.iter().filter_map(found).collect()
    }

    const RULES: [fn(&Self) -> Option<Found>; 10] = [
        Self::slow_call_after_call_timeout,
        Self::slow_call_after_probe_timeout,
        Self::probe_timeout_before_call_timeout,
        Self::cancel_after_call_timeout,
        Self::backoff_at_the_ceiling,
        Self::threshold_above_max_failures,
        Self::failure_rate_above_max_failures,
        Self::threshold_above_window,
        Self::min_calls_without_rate,
        Self::cancel_after_slow_call,
    ];

    fn is_given(&self, setting: Setting) -> bool {
        self.given.is_on(setting)
    }

    fn slow_call_after_call_timeout(&self) -> Option<Found> {
        let slow_call = self.in_force.slow_call?;
        let limit = self.call_timeout.filter(|limit| slow_call >= *limit)?;
        let problem = format!(
            "no call ever counts as slow: `call_timeout` ends each call after {}, and `slow_call` is {}",
            Brief(limit),
            Brief(slow_call)
        );
        Some((Setting::SlowCall.name(), CALL_TIMEOUT, problem))
    }

    fn slow_call_after_probe_timeout(&self) -> Option<Found> {
        let (slow_call, limit) = (self.in_force.slow_call?, self.in_force.probe_timeout);
        let problem = format!(
            "no probe ever counts as slow: `probe_timeout` gives up on it after {}, and `slow_call` is {}",
            Brief(limit),
            Brief(slow_call)
        );
        let found = pair(Setting::SlowCall, Setting::ProbeTimeout, problem);
        (slow_call > limit).then_some(found)
    }

    fn probe_timeout_before_call_timeout(&self) -> Option<Found> {
        let given = self.in_force.probe_timeout;
        let limit = self.call_timeout.filter(|limit| given < *limit)?;
        let problem = format!(
            "probes that would succeed can fail: `probe_timeout` gives up on them after {}, and `call_timeout` is {}",
            Brief(given),
            Brief(limit)
        );
        Some((CALL_TIMEOUT, Setting::ProbeTimeout.name(), problem))
    }

    fn cancel_after_call_timeout(&self) -> Option<Found> {
        let given = self.in_force.cancel_after?;
        let limit = self.call_timeout.filter(|limit| given > *limit)?;
        let problem = format!(
            "a cancelled call never counts as a failure: `call_timeout` ends each call after {}, and `cancel_after` is {}",
            Brief(limit),
            Brief(given)
        );
        let found = (Setting::CancelAfter.name(), CALL_TIMEOUT, problem);
        self.is_given(Setting::CancelAfter).then_some(found)
    }

    fn backoff_at_the_ceiling(&self) -> Option<Found> {
        let Settings {
            open_for,
            max_open_for,
            backoff,
            ..
        } = self.in_force;
        let problem = format!(
            "the open period never grows by `backoff`: `open_for` and `max_open_for` are both {}",
            Brief(open_for)
        );
        let found = pair(Setting::Backoff, Setting::MaxOpenFor, problem);
        (backoff > 1.0 && max_open_for == open_for).then_some(found)
    }

    /// In a window of calls, each failure in a row is also a failure in the window, so the lower limit decides.
    fn threshold_above_max_failures(&self) -> Option<Found> {
        let (threshold, most) = (self.in_force.threshold?, self.in_force.max_failures?);
        let Window::Calls(_) = self.in_force.window? else {
            return None;
        };
        let problem = format!(
            "`threshold` never decides: {most} failures in the window (`max_failures`) come before {threshold} in a row"
        );
        let found = pair(Setting::Threshold, Setting::MaxFailures, problem);
        (threshold > most).then_some(found)
    }

    /// A window of calls that are all failures meets every failure rate.
    fn threshold_above_window(&self) -> Option<Found> {
        let (threshold, Window::Calls(calls)) = (self.in_force.threshold?, self.in_force.window?)
        else {
            return None;
        };
        self.in_force.failure_rate?;
        let problem = format!(
            "`threshold` never decides: `failure_rate` opens the circuit when all {calls} calls in the window have \
             failed, before {threshold} in a row"
        );
        let found = pair(Setting::Threshold, Setting::FailureRate, problem);
        (threshold > calls).then_some(found)
    }

    fn min_calls_without_rate(&self) -> Option<Found> {
        let has_rate = self.in_force.failure_rate.is_some() || self.in_force.slow_rate.is_some();
        let problem = "`min_calls` decides nothing: it applies to `failure_rate` and `slow_rate`, and neither is set"
            .to_owned();
        let found = pair(Setting::MinCalls, Setting::FailureRate, problem);
        (self.is_given(Setting::MinCalls) && !has_rate).then_some(found)
    }

    /// Without a `slow_rate`, a slow call is a failure already.
    fn cancel_after_slow_call(&self) -> Option<Found> {
        let (given, slow_call) = (self.in_force.cancel_after?, self.in_force.slow_call?);
        let problem = format!(
            "`cancel_after` decides nothing: a call counts as a failure from `slow_call` on, which is {}, and \
             `cancel_after` is {}",
            Brief(slow_call),
            Brief(given)
        );
        let found = pair(Setting::CancelAfter, Setting::SlowCall, problem);
        let void = self.in_force.slow_rate.is_none() && given > slow_call;
        (self.is_given(Setting::CancelAfter) && void).then_some(found)
    }

    fn failure_rate_above_max_failures(&self) -> Option<Found> {
        let (rate, most) = (self.in_force.failure_rate?, self.in_force.max_failures?);
        let min_calls = self.in_force.min_calls;
        let fewest = rate * f64::from(min_calls.get());
        let problem = format!(
            "`failure_rate` never decides: {most} failures in the window (`max_failures`) come before {rate} of \
             {min_calls} calls (`min_calls`)"
        );
        let found = pair(Setting::FailureRate, Setting::MaxFailures, problem);
        (fewest > f64::from(most)).then_some(found)
    }
}

/// The setting without effect, the setting that takes effect first, and the problem.
type Found = (&'static str, &'static str, String);

fn pair(setting: Setting, because_of: Setting, problem: String) -> Found {
    (setting.name(), because_of.name(), problem)
}

#[cfg(test)]
mod tests;
