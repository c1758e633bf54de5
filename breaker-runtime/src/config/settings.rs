//! The settings in force: those that were asked for, and defaults for the rest.

use std::num::NonZeroU32;
use std::time::Duration;

use super::config::Config;
use super::table::{Setting, settings};
use super::value::{IntoValue, Value};
use super::window::Window;

macro_rules! settings_struct {
    ($(
        #[doc = $first:literal]
        $(#[doc = $doc:literal])*
        $Setting:ident: $Kind:ident,
        $name:ident($argument:ident: $Given:ty $(=> $value:path)?) -> $InForce:ty = $default:expr;
    )+) => {
        /// The settings in force for a breaker: every setting has its value.
        ///
        /// The settings are those of the attribute and of [`Config`]. `None` is a setting that is off. With the
        /// feature `serde`, the settings are serialized as the section of a file that gives all of them: a
        /// duration is text such as `"30s"`, and a setting that is off is `"off"`.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct Settings {
            $(
                #[doc = concat!(" Determines", $first)]
                $(#[doc = $doc])*
                pub $name: $InForce,
            )+
        }

        impl Settings {
            /// Takes the values that are given, and for all other settings the defaults of the table.
            fn given_or_default(config: &Config) -> Self {
                Self {
                    $($name: config.get(Setting::$Setting).unwrap_or(const { $default }),)+
                }
            }

            /// The value that is in force.
            pub(crate) fn value(&self, setting: Setting) -> Value {
                match setting {
                    $(Setting::$Setting => self.$name.into_value(Value::$Kind),)+
                }
            }
        }
    };
}

settings!(settings_struct);

/// The default limit of a call in Hystrix.
const CANCEL_AFTER: Duration = Duration::from_secs(1);

const fn nonzero(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("the default of a count is at least 1")
}

impl Setting {
    /// Returns the settings on which the value in force depends, where nothing else gives it.
    pub(crate) fn default_follows(self) -> &'static [Self] {
        match self {
            Self::Threshold => &[Self::FailureRate, Self::MaxFailures],
            Self::MaxFailures | Self::MinCalls => &[Self::Window],
            Self::MaxOpenFor => &[Self::OpenFor],
            Self::ProbeTimeout => &[Self::CallTimeout, Self::OpenFor],
            Self::CancelAfter => &[Self::SlowCall, Self::CallTimeout],
            Self::CancelledInARow => &[Self::CancelAfter],
            _ => &[],
        }
    }
}

impl Config {
    /// Fills in the defaults. `call_timeout` is the longest of the functions behind the breaker.
    pub(crate) fn settings(&self, call_timeout: Option<Duration>) -> Settings {
        let mut settings = Settings::given_or_default(self);
        let is_left_out = |setting| self.value(setting).is_none();

        // A rule over the window replaces the rule of failures in a row, unless both are asked for: failures in a row
        // do not age.
        let has_failure_rule = settings.failure_rate.is_some() || settings.max_failures.is_some();
        if is_left_out(Setting::Threshold) && has_failure_rule {
            settings.threshold = None;
        }
        // A rule that needs more calls than the window holds would never be met. Several declarations, each
        // right by itself, can ask for such a rule.
        if let Some(Window::Calls(calls)) = settings.window {
            settings.max_failures = settings.max_failures.map(|failures| failures.min(calls));
            let calls = NonZeroU32::new(calls).unwrap_or(NonZeroU32::MAX);
            settings.min_calls = settings.min_calls.min(calls);
        }
        if is_left_out(Setting::MaxOpenFor) {
            settings.max_open_for = settings.open_for.saturating_mul(10);
        }
        if is_left_out(Setting::CallTimeout) {
            settings.call_timeout = call_timeout;
        }
        // Only functions that have a limit can get another one.
        let call_timeout = call_timeout.and(settings.call_timeout);
        if is_left_out(Setting::ProbeTimeout) {
            settings.probe_timeout = match call_timeout {
                Some(limit) => limit.saturating_mul(2),
                None => settings.probe_timeout.max(settings.open_for),
            };
        }
        if is_left_out(Setting::CancelAfter) {
            let own_limit = settings.slow_call.or(call_timeout);
            settings.cancel_after = own_limit.or(settings.cancel_after);
        }
        // Whoever turns off the one says that callers leave for their own reasons.
        if is_left_out(Setting::CancelledInARow) && settings.cancel_after.is_none() {
            settings.cancelled_in_a_row = None;
        }
        settings
    }
}

#[cfg(feature = "rehearsal")]
impl Settings {
    /// Returns a configuration that asks for these settings, and for no value that is the default anyway.
    pub(crate) fn without_defaults(&self) -> Config {
        let mut config = Config::new();
        let follows = |setting: &Setting| !setting.default_follows().is_empty();
        // Those last whose defaults follow other settings.
        let (last, first): (Vec<_>, Vec<_>) = Setting::ALL.into_iter().partition(follows);
        for setting in first.into_iter().chain(last) {
            let own_limit = config.settings(None).call_timeout;
            let default = config.settings(own_limit).value(setting);
            let wanted = self.value(setting);
            if default != wanted {
                config = config.with(setting, wanted);
            }
        }
        config
    }
}
