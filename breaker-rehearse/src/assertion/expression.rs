//! Expressions and their values.

use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

use breaker_runtime::rehearsal::Report;

use crate::figures::{Figure, Kind, Value, Within};
use crate::interval::Interval;
use crate::table::thousands;

impl Kind {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Time => "a duration",
            Self::Truth => "a condition",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Different => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// A term that has a value in each report.
#[derive(Clone)]
pub(super) enum Term {
    Figure(&'static Figure),
    Within(&'static Within, String, Interval),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Constant(Value),
    Term(Term),
    Not(Box<Expression>),
    Both(Box<Expression>, Box<Expression>),
    Either(Box<Expression>, Box<Expression>),
    Compare(Box<Expression>, Comparison, Box<Expression>),
}

impl Term {
    pub(super) fn value(&self, report: &Report) -> Value {
        match self {
            Self::Figure(figure) => (figure.of)(report),
            Self::Within(within, _, interval) => {
                // A report says nothing about a time that the trace does not have.
                if !interval.meets(report.began, report.ended) {
                    return Value::Unknown;
                }
                (within.of)(report, interval)
            }
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Figure(figure) => f.write_str(figure.name),
            Self::Within(within, text, _) => write!(f, "{}(\"{text}\")", within.name),
        }
    }
}

impl fmt::Debug for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Expression {
    pub(super) fn value(&self, report: &Report) -> Value {
        let truth = |it: &Self| match it.value(report) {
            Value::Truth(truth) => Some(truth),
            _ => None,
        };
        let known = |truth: Option<bool>| truth.map_or(Value::Unknown, Value::Truth);
        match self {
            Self::Constant(value) => *value,
            Self::Term(term) => term.value(report),
            Self::Not(inner) => known(truth(inner).map(|truth| !truth)),
            Self::Both(left, right) => known(match (truth(left), truth(right)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (left, right) => left.zip(right).map(|_| true),
            }),
            Self::Either(left, right) => known(match (truth(left), truth(right)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (left, right) => left.zip(right).map(|_| false),
            }),
            Self::Compare(left, comparison, right) => {
                let order = order(left.value(report), right.value(report));
                known(order.map(|order| comparison.holds(order)))
            }
        }
    }

    /// Visits the terms in the order of the text.
    pub(super) fn terms(&self, visit: &mut impl FnMut(&Term)) {
        match self {
            Self::Constant(_) => {}
            Self::Term(term) => visit(term),
            Self::Not(inner) => inner.terms(visit),
            Self::Both(left, right) | Self::Either(left, right) | Self::Compare(left, _, right) => {
                left.terms(visit);
                right.terms(visit);
            }
        }
    }
}

/// Compares two values of one kind. What does not exist or is not known has no order.
fn order(left: Value, right: Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(&right),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(&right)),
        (Value::Truth(left), Value::Truth(right)) => Some(left.cmp(&right)),
        _ => None,
    }
}

/// Shows a value as a person reads it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(whole) = self.whole() {
            return f.write_str(&thousands(whole));
        }
        match self {
            Self::Number(number) => write!(f, "{number:.4}"),
            Self::Time(time) => f.write_str(&brief(*time)),
            Self::Never => f.write_str("never"),
            Self::Unknown => f.write_str("unknown"),
            Self::Truth(truth) => write!(f, "{truth}"),
        }
    }
}

/// Writes a duration with its two largest units, rounded.
pub(crate) fn brief(time: Duration) -> String {
    const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let micros = Duration::from_micros(time.as_micros().try_into().unwrap_or(0));
    if time.is_zero() {
        return "0s".to_owned();
    }
    if time < Duration::from_secs(1) {
        return format!("{micros:.3?}");
    }
    if time < Duration::from_millis(59_950) {
        return format!("{:.1}s", time.as_secs_f64());
    }
    let seconds = time.as_secs() + u64::from(time.subsec_millis() >= 500);
    let largest = |seconds: u64| UNITS.iter().position(|(_, length)| seconds >= *length);
    // The smaller of two units; rounding may add up to a larger one.
    let step = |first: usize| UNITS.get(first + 1).map_or(1, |(_, length)| *length);
    let step = largest(seconds).map_or(1, step);
    let rounded = (seconds + step / 2) / step * step;
    let first = largest(rounded).unwrap_or(3);
    let mut rest = rounded;
    let mut parts = Vec::new();
    for (unit, length) in UNITS.iter().skip(first).take(2) {
        if rest >= *length {
            parts.push(format!("{}{unit}", rest / length));
        }
        rest %= length;
    }
    parts.join(" ")
}
