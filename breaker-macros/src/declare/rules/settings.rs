//! Rules about several settings of a breaker.
//!
//! A missing setting is an error even if another function of the same breaker has it: each attribute can
//! then be understood without the others.

use std::time::Duration;

use proc_macro2::Span;
use syn::{Error, Result};

use crate::args::Arguments;
use crate::args::literal::WindowSize;
use crate::args::setting::{Number, SettingValue};
use crate::args::setting_name::SettingName;
use crate::errors::Errors;

/// The settings that open the circuit by the calls in the window.
const NEED_WINDOW: [SettingName; 3] = [
    SettingName::MaxFailures,
    SettingName::FailureRate,
    SettingName::SlowRate,
];

/// How long the second period of a pair has to be, compared with the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    AtLeast,
    AtMost,
    Less,
}

/// Two periods, one of which has no effect if they are in the wrong order.
pub(crate) struct PeriodPair {
    pub(crate) names: [SettingName; 2],
    pub(crate) order: Order,
    /// The error about the second period.
    pub(crate) message: &'static str,
}

/// All pairs of periods. If several attributes give them, `Registry::verify` of the runtime checks them.
pub(crate) const PERIOD_PAIRS: [PeriodPair; 5] = [
    PeriodPair {
        names: [SettingName::OpenFor, SettingName::MaxOpenFor],
        order: Order::AtLeast,
        message: "`max_open_for` is shorter than `open_for`: raise it, or lower `open_for`",
    },
    PeriodPair {
        names: [SettingName::CallTimeout, SettingName::SlowCall],
        order: Order::Less,
        message: "no call ever counts as slow, because `call_timeout` ends it first: lower `slow_call`, \
                  or raise `call_timeout`",
    },
    PeriodPair {
        names: [SettingName::ProbeTimeout, SettingName::SlowCall],
        order: Order::AtMost,
        message: "no probe ever counts as slow, because `probe_timeout` gives up on it first: lower \
                  `slow_call`, or raise `probe_timeout`",
    },
    PeriodPair {
        names: [SettingName::CallTimeout, SettingName::ProbeTimeout],
        order: Order::AtLeast,
        message: "`probe_timeout` gives up on probes that `call_timeout` still allows: raise it, or lower \
                  `call_timeout`",
    },
    PeriodPair {
        names: [SettingName::CallTimeout, SettingName::CancelAfter],
        order: Order::AtMost,
        message: "a cancelled call never counts as a failure, because `call_timeout` ends it first: lower \
                  `cancel_after`, or write `cancel_after = \"off\"`",
    },
];

/// Describes a number of calls that never fit into the window.
pub(crate) fn exceeds_window(name: SettingName, window: Option<u32>) -> String {
    let window = window.map_or_else(
        || "the number of calls in `window`".to_owned(),
        |calls| format!("the {calls} calls of `window`"),
    );
    let name = name.as_str();
    format!("`{name}` is more than {window}: lower it, or raise `window`")
}

pub(super) fn check(arguments: &Arguments, errors: &mut Errors) {
    for pair in &PERIOD_PAIRS {
        errors.take(periods_are_in_order(arguments, pair));
    }
    errors.take(ceiling_leaves_room_for_backoff(arguments));
    errors.take(threshold_is_within_max_failures(arguments));
    errors.take(failure_rate_is_within_max_failures(arguments));
    errors.take(rates_have_a_window(arguments));
    errors.take(window_has_a_rate(arguments));
    errors.take(slow_rate_has_slow_call(arguments));
    errors.take(key_limits_have_a_key(arguments));
    errors.take(calls_fit_into_the_window(
        arguments,
        SettingName::MaxFailures,
    ));
    errors.take(calls_fit_into_the_window(arguments, SettingName::MinCalls));
}

/// Returns where a period was given, and its length if that is a literal.
fn period(arguments: &Arguments, name: SettingName) -> Option<(Span, Duration)> {
    let given = match name {
        SettingName::CallTimeout => arguments.call_timeout.as_ref()?,
        _ => arguments.setting(name)?,
    };
    match &given.value.value {
        SettingValue::Period(Number::Literal(period))
        | SettingValue::PeriodOrOff(Some(Number::Literal(period))) => Some((given.span, *period)),
        _ => None,
    }
}

/// Returns where a number was given, and its value if that is a literal.
fn number(arguments: &Arguments, name: SettingName) -> Option<(Span, f64)> {
    let given = arguments.setting(name)?;
    match &given.value.value {
        SettingValue::Count(Number::Literal(count)) => Some((given.span, f64::from(*count))),
        SettingValue::Factor(Number::Literal(factor)) => Some((given.span, *factor)),
        _ => None,
    }
}

fn periods_are_in_order(arguments: &Arguments, pair: &PeriodPair) -> Result<()> {
    let [first, second] = pair.names.map(|name| period(arguments, name));
    let (Some((_, first)), Some((at, second))) = (first, second) else {
        return Ok(());
    };
    let holds = match pair.order {
        Order::AtLeast => second >= first,
        Order::AtMost => second <= first,
        Order::Less => second < first,
    };
    if holds {
        Ok(())
    } else {
        Err(Error::new(at, pair.message))
    }
}

fn ceiling_leaves_room_for_backoff(arguments: &Arguments) -> Result<()> {
    let [open_for, most] =
        [SettingName::OpenFor, SettingName::MaxOpenFor].map(|name| period(arguments, name));
    match (number(arguments, SettingName::Backoff), open_for, most) {
        (Some((at, backoff)), Some((_, open_for)), Some((_, most)))
            if backoff > 1.0 && most == open_for =>
        {
            let message = "the open period cannot grow, because `max_open_for` is no longer than \
                           `open_for`: raise it, or remove `backoff`";
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

/// In a window of calls, each failure in a row is also a failure in the window, so the lower limit decides.
fn threshold_is_within_max_failures(arguments: &Arguments) -> Result<()> {
    let window = arguments.setting(SettingName::Window);
    let counts_calls = window.is_some_and(|it| {
        matches!(
            &it.value.value,
            SettingValue::Window(Number::Literal(WindowSize::Calls(_)))
        )
    });
    match (
        number(arguments, SettingName::Threshold),
        number(arguments, SettingName::MaxFailures),
    ) {
        (Some((at, threshold)), Some((_, most))) if counts_calls && threshold > most => {
            let message = format!(
                "`threshold` never decides, because `max_failures` opens the circuit at {most} \
                 failures: lower `threshold`, or remove it"
            );
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

fn failure_rate_is_within_max_failures(arguments: &Arguments) -> Result<()> {
    let [rate, most, min_calls] = [
        SettingName::FailureRate,
        SettingName::MaxFailures,
        SettingName::MinCalls,
    ]
    .map(|name| number(arguments, name));
    match (rate, most, min_calls) {
        (Some((at, rate)), Some((_, most)), Some((_, calls))) if rate * calls > most => {
            let message = format!(
                "`failure_rate` never decides, because `max_failures` opens the circuit at {most} \
                 failures: lower `min_calls`, or remove `failure_rate`"
            );
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

/// One `window` serves all of these settings, so there is one error if it is missing.
fn rates_have_a_window(arguments: &Arguments) -> Result<()> {
    let judged = |name: &SettingName| Some((*name, arguments.span(*name)?));
    match NEED_WINDOW.iter().find_map(judged) {
        Some((name, at)) if !arguments.mentions(SettingName::Window) => {
            let message = format!(
                "`{}` needs `window`: add one, such as `{}`, or remove `{0}`",
                name.as_str(),
                SettingName::Window.example()
            );
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

fn window_has_a_rate(arguments: &Arguments) -> Result<()> {
    let judged = NEED_WINDOW.iter().any(|name| arguments.mentions(*name));
    match arguments.span(SettingName::Window) {
        Some(at) if !judged => {
            let message = "`window` needs `failure_rate`, `slow_rate` or `max_failures`: \
                           add one, such as `failure_rate = 0.5`, or remove `window`";
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

fn slow_rate_has_slow_call(arguments: &Arguments) -> Result<()> {
    match arguments.span(SettingName::SlowRate) {
        Some(at) if !arguments.mentions(SettingName::SlowCall) => {
            let message = "`slow_rate` needs `slow_call`: add one, such as `slow_call = \"2s\"`, \
                           or remove `slow_rate`";
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

/// One `key` serves all these settings, so there is one error if it is missing.
fn key_limits_have_a_key(arguments: &Arguments) -> Result<()> {
    let bound = |name: SettingName| Some((name, arguments.span(name)?));
    let of_keys = [
        SettingName::MaxKeys,
        SettingName::IdleTtl,
        SettingName::MaxOpenShare,
    ];
    match of_keys.into_iter().find_map(bound) {
        Some((bound, at)) if !arguments.mentions(SettingName::Key) => {
            let message = format!(
                "`{}` needs `key`: add one, such as `{}`, or remove `{0}`",
                bound.as_str(),
                SettingName::Key.example()
            );
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

/// A window of calls has to hold at least the number of calls that a setting asks for.
fn calls_fit_into_the_window(arguments: &Arguments, name: SettingName) -> Result<()> {
    let window = arguments
        .setting(SettingName::Window)
        .map(|it| &it.value.value);
    let Some(SettingValue::Window(Number::Literal(WindowSize::Calls(window)))) = window else {
        return Ok(());
    };
    match arguments.setting(name) {
        Some(given) => match given.value.value {
            SettingValue::Count(Number::Literal(calls)) if calls > *window => {
                let message = exceeds_window(name, Some(*window));
                Err(Error::new(given.span, message))
            }
            _ => Ok(()),
        },
        None => Ok(()),
    }
}

pub(super) fn probe_has_no_key(arguments: &Arguments) -> Result<()> {
    match (&arguments.probe, arguments.span(SettingName::Key)) {
        (Some(given), Some(_)) => {
            let message = "`probe` cannot be combined with `key`: its function has no arguments, so it does not \
                           know which of the keys to probe; remove one of the two";
            Err(Error::new(given.span, message))
        }
        _ => Ok(()),
    }
}

pub(super) fn probe_always_has_a_probe(arguments: &Arguments) -> Result<()> {
    match &arguments.probe_always {
        Some(given) if !arguments.mentions(SettingName::Probe) => {
            let message = "`probe_always` needs `probe`: add one, such as `probe = ping`, or remove `probe_always`";
            Err(Error::new(given.span, message))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
