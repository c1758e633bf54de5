use std::ffi::OsString;

use super::{Environment, environment, variable_name};
use crate::config::file::Force;
use crate::config::{Config, Key};

fn read(vars: &[(&str, &str)], names: &[&str]) -> Result<Environment, Vec<String>> {
    let vars = vars
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    environment(vars, names).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn problems(vars: &[(&str, &str)], names: &[&str]) -> Vec<String> {
    read(vars, names).expect_err("something is wrong")
}

#[test]
fn variables_are_put_together_by_breaker() {
    let vars = [
        ("PATH", "/bin"),
        ("BREAKER_PAYMENT__THRESHOLD", "10"),
        ("BREAKER_PAY_X_EU__FORCE", "open"),
        ("BREAKER_PAYMENT__CANCEL_AFTER", "off"),
        ("BREAKER_MAIL__FORCE", "off"),
        ("BREAKER_PAYMENT__FORCE", "closed"),
    ];
    let names = ["payment", "pay:x/eu", "mail", "idle"];
    let read = read(&vars, &names).expect("all is right");
    assert!(read.unknown.is_empty());
    let names: Vec<_> = read.breakers.keys().map(String::as_str).collect();
    assert_eq!(names, ["mail", "pay:x/eu", "payment"]);
    let payment = &read.breakers["payment"];
    assert_eq!(
        payment.config,
        Config::new().threshold(10).cancel_after(None)
    );
    let forces = read.breakers.values().map(|section| section.force);
    let forces: Vec<_> = forces.collect();
    assert_eq!(
        forces,
        [Some(Force::Off), Some(Force::Open), Some(Force::Closed)]
    );
}

#[test]
fn each_key_knows_its_variable() {
    let vars = [
        ("BREAKER_PAYMENT__THRESHOLD", "10"),
        ("BREAKER_PAYMENT__FORCE", "open"),
    ];
    let read = read(&vars, &["payment"]).expect("all is right");
    let payment = &read.breakers["payment"];
    assert_eq!(payment.head().file, "BREAKER_PAYMENT__FORCE");
    assert_eq!(payment.force_place().file, "BREAKER_PAYMENT__FORCE");
    let place = payment.place(Key::Threshold);
    assert_eq!(place.file, "BREAKER_PAYMENT__THRESHOLD");
    assert_eq!((place.line, place.column), (None, None));
    assert_eq!(payment.place(Key::OpenFor), payment.head());
}

#[test]
fn what_no_breaker_is_called_is_kept_apart() {
    let read = read(&[("BREAKER_PAYMNET__THRESHOLD", "10")], &["payment"]);
    let read = read.expect("the breaker may appear");
    assert!(read.breakers.is_empty());
    assert_eq!(read.unknown["PAYMNET"].config, Config::new().threshold(10));
    assert_eq!(
        read.unknown["PAYMNET"].head().file,
        "BREAKER_PAYMNET__THRESHOLD"
    );
}

#[test]
fn a_breaker_is_called_in_upper_case_with_lines_for_all_but_letters_and_digits() {
    for (name, variable) in [
        ("payment", "PAYMENT"),
        ("Pay-ment_2.eu:west/1", "PAY_MENT_2_EU_WEST_1"),
        ("a__b", "A__B"),
        ("größe", "GR__E"),
    ] {
        assert_eq!(variable_name(name), variable);
    }
}

#[test]
fn a_name_may_have_two_lines_in_a_row_and_one_at_its_end() {
    let vars = [
        ("BREAKER_A__B__THRESHOLD", "1"),
        ("BREAKER_C___OPEN_FOR", "2s"),
    ];
    let read = read(&vars, &["a::b", "c/"]).expect("all is right");
    let names: Vec<_> = read.breakers.keys().map(String::as_str).collect();
    assert_eq!(names, ["a::b", "c/"]);
}

#[test]
fn every_key_can_be_set() {
    for key in Key::ALL {
        let value = match key {
            Key::Latency | Key::Critical => "true",
            Key::FailureRate | Key::SlowRate | Key::Jitter | Key::Backoff => "1",
            Key::SlowCall
            | Key::OpenFor
            | Key::MaxOpenFor
            | Key::ProbeTimeout
            | Key::Ramp
            | Key::CancelAfter
            | Key::IdleTtl => "2m",
            _ => "7",
        };
        let variable = format!("BREAKER_PAYMENT__{}", key.name().to_ascii_uppercase());
        let read = read(&[(&variable, value)], &["payment"]).expect("all is right");
        let given: Vec<_> = read.breakers["payment"].config.given().collect();
        assert_eq!(given.len(), 1);
        assert_eq!(given[0].0, key);
    }
}

#[test]
fn an_unknown_key_names_the_nearest() {
    assert_eq!(
        problems(&[("BREAKER_PAYMENT__TRESHOLD", "1")], &["payment"]),
        ["BREAKER_PAYMENT__TRESHOLD: unknown setting `treshold`; did you mean `threshold`?"]
    );
}

#[test]
fn two_breakers_that_are_called_the_same_are_named_once() {
    let vars = [
        ("BREAKER_PAY_X__THRESHOLD", "1"),
        ("BREAKER_PAY_X__OPEN_FOR", "1s"),
    ];
    assert_eq!(
        problems(&vars, &["pay-x", "mail", "pay.x", "pay-x"]),
        [
            "BREAKER_PAY_X__OPEN_FOR: the breakers `pay-x` and `pay.x` are both called `PAY_X` \
             here: only a file can tell them apart"
        ]
    );
    // Nobody speaks of them.
    let read = read(
        &[("BREAKER_MAIL__THRESHOLD", "1")],
        &["pay-x", "mail", "pay.x"],
    );
    assert!(read.is_ok());
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_variables() {
    let vars = [
        ("BREAKER_PAYMENT__WINDOW", "soon"),
        ("BREAKER_PAYMENT__FORCE", "opne"),
        ("BREAKER_MAIL__BACKOFF", "0.5"),
    ];
    assert_eq!(
        problems(&vars, &["payment"]),
        [
            "BREAKER_MAIL__BACKOFF: `backoff` must be at least 1 and finite, not 0.5",
            "BREAKER_PAYMENT__FORCE: `force` is \"open\", \"closed\" or \"off\", not \"opne\"",
            "BREAKER_PAYMENT__WINDOW: `window`: a duration is a number and a unit: write `30s`, \
             or \"off\"",
        ]
    );
}

#[test]
fn lower_case_and_other_letters_are_a_mistake() {
    assert_eq!(
        problems(&[("BREAKER_payment__threshold", "1")], &["payment"]),
        [
            "BREAKER_payment__threshold: letters stand in upper case, and `_` for all but letters \
             and digits; did you mean `BREAKER_PAYMENT__THRESHOLD`?"
        ]
    );
    assert_eq!(
        problems(&[("BREAKER_PAY-X__THRESHOLD", "1")], &["pay-x"]),
        [
            "BREAKER_PAY-X__THRESHOLD: letters stand in upper case, and `_` for all but letters \
             and digits; did you mean `BREAKER_PAY_X__THRESHOLD`?"
        ]
    );
}

#[test]
fn a_variable_without_a_name_is_a_mistake() {
    assert_eq!(
        problems(&[("BREAKER___THRESHOLD", "1")], &["payment"]),
        ["BREAKER___THRESHOLD: the name of a breaker stands before `__`"]
    );
}

#[test]
fn one_line_too_few_is_seen_and_other_variables_are_somebody_elses() {
    let others = [
        ("BREAKER_CONFIG", "x"),
        ("BREAKER_PORT_80_TCP", "y"),
        ("BREAKER_", "z"),
    ];
    assert_eq!(read(&others, &["payment"]), Ok(Environment::default()));
    assert_eq!(
        problems(&[("BREAKER_PAYMENT_OPEN_FOR", "1s")], &["payment"]),
        [
            "BREAKER_PAYMENT_OPEN_FOR: two `_` stand before the key; did you mean \
             `BREAKER_PAYMENT__OPEN_FOR`?"
        ]
    );
}

#[cfg(unix)]
#[test]
fn what_is_no_unicode_is_a_problem_of_a_breaker_only() {
    use std::os::unix::ffi::OsStringExt as _;

    let bytes = || OsString::from_vec(vec![b'1', 0xff]);
    let variable = |name: &str| (OsString::from(name), bytes());
    let vars = [
        variable("OTHER"),
        variable("BREAKER_PAYMENT__THRESHOLD"),
        (bytes(), bytes()),
    ];
    let problems = environment(vars, &["payment"]).expect_err("it is no text");
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["BREAKER_PAYMENT__THRESHOLD: the value is no Unicode text"]
    );
}
