//! Numbers, durations, windows and flags. This crate checks literals, and rustc checks constants.

use std::time::Duration;

use syn::{Expr, Result};

use super::literal::{self, SettingLiteral, WindowSize, count, factor, flag, period, window};
use super::setting_name::{Bound, Range, SettingName};
use super::value;

/// A setting of the breaker, or the `call_timeout` of one function.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Setting {
    pub(crate) name: SettingName,
    pub(crate) value: SettingValue,
    /// The range that a literal is in, and that a [`Number::Const`] has to be asserted to be in.
    pub(crate) range: Range,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) enum SettingValue {
    Count(Number<u32>),
    /// A number, or `None` for `"off"`.
    CountOrOff(Option<Number<u32>>),
    /// A `usize`. A literal has to fit into a `u32`.
    Size(Number<u32>),
    Factor(Number<f64>),
    Period(Number<Duration>),
    /// A duration, or `None` for `"off"`.
    PeriodOrOff(Option<Number<Duration>>),
    Window(Number<WindowSize>),
    Flag(Number<bool>),
}

#[cfg_attr(test, derive(Debug))]
pub(crate) enum Number<T> {
    Literal(T),
    /// Any other expression. The expansion asserts its range at compile time.
    Const(Expr),
}

impl Setting {
    /// Returns the expression if the value is not a literal.
    pub(crate) fn constant(&self) -> Option<&Expr> {
        match &self.value {
            SettingValue::Count(Number::Const(expr))
            | SettingValue::CountOrOff(Some(Number::Const(expr)))
            | SettingValue::Size(Number::Const(expr))
            | SettingValue::Factor(Number::Const(expr))
            | SettingValue::Period(Number::Const(expr))
            | SettingValue::PeriodOrOff(Some(Number::Const(expr)))
            | SettingValue::Window(Number::Const(expr))
            | SettingValue::Flag(Number::Const(expr)) => Some(expr),
            _ => None,
        }
    }
}

pub(super) fn read(name: SettingName, range: Range, expr: Expr) -> Result<Setting> {
    let value = match range.bound {
        Bound::Count => SettingValue::Count(number(name, range, expr, count)?),
        Bound::CountOrOff => match literal::off(name, &expr) {
            Some(off) => off.map(|()| SettingValue::CountOrOff(None))?,
            None => SettingValue::CountOrOff(Some(number(name, range, expr, count)?)),
        },
        Bound::Size => SettingValue::Size(number(name, range, expr, count)?),
        Bound::Growth | Bound::Share | Bound::Rate => {
            SettingValue::Factor(number(name, range, expr, factor)?)
        }
        Bound::Period => SettingValue::Period(number(name, range, expr, period)?),
        Bound::PeriodOrOff => match literal::off(name, &expr) {
            Some(off) => off.map(|()| SettingValue::PeriodOrOff(None))?,
            None => SettingValue::PeriodOrOff(Some(number(name, range, expr, period)?)),
        },
        Bound::Window => SettingValue::Window(number(name, range, expr, window)?),
        Bound::Flag => SettingValue::Flag(number(name, range, expr, flag)?),
    };
    Ok(Setting { name, value, range })
}

fn number<T>(
    name: SettingName,
    range: Range,
    expr: Expr,
    read: fn(&SettingLiteral<'_>) -> Result<T>,
) -> Result<Number<T>> {
    let Some((lit, negative)) = value::literal(&expr) else {
        return Ok(Number::Const(expr));
    };
    let literal = SettingLiteral {
        name,
        range,
        lit,
        negative,
        expr: &expr,
    };
    read(&literal).map(Number::Literal)
}

#[cfg(test)]
mod tests;
