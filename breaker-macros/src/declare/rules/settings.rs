//! Rules between the settings of a breaker.
//!
//! Another function of the same breaker may give the key that is missing here. It is asked for all
//! the same: what an attribute says can be understood where it stands.

use syn::{Error, Result};

use super::super::{Extent, Number, SettingValue};
use crate::args::Arguments;
use crate::args::key::Key;
use crate::errors::Errors;

/// What is judged over a window.
const OVER_WINDOW: [Key; 3] = [Key::MaxFailures, Key::FailureRate, Key::SlowRate];

pub(super) fn check(arguments: &Arguments, errors: &mut Errors) {
    errors.take(ceiling_is_not_below_open_for(arguments));
    errors.take(window_is_there_to_judge_over(arguments));
    errors.take(window_is_judged(arguments));
    errors.take(slow_rate_knows_what_is_slow(arguments));
    errors.take(bounds_have_keys(arguments));
    errors.take(window_holds(arguments, Key::MaxFailures));
    errors.take(window_holds(arguments, Key::MinCalls));
}

fn ceiling_is_not_below_open_for(arguments: &Arguments) -> Result<()> {
    let period = |key: Key| {
        let given = arguments.setting(key)?;
        match &given.value.value {
            SettingValue::Period(Number::Literal(period)) => Some((given.key, *period)),
            _ => None,
        }
    };
    match (period(Key::OpenFor), period(Key::MaxOpenFor)) {
        (Some((_, open_for)), Some((at, most))) if most < open_for => {
            let message =
                "`max_open_for` is shorter than `open_for`: raise it, or lower `open_for`";
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

/// One `window` serves them all, so that it is missing once.
fn window_is_there_to_judge_over(arguments: &Arguments) -> Result<()> {
    let judged = |key: &Key| Some((*key, arguments.place(*key)?));
    match OVER_WINDOW.iter().find_map(judged) {
        Some((key, at)) if !arguments.mentions(Key::Window) => {
            let message = format!(
                "`{}` needs `window`: add `{}`, or remove `{0}`",
                key.name(),
                Key::Window.example()
            );
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

fn window_is_judged(arguments: &Arguments) -> Result<()> {
    let judged = OVER_WINDOW.iter().any(|key| arguments.mentions(*key));
    match arguments.place(Key::Window) {
        Some(at) if !judged => {
            let message = "`window` needs `failure_rate`, `slow_rate` or `max_failures`: \
                           add `failure_rate = 0.5`, or remove `window`";
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

fn slow_rate_knows_what_is_slow(arguments: &Arguments) -> Result<()> {
    match arguments.place(Key::SlowRate) {
        Some(at) if !arguments.mentions(Key::SlowCall) => {
            let message = "`slow_rate` needs `slow_call`: add `slow_call = \"2s\"`, \
                           or remove `slow_rate`";
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

/// One `key` serves both, so that it is missing once.
fn bounds_have_keys(arguments: &Arguments) -> Result<()> {
    let bound = |key: Key| Some((key, arguments.place(key)?));
    match [Key::MaxKeys, Key::IdleTtl].into_iter().find_map(bound) {
        Some((bound, at)) if !arguments.mentions(Key::Keyed) => {
            let message = format!(
                "`{}` needs `key`: add `{}`, or remove `{0}`",
                bound.name(),
                Key::Keyed.example()
            );
            Err(Error::new(at, message))
        }
        _ => Ok(()),
    }
}

/// So many calls have to fit into a window of calls.
fn window_holds(arguments: &Arguments, key: Key) -> Result<()> {
    let window = arguments.setting(Key::Window).map(|it| &it.value.value);
    let Some(SettingValue::Window(Number::Literal(Extent::Calls(window)))) = window else {
        return Ok(());
    };
    match arguments.setting(key) {
        Some(given) => match given.value.value {
            SettingValue::Count(Number::Literal(calls)) if calls > *window => {
                let message = format!(
                    "`{}` is more than the {window} calls of `window`: lower it, or raise `window`",
                    key.name()
                );
                Err(Error::new(given.key, message))
            }
            _ => Ok(()),
        },
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
