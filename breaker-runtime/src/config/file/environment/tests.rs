use std::ffi::OsString;

use super::{Environment, environment, variable_name};
use crate::config::file::Force;
use crate::config::value::ValueKind;
use crate::config::{Config, Setting};

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
fn variables_are_grouped_by_breaker() {
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
fn each_setting_has_the_position_of_its_variable() {
    let vars = [
        ("BREAKER_PAYMENT__THRESHOLD", "10"),
        ("BREAKER_PAYMENT__FORCE", "open"),
    ];
    let read = read(&vars, &["payment"]).expect("all is right");
    let payment = &read.breakers["payment"];
    assert_eq!(payment.head().file, "BREAKER_PAYMENT__FORCE");
    assert_eq!(payment.force_position().file, "BREAKER_PAYMENT__FORCE");
    let position = payment.position(Setting::Threshold);
    assert_eq!(position.file, "BREAKER_PAYMENT__THRESHOLD");
    assert_eq!((position.line, position.column), (None, None));
    assert_eq!(payment.position(Setting::OpenFor), payment.head());
}

#[test]
fn variables_of_unknown_breakers_are_kept_apart() {
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
fn a_variable_name_is_in_upper_case_with_underscores_for_everything_except_letters_and_digits() {
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
fn a_name_may_contain_two_underscores_in_a_row_and_end_with_one() {
    let vars = [
        ("BREAKER_A__B__THRESHOLD", "1"),
        ("BREAKER_C___OPEN_FOR", "2s"),
    ];
    let read = read(&vars, &["a::b", "c/"]).expect("all is right");
    let names: Vec<_> = read.breakers.keys().map(String::as_str).collect();
    assert_eq!(names, ["a::b", "c/"]);
}

#[test]
fn every_setting_can_be_set() {
    for setting in Setting::ALL {
        let value = match setting.kind() {
            ValueKind::Count | ValueKind::Window => "7",
            ValueKind::Rate | ValueKind::Share | ValueKind::Factor => "1",
            ValueKind::Period => "2m",
            ValueKind::Flag => "true",
        };
        let variable = format!("BREAKER_PAYMENT__{}", setting.name().to_ascii_uppercase());
        let read = read(&[(&variable, value)], &["payment"]).expect("all is right");
        let given: Vec<_> = read.breakers["payment"].config.given().collect();
        assert_eq!(given.len(), 1);
        assert_eq!(given[0].0, setting);
    }
}

#[test]
fn the_message_for_an_unknown_setting_names_the_nearest_one() {
    assert_eq!(
        problems(&[("BREAKER_PAYMENT__TRESHOLD", "1")], &["payment"]),
        ["BREAKER_PAYMENT__TRESHOLD: unknown setting `treshold`; did you mean `threshold`?"]
    );
}

#[test]
fn a_group_is_set_in_a_file_only() {
    assert_eq!(
        problems(&[("BREAKER_PAYMENT__GROUP", "http")], &["payment"]),
        ["BREAKER_PAYMENT__GROUP: `group` belongs in the table of a breaker in a file"]
    );
}

#[test]
fn two_breakers_with_the_same_variable_name_are_reported_once() {
    let vars = [
        ("BREAKER_PAY_X__THRESHOLD", "1"),
        ("BREAKER_PAY_X__OPEN_FOR", "1s"),
    ];
    assert_eq!(
        problems(&vars, &["pay-x", "mail", "pay.x", "pay-x"]),
        [
            "BREAKER_PAY_X__OPEN_FOR: `PAY_X` is the form of two breakers, `pay-x` and `pay.x`: use a \
             file to configure them"
        ]
    );
    // No variable is for them.
    let read = read(
        &[("BREAKER_MAIL__THRESHOLD", "1")],
        &["pay-x", "mail", "pay.x"],
    );
    assert!(read.is_ok());
}

#[test]
fn all_problems_are_reported_at_once_in_the_order_of_the_variables() {
    let vars = [
        ("BREAKER_PAYMENT__WINDOW", "soon"),
        ("BREAKER_PAYMENT__FORCE", "opne"),
        ("BREAKER_MAIL__BACKOFF", "0.5"),
    ];
    assert_eq!(
        problems(&vars, &["payment"]),
        [
            "BREAKER_MAIL__BACKOFF: `backoff` must be at least 1 and finite, not 0.5",
            "BREAKER_PAYMENT__FORCE: `force` must be `open`, `closed` or `off`, not \"opne\"",
            "BREAKER_PAYMENT__WINDOW: `window`: expected a duration such as `60s` or a whole number \
             of calls, or `off`",
        ]
    );
}

#[test]
fn lower_case_letters_and_other_characters_are_a_mistake() {
    assert_eq!(
        problems(&[("BREAKER_payment__threshold", "1")], &["payment"]),
        [
            "BREAKER_payment__threshold: a variable is in upper case, with `_` for everything \
             except letters and digits; did you mean `BREAKER_PAYMENT__THRESHOLD`?"
        ]
    );
    assert_eq!(
        problems(&[("BREAKER_PAY-X__THRESHOLD", "1")], &["pay-x"]),
        [
            "BREAKER_PAY-X__THRESHOLD: a variable is in upper case, with `_` for everything \
             except letters and digits; did you mean `BREAKER_PAY_X__THRESHOLD`?"
        ]
    );
}

#[test]
fn a_setting_in_another_spelling_is_advised_by_its_name() {
    for word in [
        "openFor",
        "OpenFor",
        "open-for",
        "resetTimeout",
        "cool_off_time",
    ] {
        let variable = format!("BREAKER_PAYMENT__{word}");
        let problems = problems(&[(&variable, "1s")], &["payment"]);
        let advice = "did you mean `BREAKER_PAYMENT__OPEN_FOR`?";
        assert!(problems[0].ends_with(advice), "{problems:?}");
    }
}

#[test]
fn a_variable_without_a_breaker_name_is_a_mistake() {
    assert_eq!(
        problems(&[("BREAKER___THRESHOLD", "1")], &["payment"]),
        [
            "BREAKER___THRESHOLD: missing breaker name before `__`; the variable for all breakers is \
             `BREAKER__THRESHOLD`"
        ]
    );
}

#[test]
fn a_variable_without_a_breaker_is_for_all_breakers() {
    let vars = [
        ("BREAKER__THRESHOLD", "10"),
        ("BREAKER__FORCE", "closed"),
        ("BREAKER__X__THRESHOLD", "3"),
    ];
    let read = read(&vars, &["payment", "_x"]).expect("all is right");
    let default = read.default.expect("two variables are for all breakers");
    assert_eq!(default.config, Config::new().threshold(10));
    assert_eq!(default.force, Some(Force::Closed));
    assert_eq!(default.force_position().file, "BREAKER__FORCE");
    assert_eq!(
        default.position(Setting::Threshold).file,
        "BREAKER__THRESHOLD"
    );
    assert_eq!(read.breakers["_x"].config, Config::new().threshold(3));
}

#[test]
fn mistakes_in_variables_for_all_breakers_are_reported() {
    assert_eq!(
        problems(
            &[
                ("BREAKER__TRESHOLD", "1"),
                ("BREAKER__JITTER", "7"),
                ("BREAKER__openFor", "1s"),
                ("BREAKER_MAX_OPEN_FOR", "1s"),
                ("BREAKER_FORCE", "closed"),
                ("BREAKER_CALL_TIMEOUT", "1s"),
                ("BREAKER__CALL_TIMEOUT", "1s"),
            ],
            &["payment"]
        ),
        [
            "BREAKER_FORCE: two `_` separate the breaker from the setting; did you mean \
             `BREAKER__FORCE`?",
            "BREAKER_MAX_OPEN_FOR: two `_` separate the breaker from the setting; did you mean \
             `BREAKER__MAX_OPEN_FOR`?",
            "BREAKER__CALL_TIMEOUT: `call_timeout` cannot be set for all breakers: set it for each breaker",
            "BREAKER__JITTER: `jitter` must lie between 0 and 1, not 7",
            "BREAKER__TRESHOLD: unknown setting `treshold`; did you mean `threshold`?",
            "BREAKER__openFor: a variable is in upper case, with `_` for everything except letters \
             and digits; did you mean `BREAKER__OPEN_FOR`?",
        ]
    );
}

#[test]
fn a_single_underscore_before_a_setting_is_reported_and_other_variables_are_ignored() {
    let others = [
        ("BREAKER_CONFIG", "x"),
        ("BREAKER_PORT_80_TCP", "y"),
        ("BREAKER_", "z"),
    ];
    assert_eq!(read(&others, &["payment"]), Ok(Environment::default()));
    assert_eq!(
        problems(&[("BREAKER_PAYMENT_OPEN_FOR", "1s")], &["payment"]),
        [
            "BREAKER_PAYMENT_OPEN_FOR: two `_` separate the breaker from the setting; did you mean \
             `BREAKER_PAYMENT__OPEN_FOR`?"
        ]
    );
}

#[cfg(unix)]
#[test]
fn text_that_is_not_unicode_is_a_problem_only_in_variables_of_breakers() {
    use std::os::unix::ffi::OsStringExt as _;

    let bytes = || OsString::from_vec(vec![b'1', 0xff]);
    let variable = |name: &str| (OsString::from(name), bytes());
    let vars = [
        variable("OTHER"),
        variable("BREAKER_PAYMENT__THRESHOLD"),
        (bytes(), bytes()),
    ];
    let problems = environment(vars, &["payment"]).expect_err("it is not Unicode");
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["BREAKER_PAYMENT__THRESHOLD: the value is not valid Unicode"]
    );
}
