use std::time::Duration;

use crate::rehearsal::Candidate;

fn problems(text: &str) -> String {
    let problems = Candidate::parse(text);
    problems.expect_err("a mistake").to_string()
}

#[test]
fn settings_are_written_as_in_the_attribute_or_the_file() {
    let text =
        r#"rate: window = "10s", failure_rate = 0.5, min_calls = 1_000, cancel_after = "off","#;
    let candidate = Candidate::parse(text).expect("a candidate");
    assert_eq!(candidate.name(), "rate");
    assert_eq!(candidate.settings().failure_rate, Some(0.5));
    assert_eq!(candidate.settings().min_calls.get(), 1_000);
    assert_eq!(candidate.settings().cancel_after, None);
}

#[test]
fn an_attribute_can_be_pasted_with_its_lines_and_comments() {
    let text = "#[circuit_breaker(\n    name = \"pay, all\", // the bank, \"slow\"\n    threshold = 7,\n    open_for = \"9s\",\n)]";
    let candidate = Candidate::parse(text).expect("a candidate");
    assert_eq!(candidate.name(), "pay, all");
    assert_eq!(candidate.settings().threshold, Some(7));
    assert_eq!(candidate.settings().open_for, Duration::from_secs(9));
}

#[test]
fn an_attribute_can_have_the_name_of_the_candidate_in_front() {
    for text in [
        r#"balanced: #[circuit_breaker(name = "payments", window = "30s", max_failures = 3)]"#,
        r#"balanced: circuit_breaker(name = "payments", window = "30s", max_failures = 3)"#,
        r#"balanced: #[breaker_runtime::circuit_breaker(window = "30s", max_failures = 3)]"#,
    ] {
        let candidate = Candidate::parse(text).expect("a candidate");
        assert_eq!(candidate.name(), "balanced", "{text}");
        assert_eq!(candidate.settings().max_failures, Some(3), "{text}");
    }
}

#[test]
fn settings_of_the_function_are_left_out() {
    let text = r#"circuit_breaker(name = "a", threshold = 7, fallback = pay_later, key = host.name(), fallback_on = any,
        ignore = Err(Error::NotFound | Error::Invalid(_, _)), open_for = "9s", crate = breaker_runtime)"#;
    let candidate = Candidate::parse(text).expect("a candidate");
    assert_eq!(candidate.settings().threshold, Some(7));
    assert_eq!(candidate.settings().open_for, Duration::from_secs(9));
}

#[test]
fn a_candidate_without_a_name_is_called_as_its_settings() {
    let candidate = Candidate::parse("threshold = 7").expect("a candidate");
    assert_eq!(candidate.name(), "threshold = 7");
    let default = Candidate::parse("default:").expect("a candidate");
    assert_eq!(default.name(), "default");
}

#[test]
fn each_problem_names_the_candidate_and_the_setting() {
    assert_eq!(
        problems(r#"a: treshold = 5, open_for = "10", window = 0"#),
        "candidate `a`, in `treshold = 5`: unknown setting `treshold`; did you mean `threshold`?\n\
         candidate `a`, in `open_for = \"10\"`: `open_for`: a duration needs a unit, which is `ms`, `s`, `m` or \
         `h`: write `\"10ms\"` or `\"10s\"`\n\
         candidate `a`, in `window = 0`: `window` must hold at least one call and be longer than zero, not 0"
    );
    assert_eq!(
        problems("a: threshold = 5, threshold = 6"),
        "candidate `a`, in `threshold = 6`: `threshold` is set twice"
    );
    assert_eq!(
        problems("a: failure_rate = 0.5"),
        "candidate `a`: `failure_rate` needs a `window`"
    );
    assert_eq!(
        problems("a: force = \"open\""),
        "candidate `a`, in `force = \"open\"`: overrides are not rehearsed: leave `force` out"
    );
}

#[test]
fn a_breaker_in_a_file_has_its_group_and_the_defaults_beneath() {
    let text = "[default]\nopen_for = \"5s\"\nhalf_open_calls = 2\n[groups.banks]\nopen_for = \"6s\"\nthreshold = 3\n\
                [breakers.payment]\ngroup = \"banks\"\nthreshold = 4\n";
    let read = Candidate::from_file("new", text, "a.toml", "payment").expect("a candidate");
    let settings = read.settings();
    assert_eq!(settings.open_for, Duration::from_secs(6));
    assert_eq!(
        (settings.threshold, settings.half_open_calls.get()),
        (Some(4), 2)
    );
}

#[test]
fn settings_of_a_file_that_cannot_be_met_show_their_line() {
    let text = "[breakers.payment]\nthreshold = 4\nfailure_rate = 0.5\n";
    let error = Candidate::from_file("new", text, "a.toml", "payment").expect_err("a mistake");
    assert_eq!(
        error.to_string(),
        "a.toml:3:1: `failure_rate` needs a `window`"
    );
    let error = Candidate::from_file("new", text, "a.toml", "mail").expect_err("a mistake");
    assert_eq!(
        error.to_string(),
        "a.toml: there is no table `[breakers.mail]`; there are payment"
    );
}
