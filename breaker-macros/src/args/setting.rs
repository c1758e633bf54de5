//! Settings: numbers, durations, windows and flags, as literals or as constants that rustc checks.

use std::time::Duration;

use syn::{Error, Expr, Lit, Result};

use super::key::{Bound, Key, Range};
use super::value::{expected, literal, no_suffix, quoted};
use crate::grammar::duration;

/// Turns off what is on by default.
const OFF: &str = "off";

/// A setting of the breaker or, for `call_timeout`, of one function.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Setting {
    pub(crate) key: Key,
    pub(crate) value: SettingValue,
    /// The range that a literal has been checked against and that a `Const` still has to meet.
    pub(crate) range: Range,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) enum SettingValue {
    Count(Number<u32>),
    /// A `usize`, of which as much is kept as fits into a `u32`.
    Size(Number<u32>),
    Factor(Number<f64>),
    Period(Number<Duration>),
    /// A duration, or `None` for `"off"`.
    PeriodOrOff(Option<Number<Duration>>),
    Window(Number<Extent>),
    Flag(Number<bool>),
}

/// How far a window reaches back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Calls(u32),
    Time(Duration),
}

#[cfg_attr(test, derive(Debug))]
pub(crate) enum Number<T> {
    Literal(T),
    /// Any expression that is no literal: its range is asserted when it is compiled.
    Const(Expr),
}

impl Setting {
    /// The expression that is left to the compiler, if it is no literal.
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

pub(super) fn read(key: Key, range: Range, expr: Expr) -> Result<Setting> {
    let value = match range.bound {
        Bound::Count => SettingValue::Count(number(key, range, expr, count)?),
        Bound::Size => SettingValue::Size(number(key, range, expr, count)?),
        Bound::Growth | Bound::Share | Bound::Rate => {
            SettingValue::Factor(number(key, range, expr, factor)?)
        }
        Bound::Period => SettingValue::Period(number(key, range, expr, period)?),
        Bound::PeriodOrOff if is_off(&expr) => SettingValue::PeriodOrOff(None),
        Bound::PeriodOrOff if is_bare_off(&expr) => {
            return Err(expected("quotes", key, Some(&quoted(OFF)), &expr));
        }
        Bound::PeriodOrOff => {
            SettingValue::PeriodOrOff(Some(number(key, range, expr, period_or_off)?))
        }
        Bound::Window => SettingValue::Window(number(key, range, expr, window)?),
        Bound::Flag => SettingValue::Flag(number(key, range, expr, flag)?),
    };
    Ok(Setting { key, value, range })
}

/// Where a literal number was found.
struct Found<'a> {
    key: Key,
    range: Range,
    lit: &'a Lit,
    negative: bool,
    /// The whole value, with its minus.
    expr: &'a Expr,
}

impl Found<'_> {
    fn out_of_range(&self) -> Error {
        Error::new_spanned(self.expr, self.range.words)
    }

    fn expected(&self, what: &str, value: Option<&str>) -> Error {
        expected(what, self.key, value, self.expr)
    }

    fn no_suffix(&self, suffix: &str, digits: &str) -> Error {
        no_suffix(self.key, suffix, digits, self.expr)
    }
}

fn number<T>(
    key: Key,
    range: Range,
    expr: Expr,
    read: fn(&Found<'_>) -> Result<T>,
) -> Result<Number<T>> {
    let Some((lit, negative)) = literal(&expr) else {
        return Ok(Number::Const(expr));
    };
    let found = Found {
        key,
        range,
        lit,
        negative,
        expr: &expr,
    };
    read(&found).map(Number::Literal)
}

fn count(found: &Found<'_>) -> Result<u32> {
    let integer = |text: &str| {
        let digits = text.strip_suffix(".0").unwrap_or(text);
        let usable = digits.parse::<u32>().is_ok_and(|count| count > 0);
        found.expected("an integer", usable.then_some(digits))
    };
    let int = match found.lit {
        Lit::Int(int) => int,
        Lit::Float(float) => return Err(integer(float.base10_digits())),
        Lit::Str(text) => return Err(integer(&text.value())),
        _ => return Err(integer("")),
    };
    let digits = int.base10_digits();
    let (ty, too_large) = match found.range.bound {
        Bound::Size => ("usize", "is too large"),
        _ => ("u32", "is too large for a `u32`"),
    };
    if !int.suffix().is_empty() && int.suffix() != ty {
        return Err(found.no_suffix(int.suffix(), digits));
    }
    if found.negative || digits == "0" {
        return Err(found.out_of_range());
    }
    digits.parse().map_err(|_| {
        let (name, most) = (found.key.name(), u32::MAX);
        let message = format!("`{digits}` {too_large}: `{name}` is at most {most}");
        Error::new_spanned(found.expr, message)
    })
}

fn factor(found: &Found<'_>) -> Result<f64> {
    let (digits, suffix) = match found.lit {
        Lit::Int(int) => (int.base10_digits(), int.suffix()),
        Lit::Float(float) => (float.base10_digits(), float.suffix()),
        Lit::Str(text) => {
            let text = text.value();
            let usable = text
                .parse::<f64>()
                .is_ok_and(|value| in_range(found, value));
            return Err(found.expected("a number", usable.then_some(&text)));
        }
        _ => return Err(found.expected("a number", None)),
    };
    if !matches!(suffix, "" | "f64") {
        return Err(found.no_suffix(suffix, digits));
    }
    let value = digits.parse().ok().filter(|value| in_range(found, *value));
    value
        .filter(|_| !found.negative)
        .ok_or_else(|| found.out_of_range())
}

fn in_range(found: &Found<'_>, value: f64) -> bool {
    match found.range.bound {
        Bound::Share => (0.0..=1.0).contains(&value),
        Bound::Rate => value > 0.0 && value <= 1.0,
        _ => value >= 1.0 && value.is_finite(),
    }
}

fn period(found: &Found<'_>) -> Result<Duration> {
    let text = match found.lit {
        Lit::Str(text) if !found.negative => text,
        Lit::Int(int) => return Err(no_unit(found, int.base10_digits())),
        Lit::Float(float) => return Err(no_unit(found, float.base10_digits())),
        _ => return Err(found.expected("a duration", None)),
    };
    if !text.suffix().is_empty() {
        return Err(found.no_suffix(text.suffix(), &quoted(&text.value())));
    }
    duration::parse(&text.value()).map_err(|message| Error::new_spanned(found.expr, message))
}

fn no_unit(found: &Found<'_>, digits: &str) -> Error {
    let seconds = format!("{digits}s");
    let form = match duration::parse(&seconds) {
        Ok(_) if !found.negative => found.key.form(&quoted(&seconds)),
        _ => found.key.example(),
    };
    Error::new_spanned(
        found.expr,
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

/// A duration where `"off"` would have been right too.
fn period_or_off(found: &Found<'_>) -> Result<Duration> {
    match found.lit {
        Lit::Int(_) | Lit::Float(_) | Lit::Str(_) => period(found),
        _ => Err(found.expected("a duration or `\"off\"`", None)),
    }
}

fn window(found: &Found<'_>) -> Result<Extent> {
    match found.lit {
        Lit::Int(_) => count(found).map(Extent::Calls),
        Lit::Str(text) if !found.negative => match text.value().parse::<u32>() {
            // It may be either, and only the user knows which.
            Ok(number) if number > 0 => {
                let (calls, time) = (number.to_string(), quoted(&format!("{number}s")));
                let message = format!(
                    "a number of calls has no quotes, and a duration has a unit: write `{}` or `{}`",
                    found.key.form(&calls),
                    found.key.form(&time)
                );
                Err(Error::new_spanned(found.expr, message))
            }
            _ => period(found).map(Extent::Time),
        },
        _ => Err(found.expected("a number of calls or a duration", None)),
    }
}

/// On or off; what else people write for that names which.
fn flag(found: &Found<'_>) -> Result<bool> {
    let word = match found.lit {
        Lit::Bool(flag) if !found.negative => return Ok(flag.value),
        Lit::Int(int) => int.base10_digits().to_owned(),
        Lit::Str(text) => text.value(),
        _ => String::new(),
    };
    let off = matches!(word.as_str(), "false" | "off" | "no" | "0");
    Err(found.expected(found.range.words, off.then_some("false")))
}

#[cfg(test)]
mod tests;
