//! Literals: numbers, durations, windows and flags, and the meaning of a literal of the wrong kind.

use std::time::Duration;

use syn::{Error, Expr, Lit, Result};

use super::setting_name::{Bound, Range, SettingName};
use super::value::{self, expected, no_suffix, quoted};
use crate::grammar::advice::Advice;
use crate::grammar::duration::{self, Mistake};
use crate::grammar::meaning;
use crate::grammar::number::Number;

/// The word that turns off a setting.
const OFF: &str = "off";

const PERIOD_OR_OFF: &str = "a duration or `\"off\"`";
const COUNT_OR_OFF: &str = "an integer or `\"off\"`";

/// A literal and the setting that it was given to.
pub(super) struct SettingLiteral<'a> {
    pub(super) name: SettingName,
    pub(super) range: Range,
    pub(super) lit: &'a Lit,
    pub(super) negative: bool,
    /// The whole value, with its minus.
    pub(super) expr: &'a Expr,
}

/// The calls that a window covers: the last ones, or those of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowSize {
    Calls(u32),
    Time(Duration),
}

impl SettingLiteral<'_> {
    fn error(&self, message: impl std::fmt::Display) -> Error {
        Error::new_spanned(self.expr, message)
    }

    fn out_of_range(&self) -> Error {
        self.error(self.range.message)
    }

    fn expected(&self, what: &str, value: Option<&str>) -> Error {
        expected(what, self.name, value, self.expr)
    }

    fn no_suffix(&self, suffix: &str, digits: &str) -> Error {
        no_suffix(self.name, suffix, digits, self.expr)
    }

    /// Returns the digits and the suffix of a number.
    fn digits(&self) -> Option<(&str, &str)> {
        match self.lit {
            Lit::Int(int) => Some((int.base10_digits(), int.suffix())),
            Lit::Float(float) => Some((float.base10_digits(), float.suffix())),
            _ => None,
        }
    }

    /// Returns the text of a literal that is not a number and has no minus.
    fn text(&self) -> Option<String> {
        value::text(self.lit).filter(|_| !self.negative)
    }

    fn with_duration(&self, text: &str) -> String {
        self.name.with_value(&quoted(text))
    }
}

pub(super) fn count(literal: &SettingLiteral<'_>) -> Result<u32> {
    let Lit::Int(int) = literal.lit else {
        let text = match literal.digits() {
            Some(_) if literal.negative => return Err(literal.out_of_range()),
            Some((digits, _)) => Some(digits.to_owned()),
            None => literal.text(),
        };
        let meant = text.and_then(|text| meaning::count(&text));
        let what = match literal.range.bound {
            Bound::CountOrOff => COUNT_OR_OFF,
            _ => "an integer",
        };
        return Err(literal.expected(what, meant.as_deref()));
    };
    let digits = int.base10_digits();
    let (ty, too_large) = match literal.range.bound {
        Bound::Size => ("usize", "is too large"),
        _ => ("u32", "is too large for a `u32`"),
    };
    if literal.negative || digits == "0" {
        return Err(literal.out_of_range());
    }
    let count = digits.parse().map_err(|_| {
        let (name, most) = (literal.name.as_str(), u32::MAX);
        literal.error(format!(
            "`{digits}` {too_large}: `{name}` is at most {most}"
        ))
    })?;
    if !int.suffix().is_empty() && int.suffix() != ty {
        return Err(literal.no_suffix(int.suffix(), digits));
    }
    Ok(count)
}

pub(super) fn factor(literal: &SettingLiteral<'_>) -> Result<f64> {
    let bound = literal.range.bound;
    let meant = |text: &str| match bound {
        Bound::Rate => meaning::rate(text),
        Bound::Share => meaning::share(text),
        _ => meaning::factor(text),
    };
    let Some((digits, suffix)) = literal.digits() else {
        let meant = literal.text().and_then(|text| meant(&text));
        return Err(literal.expected("a number", meant.as_deref()));
    };
    let value = digits.parse().ok();
    let Some(value) = value.filter(|value| !literal.negative && in_range(bound, *value)) else {
        let meant = Some(digits).filter(|_| !literal.negative).and_then(meant);
        let meant = meant.map(|value| literal.name.with_value(&value));
        let advice = literal.name.advise(meant);
        return Err(literal.error(advice.about(literal.range.message)));
    };
    if !matches!(suffix, "" | "f64") {
        return Err(literal.no_suffix(suffix, digits));
    }
    Ok(value)
}

fn in_range(bound: Bound, value: f64) -> bool {
    match bound {
        Bound::Share => (0.0..=1.0).contains(&value),
        Bound::Rate => value > 0.0 && value <= 1.0,
        _ => value >= 1.0 && value.is_finite(),
    }
}

pub(super) fn period(literal: &SettingLiteral<'_>) -> Result<Duration> {
    if let Some(number) = literal.digits() {
        return Err(unquoted_period(literal, number));
    }
    let what = match literal.range.bound {
        Bound::PeriodOrOff => PERIOD_OR_OFF,
        _ => "a duration",
    };
    let text = literal.text();
    match (literal.lit, text) {
        (Lit::Str(lit), Some(text)) => {
            let read = duration::parse(&text);
            let read = read.map_err(|mistake| period_mistake(literal, &mistake))?;
            if !lit.suffix().is_empty() {
                return Err(literal.no_suffix(lit.suffix(), &quoted(&text)));
            }
            Ok(read)
        }
        (_, text) => {
            let text = text.filter(|text| duration::parse(text).is_ok());
            let value = text.as_deref().map(quoted);
            Err(literal.expected(what, value.as_deref()))
        }
    }
}

fn period_mistake(literal: &SettingLiteral<'_>, mistake: &Mistake) -> Error {
    literal.error(mistake.message(|text| literal.with_duration(text)))
}

/// Describes a number where a duration is expected. The unit may follow the number as its suffix.
fn unquoted_period(literal: &SettingLiteral<'_>, (digits, suffix): (&str, &str)) -> Error {
    let sign = if literal.negative { "-" } else { "" };
    let unit = if is_type(suffix) { "" } else { suffix };
    let text = format!("{sign}{digits}{unit}");
    match duration::parse(&text) {
        Ok(_) => literal.expected("quotes", Some(&quoted(&text))),
        Err(mistake) => period_mistake(literal, &mistake),
    }
}

/// Returns whether the suffix of a number is a type.
fn is_type(suffix: &str) -> bool {
    let bits = suffix.strip_prefix(['i', 'u', 'f']);
    bits.is_some_and(|bits| bits == "size" || bits.parse::<u8>().is_ok())
}

/// Recognises a value that turns the setting off. Other words for `"off"` are an error.
pub(super) fn off(name: SettingName, expr: &Expr) -> Option<Result<()>> {
    let wrong = |what| Err(expected(what, name, Some(&quoted(OFF)), expr));
    match (expr, value::literal(expr)) {
        (Expr::Path(path), _) if path.path.is_ident(OFF) => Some(wrong("quotes")),
        (_, Some((Lit::Str(text), false))) if text.value() == OFF => Some(match text.suffix() {
            "" => Ok(()),
            suffix => Err(no_suffix(name, suffix, &quoted(OFF), expr)),
        }),
        (_, Some((lit, false))) => {
            let off = value::text(lit).is_some_and(|text| meaning::is_off(&text));
            let what = match name.bound() {
                Some(Bound::CountOrOff) => COUNT_OR_OFF,
                _ => PERIOD_OR_OFF,
            };
            off.then(|| wrong(what))
        }
        _ => None,
    }
}

pub(super) fn window(literal: &SettingLiteral<'_>) -> Result<WindowSize> {
    let problem = "expected a number of calls without quotes or a duration with a unit";
    let either = |number: Number| {
        let calls = number
            .whole()
            .map(|calls| literal.name.with_value(&calls.to_string()));
        let times = duration::with_units(number).map(|text| literal.with_duration(&text));
        literal.error(Advice::Write(calls.into_iter().chain(times).collect()).about(problem))
    };
    match (literal.lit, literal.digits()) {
        (Lit::Int(int), _) if int.suffix().is_empty() || is_type(int.suffix()) => {
            count(literal).map(WindowSize::Calls)
        }
        (_, Some(_)) if literal.negative => Err(literal.out_of_range()),
        (_, Some((digits, suffix))) if suffix.is_empty() || is_type(suffix) => Err(
            match Number::read(digits).filter(|number| !number.is_zero()) {
                Some(number) => either(number),
                None => literal.out_of_range(),
            },
        ),
        (Lit::Str(text), _) if !literal.negative => {
            let text = text.value();
            if let Some(calls) = meaning::calls(&text) {
                return Err(literal.expected("a number", Some(&calls)));
            }
            match duration::parse(&text) {
                // Calls, milliseconds or seconds: only the user knows.
                Err(Mistake::NoUnit(number)) => Err(either(number)),
                _ => period(literal).map(WindowSize::Time),
            }
        }
        (_, Some(_)) => period(literal).map(WindowSize::Time),
        _ => Err(literal.expected("a number of calls or a duration", None)),
    }
}

/// Reads a flag.
pub(super) fn flag(literal: &SettingLiteral<'_>) -> Result<bool> {
    let word = match literal.lit {
        Lit::Bool(flag) if !literal.negative => return Ok(flag.value),
        Lit::Int(int) if !literal.negative => Some(int.base10_digits().to_owned()),
        _ => literal.text(),
    };
    let problem = format!("expected {}", literal.range.message);
    Err(
        literal.error(match word.and_then(|word| meaning::flag(&word)) {
            Some(flag) => {
                let form = literal.name.with_value(&flag.to_string());
                Advice::Write(vec![form]).about(&problem)
            }
            None => problem,
        }),
    )
}

#[cfg(test)]
mod tests;
