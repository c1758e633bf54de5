//! Numbers, durations, windows and flags. Literals are checked here, constants by rustc.

use std::time::Duration;

use syn::{Error, Expr, Lit, Result};

use super::setting_name::{Bound, Range, SettingName};
use super::value::{expected, literal, no_suffix, quoted};
use crate::grammar::duration;

/// Turns off what is on by default.
const OFF: &str = "off";

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
    /// A `usize`. A literal has to fit into a `u32`.
    Size(Number<u32>),
    Factor(Number<f64>),
    Period(Number<Duration>),
    /// A duration, or `None` for `"off"`.
    PeriodOrOff(Option<Number<Duration>>),
    Window(Number<WindowSize>),
    Flag(Number<bool>),
}

/// The calls that a window covers: the last ones, or those of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowSize {
    Calls(u32),
    Time(Duration),
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
        Bound::Size => SettingValue::Size(number(name, range, expr, count)?),
        Bound::Growth | Bound::Share | Bound::Rate => {
            SettingValue::Factor(number(name, range, expr, factor)?)
        }
        Bound::Period => SettingValue::Period(number(name, range, expr, period)?),
        Bound::PeriodOrOff if is_off(&expr) => SettingValue::PeriodOrOff(None),
        Bound::PeriodOrOff if is_bare_off(&expr) => {
            return Err(expected("quotes", name, Some(&quoted(OFF)), &expr));
        }
        Bound::PeriodOrOff => {
            SettingValue::PeriodOrOff(Some(number(name, range, expr, period_or_off)?))
        }
        Bound::Window => SettingValue::Window(number(name, range, expr, window)?),
        Bound::Flag => SettingValue::Flag(number(name, range, expr, flag)?),
    };
    Ok(Setting { name, value, range })
}

/// A literal and the setting that it was given to.
struct SettingLiteral<'a> {
    name: SettingName,
    range: Range,
    lit: &'a Lit,
    negative: bool,
    /// The whole value, with its minus.
    expr: &'a Expr,
}

impl SettingLiteral<'_> {
    fn out_of_range(&self) -> Error {
        Error::new_spanned(self.expr, self.range.message)
    }

    fn expected(&self, what: &str, value: Option<&str>) -> Error {
        expected(what, self.name, value, self.expr)
    }

    fn no_suffix(&self, suffix: &str, digits: &str) -> Error {
        no_suffix(self.name, suffix, digits, self.expr)
    }
}

fn number<T>(
    name: SettingName,
    range: Range,
    expr: Expr,
    read: fn(&SettingLiteral<'_>) -> Result<T>,
) -> Result<Number<T>> {
    let Some((lit, negative)) = literal(&expr) else {
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

fn count(literal: &SettingLiteral<'_>) -> Result<u32> {
    let integer = |text: &str| {
        let digits = text.strip_suffix(".0").unwrap_or(text);
        let usable = digits.parse::<u32>().is_ok_and(|count| count > 0);
        literal.expected("an integer", usable.then_some(digits))
    };
    let int = match literal.lit {
        Lit::Int(int) => int,
        Lit::Float(float) => return Err(integer(float.base10_digits())),
        Lit::Str(text) => return Err(integer(&text.value())),
        _ => return Err(integer("")),
    };
    let digits = int.base10_digits();
    let (ty, too_large) = match literal.range.bound {
        Bound::Size => ("usize", "is too large"),
        _ => ("u32", "is too large for a `u32`"),
    };
    if !int.suffix().is_empty() && int.suffix() != ty {
        return Err(literal.no_suffix(int.suffix(), digits));
    }
    if literal.negative || digits == "0" {
        return Err(literal.out_of_range());
    }
    digits.parse().map_err(|_| {
        let (name, most) = (literal.name.as_str(), u32::MAX);
        let message = format!("`{digits}` {too_large}: `{name}` is at most {most}");
        Error::new_spanned(literal.expr, message)
    })
}

fn factor(literal: &SettingLiteral<'_>) -> Result<f64> {
    let (digits, suffix) = match literal.lit {
        Lit::Int(int) => (int.base10_digits(), int.suffix()),
        Lit::Float(float) => (float.base10_digits(), float.suffix()),
        Lit::Str(text) => {
            let text = text.value();
            let number = text.parse::<f64>();
            let usable = number.is_ok_and(|value| in_range(literal.range.bound, value));
            return Err(literal.expected("a number", usable.then_some(&text)));
        }
        _ => return Err(literal.expected("a number", None)),
    };
    if !matches!(suffix, "" | "f64") {
        return Err(literal.no_suffix(suffix, digits));
    }
    let value = digits.parse().ok();
    value
        .filter(|value| !literal.negative && in_range(literal.range.bound, *value))
        .ok_or_else(|| literal.out_of_range())
}

fn in_range(bound: Bound, value: f64) -> bool {
    match bound {
        Bound::Share => (0.0..=1.0).contains(&value),
        Bound::Rate => value > 0.0 && value <= 1.0,
        _ => value >= 1.0 && value.is_finite(),
    }
}

fn period(literal: &SettingLiteral<'_>) -> Result<Duration> {
    let text = match literal.lit {
        Lit::Str(text) if !literal.negative => text,
        Lit::Int(int) => return Err(no_unit(literal, int.base10_digits())),
        Lit::Float(float) => return Err(no_unit(literal, float.base10_digits())),
        _ => return Err(literal.expected("a duration", None)),
    };
    if !text.suffix().is_empty() {
        return Err(literal.no_suffix(text.suffix(), &quoted(&text.value())));
    }
    duration::parse(&text.value()).map_err(|message| Error::new_spanned(literal.expr, message))
}

fn no_unit(literal: &SettingLiteral<'_>, digits: &str) -> Error {
    let seconds = format!("{digits}s");
    let form = match duration::parse(&seconds) {
        Ok(_) if !literal.negative => literal.name.with_value(&quoted(&seconds)),
        _ => literal.name.example(),
    };
    Error::new_spanned(
        literal.expr,
        format!("a duration needs a unit: write `{form}`"),
    )
}

fn is_off(expr: &Expr) -> bool {
    match literal(expr) {
        Some((Lit::Str(text), false)) => text.value() == OFF && text.suffix().is_empty(),
        _ => false,
    }
}

fn is_bare_off(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(OFF))
}

/// Reads a duration for a setting that also accepts `"off"`.
fn period_or_off(literal: &SettingLiteral<'_>) -> Result<Duration> {
    match literal.lit {
        Lit::Int(_) | Lit::Float(_) | Lit::Str(_) => period(literal),
        _ => Err(literal.expected("a duration or `\"off\"`", None)),
    }
}

fn window(literal: &SettingLiteral<'_>) -> Result<WindowSize> {
    match literal.lit {
        Lit::Int(_) => count(literal).map(WindowSize::Calls),
        Lit::Str(text) if !literal.negative => match text.value().parse::<u32>() {
            // Calls or seconds: only the user knows.
            Ok(number) if number > 0 => {
                let (calls, time) = (number.to_string(), quoted(&format!("{number}s")));
                let message = format!(
                    "expected a number of calls without quotes or a duration with a unit: \
                     write `{}` or `{}`",
                    literal.name.with_value(&calls),
                    literal.name.with_value(&time)
                );
                Err(Error::new_spanned(literal.expr, message))
            }
            _ => period(literal).map(WindowSize::Time),
        },
        _ => Err(literal.expected("a number of calls or a duration", None)),
    }
}

/// Reads a flag. For another word that means `false`, the error suggests `false`.
fn flag(literal: &SettingLiteral<'_>) -> Result<bool> {
    let word = match literal.lit {
        Lit::Bool(flag) if !literal.negative => return Ok(flag.value),
        Lit::Int(int) => int.base10_digits().to_owned(),
        Lit::Str(text) => text.value(),
        _ => String::new(),
    };
    let off = matches!(word.as_str(), "false" | "off" | "no" | "0");
    Err(literal.expected(literal.range.message, off.then_some("false")))
}

#[cfg(test)]
mod tests;
