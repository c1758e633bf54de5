use super::{advised, file, variable};

/// Values that a setting does not take, as a file has them, each with the value that was meant.
const FILE: &[(&str, &str, &str)] = &[
    ("open_for", "\"PT5S\"", "\"5s\""),
    ("open_for", "\"PT1M\"", "\"60s\""),
    ("open_for", "\".5s\"", "\"500ms\""),
    ("open_for", "\"+5s\"", "\"5s\""),
    ("open_for", "\"00:00:30\"", "\"30s\""),
    ("open_for", "00:00:30", "\"30s\""),
    ("open_for", "\"2d\"", "\"48h\""),
    ("open_for", "'1m30s'", "\"90s\""),
    ("open_for", "\"'30s'\"", "\"30s\""),
    ("slow_call", "\"500us\"", "\"0.5ms\""),
    ("slow_call", "\"OFF\"", "\"off\""),
    ("slow_call", "\"none\"", "\"off\""),
    ("cancel_after", "false", "\"off\""),
    ("window", "\"PT1M\"", "\"60s\""),
    ("window", "\"100 calls\"", "100"),
    ("window", "false", "\"off\""),
    ("threshold", "\"7\"", "7"),
    ("threshold", "7.0", "7"),
    ("threshold", "1e3", "1000"),
    ("threshold", "\"1_000\"", "1000"),
    ("threshold", "\"disabled\"", "\"off\""),
    ("threshold", "false", "\"off\""),
    ("failure_rate", "50", "0.5"),
    ("failure_rate", "33.3", "0.333"),
    ("failure_rate", "100", "1.0"),
    ("failure_rate", "\"50%\"", "0.5"),
    ("failure_rate", "\".5\"", "0.5"),
    ("slow_rate", "80", "0.8"),
    ("jitter", "\"10%\"", "0.1"),
    ("backoff", "\"2\"", "2.0"),
    ("latency", "\"yes\"", "true"),
    ("latency", "0", "false"),
    ("critical", "\"TRUE\"", "true"),
    ("shared", "\"on\"", "true"),
];

/// Texts of variables that a setting does not take, each with the text that was meant.
const VARIABLES: &[(&str, &str, &str)] = &[
    ("open_for", "PT5S", "5s"),
    ("open_for", ".5s", "500ms"),
    ("open_for", "\"30s\"", "30s"),
    ("open_for", "00:00:30", "30s"),
    ("open_for", " 30s", "30s"),
    ("slow_call", "2 Sec", "2s"),
    ("slow_call", "none", "off"),
    ("window", "PT1M", "60s"),
    ("window", "100 calls", "100"),
    ("threshold", "\"7\"", "7"),
    ("threshold", "7.0", "7"),
    ("threshold", "Off", "off"),
    ("failure_rate", "50", "0.5"),
    ("failure_rate", "50%", "0.5"),
    ("failure_rate", "0,5", "0.5"),
    ("jitter", "10%", "0.1"),
    ("backoff", "2,5", "2.5"),
    ("latency", "yes", "true"),
    ("latency", "1", "true"),
    ("critical", "False", "false"),
    ("shared", "yes", "true"),
];

#[test]
fn the_advice_about_a_value_in_a_file_has_the_value_that_was_meant() {
    for (setting, written, meaning) in FILE {
        let message = file(&format!("{setting} = {written}")).expect_err(written);
        let advised = advised(&message);
        let [advice] = advised.as_slice() else {
            panic!("{setting} = {written}: {message}");
        };
        let meant = file(&format!("{setting} = {meaning}"));
        assert_eq!(file(&format!("{setting} = {advice}")), meant, "{message}");
    }
}

#[test]
fn the_advice_about_a_variable_has_the_value_that_was_meant() {
    for (setting, written, meaning) in VARIABLES {
        let message = variable(setting, written).expect_err(written);
        let advised = advised(&message);
        let [advice] = advised.as_slice() else {
            panic!("{setting} = {written}: {message}");
        };
        assert_eq!(
            variable(setting, advice),
            variable(setting, meaning),
            "{message}"
        );
    }
}

#[test]
fn a_number_with_several_meanings_gets_all_of_them() {
    for (setting, written, forms) in [
        (
            "open_for",
            "60000",
            ["\"60000ms\"", "\"60000s\""].as_slice(),
        ),
        ("open_for", "60_000", &["\"60000ms\"", "\"60000s\""]),
        ("open_for", "\"60000\"", &["\"60000ms\"", "\"60000s\""]),
        ("open_for", "1.5", &["\"1.5ms\"", "\"1.5s\""]),
        ("window", "\"100\"", &["100", "\"100ms\"", "\"100s\""]),
        ("window", "100.0", &["100", "\"100ms\"", "\"100s\""]),
        ("window", "1.5", &["\"1.5ms\"", "\"1.5s\""]),
    ] {
        let message = file(&format!("{setting} = {written}")).expect_err(written);
        assert_eq!(advised(&message), forms, "{message}");
    }
    for (setting, written, forms) in [
        ("open_for", "60000", ["60000ms", "60000s"].as_slice()),
        ("window", "1_000", &["1000", "1000ms", "1000s"]),
    ] {
        let message = variable(setting, written).expect_err(written);
        assert_eq!(advised(&message), forms, "{message}");
    }
}

#[test]
fn a_value_without_one_meaning_gets_no_advice() {
    for (setting, written) in [
        ("open_for", "\"soon\""),
        ("open_for", "\"1,000ms\""),
        ("open_for", "\"00:05\""),
        ("open_for", "-5"),
        ("open_for", "0"),
        ("open_for", "inf"),
        ("open_for", "true"),
        ("open_for", "\"Off\""),
        ("open_for", "{ secs = 30 }"),
        ("open_for", "1979-05-27"),
        ("slow_call", "true"),
        ("window", "true"),
        ("window", "-1.5"),
        ("threshold", "\"many\""),
        ("threshold", "7.5"),
        ("threshold", "0"),
        ("failure_rate", "1.5"),
        ("failure_rate", "-50"),
        ("failure_rate", "nan"),
        ("failure_rate", "\"0\""),
        ("jitter", "20"),
        ("jitter", "true"),
        ("backoff", "0.5"),
        ("latency", "2"),
        ("latency", "\"1s\""),
        ("min_calls", "false"),
    ] {
        let message = file(&format!("{setting} = {written}")).expect_err(written);
        assert_eq!(advised(&message), [""; 0], "{message}");
    }
}

#[test]
fn an_override_in_another_spelling_is_advised() {
    for (written, word) in [
        ("\"OPEN\"", "\"open\""),
        ("\"forced_open\"", "\"open\""),
        ("\"Closed\"", "\"closed\""),
        ("\"Off\"", "\"off\""),
    ] {
        let message = file(&format!("force = {written}")).expect_err(written);
        assert_eq!(advised(&message), [word], "{message}");
        assert!(file(&format!("force = {word}")).is_ok());
    }
    for written in ["\"half_open\"", "true", "\"none\""] {
        let message = file(&format!("force = {written}")).expect_err(written);
        assert_eq!(advised(&message), [""; 0], "{message}");
    }
    let message = variable("force", "Open").expect_err("the case differs");
    assert_eq!(advised(&message), ["open"]);
}
