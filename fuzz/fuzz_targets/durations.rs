//! Durations as text: the parser never panics, and a valid text yields the right duration.
#![no_main]

use std::time::Duration;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[path = "../../breaker-macros/src/grammar"]
#[allow(dead_code)]
mod grammar {
    pub(crate) mod advice;
    pub(crate) mod duration;
    pub(crate) mod meaning;
    pub(crate) mod number;
}

use grammar::duration::parse;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Text(&'a str),
    Written(Written<'a>),
}

/// A number with its unit.
#[derive(Arbitrary, Debug)]
struct Written<'a> {
    negative: bool,
    whole: u64,
    fraction: Option<&'a [u8]>,
    spaces: u8,
    unit: Unit,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Unit {
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Minutes => "m",
            Self::Hours => "h",
        }
    }

    fn nanos(self) -> u128 {
        match self {
            Self::Milliseconds => 1_000_000,
            Self::Seconds => 1_000_000_000,
            Self::Minutes => 60_000_000_000,
            Self::Hours => 3_600_000_000_000,
        }
    }
}

impl Written<'_> {
    fn digits(&self) -> String {
        let fraction = self.fraction.unwrap_or_default();
        fraction
            .iter()
            .map(|byte| char::from(b'0' + byte % 10))
            .collect()
    }

    fn text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let digits = self.digits();
        let point = if digits.is_empty() { "" } else { "." };
        let spaces = " ".repeat(self.spaces.into());
        format!(
            "{sign}{}{point}{digits}{spaces}{}",
            self.whole,
            self.unit.name()
        )
    }

    /// Returns the nanoseconds, rounded down, by long division from the last digit to the first.
    fn nanos(&self) -> u128 {
        let unit = self.unit.nanos();
        let behind = |behind, digit: u8| (u128::from(digit - b'0') * unit + behind) / 10;
        u128::from(self.whole) * unit + self.digits().bytes().rev().fold(0, behind)
    }
}

/// The number of digits that the parser reads. All further digits together are worth at most one
/// nanosecond.
const DIGITS: usize = 18;

fn check_text(text: &str) {
    match parse(text) {
        Ok(read) => {
            assert!(!read.is_zero(), "{text:?} is zero");
            assert!(text.is_ascii() && text.starts_with(|first: char| first.is_ascii_digit()));
        }
        Err(mistake) => {
            // Each form that is advised is a duration.
            let message = mistake.message(|form| {
                assert!(parse(form).is_ok(), "{text:?}: {form:?}");
                form.to_owned()
            });
            assert!(!message.contains('\n'), "{message:?}");
        }
    }
}

fn check_written(written: &Written<'_>) {
    let (text, nanos) = (written.text(), written.nanos());
    let read = parse(&text).map(|read| read.as_nanos());
    let longest = Duration::MAX.as_nanos();
    match read {
        Ok(read) if written.digits().len() > DIGITS => assert!(nanos - read <= 1, "{text:?}"),
        Ok(read) => assert_eq!(read, nanos, "{text:?}"),
        Err(_) => assert!(
            written.negative || nanos <= 1 || nanos > longest,
            "{text:?}"
        ),
    }
    assert!(!written.negative || read.is_err(), "{text:?}");
}

fuzz_target!(|input: Input<'_>| {
    match input {
        Input::Text(text) => check_text(text),
        Input::Written(written) => check_written(&written),
    }
});
