//! Assertions about a report: `false_openings == 0 && openings_within("2026-11-03T10:00/12:00") >= 1`.

mod expression;
mod parse;
mod tokens;

use std::fmt;
use std::str::FromStr;

use breaker_runtime::rehearsal::Report;

pub(crate) use self::expression::brief;
use self::expression::{Expression, Term};
use crate::figures::Value;
use crate::interval::Interval;

/// A condition that the report of a candidate has to meet.
///
/// The names are those of the figures in JSON. There are `==`, `!=`, `<`, `<=`, `>`, `>=`, `&&`, `||`, `!` and
/// parentheses; numbers, percentages (`2 %`) and durations (`30s`, `"1.5h"`).
///
/// `opening_delay` and `recovery_delay` are the longest of all outages. A delay is never, if the circuit did not open or
/// close, and unknown, if there are no outages. Neither is less or more than anything: a comparison with it is not met, and
/// its negation is not met either. What happened within a stretch of time is unknown too, if the trace does not have it.
///
/// # Examples
///
/// ```
/// use breaker_rehearse::Assertion;
///
/// let assertion: Assertion = "false_openings == 0 && time_open < 10m".parse()?;
/// let error = "false_opening == 0".parse::<Assertion>().unwrap_err();
/// assert_eq!(error.column, 1);
/// assert_eq!(error.message, "there is no figure `false_opening`; did you mean `false_openings`?");
/// # Ok::<(), breaker_rehearse::AssertionError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Assertion {
    text: String,
    expression: Expression,
}

/// Why an assertion cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssertionError {
    /// The assertion.
    pub text: String,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The problem, in one line.
    pub message: String,
}

/// Shows the message, the assertion and a mark under the column.
impl fmt::Display for AssertionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            text,
            column,
            message,
        } = self;
        write!(
            f,
            "column {column}: {message}\n  {text}\n  {:>column$}",
            '^'
        )
    }
}

impl std::error::Error for AssertionError {}

/// The values of the terms of an assertion that failed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Failed {
    /// The candidate.
    pub candidate: String,
    /// The assertion.
    pub assertion: String,
    /// Each term and its value, in the order of the text.
    pub values: Vec<(String, String)>,
}

/// Shows the assertion, the candidate and the values of the terms.
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` does not meet `{}`", self.candidate, self.assertion)?;
        for (term, value) in &self.values {
            write!(f, "\n  {term} is {value}")?;
        }
        Ok(())
    }
}

impl FromStr for Assertion {
    type Err = AssertionError;

    fn from_str(text: &str) -> Result<Self, AssertionError> {
        // A mark is put under the column, so the assertion is one line.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match parse::parse(&text) {
            Ok(expression) => Ok(Self { text, expression }),
            Err((at, message)) => {
                let column = text[..at].chars().count() + 1;
                Err(AssertionError {
                    text,
                    column,
                    message,
                })
            }
        }
    }
}

impl Assertion {
    /// Returns the stretches of time that it asks about, as they were written.
    pub fn intervals(&self) -> Vec<(String, Interval)> {
        let mut intervals = Vec::new();
        self.expression.terms(&mut |term| {
            if let Term::Within(_, text, interval) = term {
                intervals.push((text.clone(), *interval));
            }
        });
        intervals
    }

    /// Checks a report.
    ///
    /// # Errors
    ///
    /// The values of the terms, if the report does not meet the condition.
    pub fn check(&self, report: &Report) -> Result<(), Failed> {
        if self.expression.value(report) == Value::Truth(true) {
            return Ok(());
        }
        let mut values = Vec::new();
        self.expression.terms(&mut |term| {
            let shown = (term.to_string(), term.value(report).to_string());
            if !values.contains(&shown) {
                values.push(shown);
            }
        });
        Err(Failed {
            candidate: report.candidate.clone(),
            assertion: self.text.clone(),
            values,
        })
    }
}

#[cfg(test)]
mod tests;
