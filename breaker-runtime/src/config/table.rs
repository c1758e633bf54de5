//! The table of settings: one row for each setting, from which the code of all settings comes.
//!
//! `settings!` has the rows and hands all of them to another macro, which generates one part:
//!
//! | call | file | part |
//! |---|---|---|
//! | `settings!(setting_enum)` | `table.rs` | [`Setting`] with the name and the kind of each setting |
//! | `settings!(config_builders)` | `config.rs` | the methods of `Config` |
//! | `settings!(overrides_struct)` | `overrides.rs` | `Overrides` and its conversion into a `Config` |
//! | `settings!(settings_struct)` | `settings.rs` | `Settings` and the defaults |
//!
//! To add a setting, add a row. A row looks like this one:
//!
//! ```text
//! /// how many failures in a row open the circuit.
//! ///
//! /// At least 1. Default: 5.
//! Threshold: Count, threshold(failures: u32) -> Option<u32> = Some(5);
//! ```
//!
//! * The first sentence of the documentation continues after "Sets", "Overrides" and "Determines", in the
//!   documentation of the method of `Config`, of the field of `Overrides` and of the field of `Settings`.
//! * `Threshold` is the variant of [`Setting`].
//! * `Count` is the kind of its value: a variant of [`Value`](super::value::Value), which also has the
//!   range, and of [`ValueKind`].
//! * `threshold` is its name, in code as in files and variables.
//! * `failures: u32` is what the method of `Config` takes, and the type of the field of `Overrides`. A type
//!   that the kind does not hold as it is names a `const fn` that makes a `Value` of it:
//!   `keys: usize => Value::saturating`.
//! * `Option<u32>` is the type of the field of `Settings`. An `Option` can be turned off.
//! * `Some(5)` is the default. `Config::settings` adapts those that depend on other settings.

use std::num::NonZeroU32;
use std::time::Duration;

#[cfg(feature = "config")]
use super::value::ValueKind;
use super::value::{FromValue, Value};
use super::window::Window;

/// Hands the rows of all settings, in the order of the documentation, to the macro `$part`.
macro_rules! settings {
    ($part:ident) => {
        $part! {
            /// how many failures in a row open the circuit.
            ///
            /// At least 1. Default: 5, or off if `failure_rate` or `max_failures` is set.
            Threshold: Count, threshold(failures: u32) -> Option<u32> = Some(5);

            /// the window over which rates and `max_failures` are judged.
            ///
            /// At least one call, or longer than zero. Default: off.
            Window: Window, window(window: Window) -> Option<Window> = None;

            /// how many failures in the window open the circuit.
            ///
            /// At least 1. Default: off. Needs a `window`.
            MaxFailures: Count, max_failures(failures: u32) -> Option<u32> = None;

            /// the share of failures in the window that opens the circuit.
            ///
            /// Above 0 and at most 1. Default: off. Needs a `window`. If a failure rate is set,
            /// `threshold` is in force only if it is set too.
            FailureRate: Rate, failure_rate(rate: f64) -> Option<f64> = None;

            /// how many calls must be in the window before a rate is judged.
            ///
            /// At least 1. Default: 20, or the size of the window if that is fewer calls.
            MinCalls: Count, min_calls(calls: u32) -> NonZeroU32 = nonzero(20);

            /// the duration from which a call is slow.
            ///
            /// Longer than zero. Default: off. A call in flight becomes slow as soon as it has run for
            /// this long. Without [`slow_rate`](Self::slow_rate) a slow call is a failure.
            SlowCall: Period, slow_call(limit: Duration) -> Option<Duration> = None;

            /// the share of slow calls in the window that opens the circuit.
            ///
            /// Above 0 and at most 1. Default: off, so that a slow call is a failure. Needs a `window`
            /// and `slow_call`.
            SlowRate: Rate, slow_rate(rate: f64) -> Option<f64> = None;

            /// how long the circuit stays open before it admits probes.
            ///
            /// Longer than zero. Default: 30 s.
            OpenFor: Period, open_for(period: Duration) -> Duration = Duration::from_secs(30);

            /// the factor by which the open period grows with each opening, until the circuit recovers.
            ///
            /// At least 1, and finite. Default: 1.
            Backoff: Factor, backoff(factor: f64) -> f64 = 1.0;

            /// the ceiling of the open period.
            ///
            /// At least `open_for`. Default: 10 times `open_for`.
            MaxOpenFor: Period, max_open_for(period: Duration) -> Duration = Duration::from_secs(300);

            /// the largest share by which each open period is lengthened or shortened at random.
            ///
            /// 0 to 1. Default: 0.
            Jitter: Share, jitter(share: f64) -> f64 = 0.0;

            /// how many probes may be in flight at once while the circuit is half open.
            ///
            /// At least 1. Default: 2.
            HalfOpenCalls: Count, half_open_calls(probes: u32) -> NonZeroU32 = nonzero(2);

            /// how many probes must succeed to close the circuit.
            ///
            /// At least 1. Default: 3.
            SuccessThreshold: Count, success_threshold(probes: u32) -> NonZeroU32 = nonzero(3);

            /// how many failed probes open the circuit again.
            ///
            /// At least 1. Default: 1.
            ProbeFailures: Count, probe_failures(probes: u32) -> NonZeroU32 = nonzero(1);

            /// how long a probe may go without an outcome before it counts as failed.
            ///
            /// Longer than zero. Default: twice the longest `call_timeout` of the functions that share the
            /// breaker; without a `call_timeout`, `open_for` or 30 s, whichever is longer.
            ProbeTimeout: Period, probe_timeout(limit: Duration) -> Duration = Duration::from_secs(30);

            /// how long the share of admitted calls takes to rise from 10 % to 100 % after the circuit
            /// has closed.
            ///
            /// Longer than zero. Default: off, so that all calls are admitted at once.
            Ramp: Period, ramp(time: Duration) -> Option<Duration> = None;

            /// how many calls may be in flight at once.
            ///
            /// At least 1. Default: off. Beyond that, calls are rejected with the reason
            /// [`Full`](crate::RejectionReason::Full), and none waits in a queue. With a `key`, each key has its own limit.
            MaxInFlight: Count, max_in_flight(calls: u32) -> Option<u32> = None;

            /// the time limit of one call, which replaces that of the attributes.
            ///
            /// Longer than zero. Default: the `call_timeout` of each function; the settings in force show the longest.
            /// A value applies to functions whose attribute has a `call_timeout`, and to calls that start after it
            /// took effect. If this is turned off (`None`, or `Some(None)` in [`Overrides`](crate::Overrides)), these
            /// calls have no limit.
            CallTimeout: Period, call_timeout(limit: Option<Duration> => Value::period_or_off)
                -> Option<Duration> = None;

            /// after how long a cancelled call counts as a failure, measured from the first time that its
            /// future was pending.
            ///
            /// Longer than zero. Default: `slow_call`, or 1 s without it. If this is turned off (`None`, or
            /// `Some(None)` in [`Overrides`](crate::Overrides)), no cancelled call counts as a failure.
            CancelAfter: Period, cancel_after(limit: Option<Duration> => Value::period_or_off)
                -> Option<Duration> = Some(CANCEL_AFTER);

            /// how many calls in a row open the circuit if each was dropped while it was pending, and none was answered
            /// between them.
            ///
            /// At least 1. Default: 20, or off if `cancel_after` is off. If this is turned off (`None`, or `Some(None)` in
            /// [`Overrides`](crate::Overrides)), dropped calls open the circuit only as `cancel_after` says.
            CancelledInARow: Count, cancelled_in_a_row(calls: Option<u32> => Value::count_or_off)
                -> Option<u32> = Some(20);

            /// how many breakers a name may have, one for each `key`.
            ///
            /// At least 1. Default: 1024. More than `u32::MAX` counts as `u32::MAX`. Only functions with a
            /// `key` use this setting.
            MaxKeys: Count, max_keys(keys: usize => Value::saturating) -> NonZeroU32 = nonzero(1024);

            /// how long the breaker of a `key` is kept while nobody uses it.
            ///
            /// Longer than zero. Default: 10 min. A breaker is evicted only if it is closed and nobody
            /// holds a handle to it. Before this time has passed, it is evicted for a new key only if no
            /// failure is in its counts. Only functions with a `key` use this setting.
            IdleTtl: Period, idle_ttl(time: Duration) -> Duration = Duration::from_secs(600);

            /// the largest share of the keys that may be open at once.
            ///
            /// Above 0 and at most 1. Default: off. At least one key may always be open. A key that would open beyond that
            /// stays closed, and counts as [`spared`](crate::Totals::spared). Only functions with a `key` use this setting.
            MaxOpenShare: Rate, max_open_share(share: f64) -> Option<f64> = None;

            /// whether the durations of calls are recorded in a histogram.
            ///
            /// Default: `false`. With a histogram, every call reads the precise clock twice. The histogram
            /// takes 2 KiB for each thread that makes calls.
            Latency: Flag, latency(kept: bool) -> bool = false;

            /// whether the program is useless while the circuit is open.
            ///
            /// Default: `false`. Calls do not depend on this setting. A health check is meant to fail while a
            /// critical circuit is open, and to report a degraded service for all other circuits.
            Critical: Flag, critical(critical: bool) -> bool = false;

            /// whether all instances of a fleet share the circuit.
            ///
            /// Default: `false`. It has an effect only in a program that joins a fleet (feature `fleet`): then
            /// the instances open and close the circuit together, and one of them probes for all. Do not share the
            /// circuit of something that is different for each instance, such as a sidecar.
            Shared: Flag, shared(shared: bool) -> bool = false;

            /// whether the circuit only shows what it would do, and rejects nothing.
            ///
            /// Default: `false`. The circuit opens and closes by its settings, and each call that it would have rejected
            /// is admitted, counted in [`Totals::would_reject`](crate::Totals::would_reject), and decides nothing. What
            /// a person, a file or the fleet forces open still rejects every call.
            Shadow: Flag, shadow(shadow: bool) -> bool = false;
        }
    };
}
pub(super) use settings;

macro_rules! setting_enum {
    ($(
        $(#[doc = $doc:literal])+
        $Setting:ident: $Kind:ident,
        $name:ident($argument:ident: $Given:ty $(=> $value:path)?) -> $InForce:ty = $default:expr;
    )+) => {
        /// A setting of a breaker, in the order of the documentation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Setting {
            $($Setting,)+
        }

        impl Setting {
            pub(crate) const ALL: [Self; [$(stringify!($name)),+].len()] = [$(Self::$Setting),+];

            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$Setting => stringify!($name),)+
                }
            }

            #[cfg(feature = "config")]
            pub(super) const fn kind(self) -> ValueKind {
                match self {
                    $(Self::$Setting => ValueKind::$Kind,)+
                }
            }

            /// Returns whether the setting can be turned off.
            pub(super) fn takes_off(self) -> bool {
                match self {
                    $(Self::$Setting => <$InForce>::from_value(Value::Off).is_some(),)+
                }
            }
        }
    };
}
settings!(setting_enum);

impl Setting {
    /// Returns whether a value for all breakers, beneath those of their declarations, can have an effect.
    #[cfg(feature = "config")]
    pub(super) fn has_default_for_all(self) -> bool {
        self != Self::CallTimeout
    }

    /// Finds the setting that has exactly this name.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }
}
