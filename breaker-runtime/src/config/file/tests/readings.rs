//! Random texts near the grammar: what a message advises is what a second reading of the text finds.

use proptest::prelude::*;

use super::{advised, variable};
use crate::config::{Config, Setting};

/// The seconds of a unit.
fn unit(name: &str) -> Option<f64> {
    Some(match name.to_lowercase().as_str() {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        "w" => 604_800.0,
        _ => return None,
    })
}

/// All numbers that a text can mean.
fn numbers(text: &str) -> Vec<f64> {
    let text = text.trim_start_matches('+').replace('_', "");
    if !text.contains(|letter: char| letter.is_ascii_digit()) {
        return Vec::new();
    }
    // A comma separates groups of three digits, or the fraction.
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',').skip(1);
    let thousands = groups.all(|group| group.len() == 3) && !text.starts_with('0');
    let thousands = thousands.then(|| text.replace(',', ""));
    let readings = [Some(text.replace(',', ".")), thousands];
    let readings = readings.into_iter().flatten();
    let mut numbers: Vec<f64> = readings.filter_map(|text| text.parse().ok()).collect();
    numbers.dedup();
    numbers
}

/// Cuts a text into numbers and the words between them.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let kind = |letter: char| letter.is_ascii_digit() || "+.,_".contains(letter);
    for letter in text.chars().filter(|letter| *letter != ' ') {
        match tokens.last_mut() {
            Some(last) if last.ends_with(kind) == kind(letter) => last.push(letter),
            _ => tokens.push(letter.to_string()),
        }
    }
    tokens
}

/// All durations that a text can mean, in seconds.
fn readings(text: &str) -> Vec<f64> {
    let text = text.trim();
    if let Some(inside) = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    {
        return readings(inside);
    }
    let whole = numbers(text)
        .into_iter()
        .flat_map(|number| [number / 1e3, number]);
    let fields: Vec<f64> = text
        .split(':')
        .filter_map(|field| field.parse().ok())
        .collect();
    let clock = match fields.as_slice() {
        [h, m, s] if text.matches(':').count() == 2 => vec![h * 3600.0 + m * 60.0 + s],
        [d, h, m, s] if text.matches(':').count() == 3 => {
            vec![d * 86_400.0 + h * 3600.0 + m * 60.0 + s]
        }
        _ => Vec::new(),
    };
    let days = text
        .split_once('.')
        .filter(|(_, time)| time.matches(':').count() == 2);
    let days = days.into_iter().flat_map(|(days, time)| {
        let time = readings(time).into_iter();
        time.filter_map(|time| Some(days.parse::<f64>().ok()? * 86_400.0 + time))
    });
    // `T` separates days from the time of day, and has no value.
    let plain = text
        .strip_prefix(['P', 'p'])
        .map(|text| text.replace(['T', 't'], ""));
    let amounts = sums(&tokens(plain.as_deref().unwrap_or(text)));
    whole.chain(clock).chain(days).chain(amounts).collect()
}

/// All sums of numbers with units.
fn sums(tokens: &[String]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for pair in tokens.chunks(2) {
        let [number, word] = pair else {
            return Vec::new();
        };
        let Some(unit) = unit(word) else {
            return Vec::new();
        };
        let numbers = numbers(number.trim_start_matches(','));
        let added = |sum: &f64| {
            numbers
                .iter()
                .map(|number| sum + number * unit)
                .collect::<Vec<_>>()
        };
        sums = sums.iter().flat_map(added).collect();
    }
    sums
}

fn seconds(config: &Config) -> f64 {
    let period: Option<std::time::Duration> = config.get(Setting::OpenFor);
    period.expect("it is given").as_secs_f64()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 20 } else { 2000 }))]

    #[test]
    fn what_a_message_advises_is_a_reading_of_the_text(
        text in "\"?[P+-]?(T?[0-9]{0,3}[.,_:]?[0-9]{1,3}[.:]?[ ]?(ms|s|m|h|d|w|us|µs|ns|sec|min|H|M|S|D|W|x)?[ ,]?){1,3}\"?",
    ) {
        let Err(message) = variable("open_for", &text) else {
            return Ok(());
        };
        let advised = advised(&message);
        let expected = readings(&text);
        for form in &advised {
            let read = variable("open_for", form);
            prop_assert!(read.is_ok(), "{:?}: {}", text, message);
            let read = read.as_ref().map(seconds).unwrap_or_default();
            let near = |other: &f64| (read - other).abs() <= 2e-9 + read * 1e-12;
            prop_assert!(expected.iter().any(near), "{:?}: {} {:?}", text, message, expected);
        }
        // One form means one reading: several readings are asked about, or get no advice.
        if let [_] = advised.as_slice() {
            let far = |other: &f64| (other - expected[0]).abs() > 2e-9 + other * 1e-12;
            prop_assert!(!expected.iter().any(far), "{:?}: {} {:?}", text, message, expected);
        }
    }
}
