//! Rules about several settings of a breaker.
//!
//! A missing setting is an error even if another function of the same breaker has it: each attribute can
//! then be understood without the others.

use syn::{Error, Result};

use crate::args::Arguments;
use crate::args::setting::{Number, SettingValue, WindowSize};
use crate::args::setting_name::SettingName;
use crate::errors::Errors;

/// The settings that open the circuit by the calls in the window.
const NEED_WINDOW: [SettingName; 3] = [
    SettingName::MaxFailures,
    SettingName::FailureRate,
    SettingName::SlowRate,
];

/// The error for a ceiling below the period that it limits.
pub(crate) const CEILING_TOO_LOW: &str =
    "`max_open_for` is shorter than `open_for`: raise it, or lower `open_for`";

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
    errors.take(ceiling_is_not_below_open_for(arguments));
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

fn ceiling_is_not_below_open_for(arguments: &Arguments) -> Result<()> {
    let period = |name: SettingName| {
        let given = arguments.setting(name)?;
        match &given.value.value {
            SettingValue::Period(Number::Literal(period)) => Some((given.span, *period)),
            _ => None,
        }
    };
    match (
        period(SettingName::OpenFor),
        period(SettingName::MaxOpenFor),
    ) {
        (Some((_, open_for)), Some((at, most))) if most < open_for => {
            Err(Error::new(at, CEILING_TOO_LOW))
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
                "`{}` needs `window`: add `{}`, or remove `{0}`",
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
                           add `failure_rate = 0.5`, or remove `window`";
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

fn slow_rate_has_slow_call(arguments: &Arguments) -> Result<()> {
    match arguments.span(SettingName::SlowRate) {
        Some(at) if !arguments.mentions(SettingName::SlowCall) => {
            let message = "`slow_rate` needs `slow_call`: add `slow_call = \"2s\"`, \
                           or remove `slow_rate`";
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

/// One `key` serves both settings, so there is one error if it is missing.
fn key_limits_have_a_key(arguments: &Arguments) -> Result<()> {
    let bound = |name: SettingName| Some((name, arguments.span(name)?));
    match [SettingName::MaxKeys, SettingName::IdleTtl]
        .into_iter()
        .find_map(bound)
    {
        Some((bound, at)) if !arguments.mentions(SettingName::Key) => {
            let message = format!(
                "`{}` needs `key`: add `{}`, or remove `{0}`",
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

#[cfg(test)]
mod tests;
