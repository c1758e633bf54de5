//! Durations in other notations, made from their meaning.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{advised, file, variable};
use crate::config::{Config, Setting};

/// The names of a unit in several notations, and its nanoseconds. The larger unit comes first.
const UNITS: &[(&[&str], u128)] = &[
    (&["w", "weeks", "Week"], 604_800_000_000_000),
    (&["d", "days", "Day"], 86_400_000_000_000),
    (&["h", "hr", "HOURS"], 3_600_000_000_000),
    (&["m", "min", "Minutes"], 60_000_000_000),
    (&["s", "sec", "Seconds"], 1_000_000_000),
    (&["ms", "millis", "MSecs"], 1_000_000),
    (&["us", "µs", "micros"], 1_000),
    (&["ns", "nanos", "Nanoseconds"], 1),
];

/// A text, and the nanoseconds that it means.
type Written = (String, u128);

/// A number in one of several spellings, with thousandths.
fn number() -> impl Strategy<Value = (String, u128)> {
    let spelling = select(vec![
        "plain",
        "plus",
        "underscore",
        "fraction",
        "comma",
        "exponent",
    ]);
    (1_u128..100_000, spelling).prop_map(|(number, spelling)| match spelling {
        "plus" => (format!("+{number}"), number * 1000),
        "underscore" => (format!("{number}_0"), number * 10_000),
        "fraction" => (format!(".{:03}", number % 1000), number % 1000),
        "comma" => (format!("{number},5"), number * 1000 + 500),
        "exponent" => (format!("{number}e1"), number * 10_000),
        _ => (number.to_string(), number * 1000),
    })
}

/// Numbers and units in a row, as in `1h 30min`.
fn amounts() -> impl Strategy<Value = Written> {
    let units: Vec<usize> = (0..UNITS.len()).collect();
    let parts = subsequence(units, 1..=4).prop_flat_map(|units| {
        let numbers = proptest::collection::vec((number(), 0_usize..3), units.len());
        (Just(units), numbers)
    });
    let separators = (select(vec!["", " "]), select(vec!["", " ", ", ", " and "]));
    (parts, separators).prop_map(|((units, numbers), (inside, between))| {
        let (mut texts, mut nanos) = (Vec::new(), 0);
        for (unit, ((number, thousandths), name)) in units.into_iter().zip(numbers) {
            let (names, size) = UNITS[unit];
            texts.push(format!("{number}{inside}{}", names[name]));
            nanos += thousandths * size;
        }
        (texts.join(between), nanos / 1000)
    })
}

/// The notation of ISO 8601.
fn iso() -> impl Strategy<Value = Written> {
    let fields = (0_u128..10, 0_u128..30, 0_u128..80, 0_u128..100_000);
    fields.prop_map(|(days, hours, minutes, millis)| {
        let (seconds, rest) = (millis / 1000, millis % 1000);
        let text = format!("P{days}DT{hours}H{minutes}M{seconds}.{rest:03}S");
        let all = ((days * 24 + hours) * 60 + minutes) * 60_000 + millis;
        (text, all * 1_000_000)
    })
}

/// The notation of .NET.
fn clock() -> impl Strategy<Value = Written> {
    let fields = (0_u128..10, 0_u128..24, 0_u128..60, 0_u128..60_000);
    fields.prop_map(|(days, hours, minutes, millis)| {
        let (seconds, rest) = (millis / 1000, millis % 1000);
        let text = format!("{days}.{hours:02}:{minutes:02}:{seconds:02}.{rest:03}");
        let all = ((days * 24 + hours) * 60 + minutes) * 60_000 + millis;
        (text, all * 1_000_000)
    })
}

fn open_for(config: &Config) -> u128 {
    let period: Option<std::time::Duration> = config.get(Setting::OpenFor);
    period.expect("it is given").as_nanos()
}

proptest! {
    #[test]
    fn a_duration_in_another_notation_is_read_or_advised(
        (text, nanos) in prop_oneof![amounts(), iso(), clock()],
    ) {
        let read = match variable("open_for", &text) {
            Ok(read) => Ok(read),
            Err(message) => {
                let forms = advised(&message);
                prop_assert_eq!(forms.len(), usize::from(nanos > 0), "{}: {}", text, message);
                let in_file = file(&format!("open_for = \"{text}\"")).expect_err("it is the same text");
                let in_file = advised(&in_file).first().map(|form| file(&format!("open_for = {form}")));
                let read = forms.first().map(|form| variable("open_for", form));
                prop_assert_eq!(&in_file, &read);
                read.unwrap_or(Err(message))
            }
        };
        match read {
            Ok(config) => prop_assert_eq!(open_for(&config), nanos, "{}", text),
            Err(message) => prop_assert_eq!(nanos, 0, "{}: {}", text, message),
        }
    }
}
