use breaker_runtime::FailureKind;
use breaker_runtime::rehearsal::CallOutcome::{self, *};

use super::{FAILURE, Judge};

fn judge(rules: &[&str]) -> Judge {
    let rules = rules.iter().map(|it| it.parse().expect("a rule"));
    Judge::new(rules.collect(), false)
}

const TIMED_OUT: CallOutcome = Failure(FailureKind::TimedOut);

#[test]
fn statuses_are_judged_as_the_classifiers_of_the_runtime_judge_them() {
    let judge = judge(&[]);
    for (text, outcome) in [
        ("200", Success),
        ("404", Success),
        ("408", Success),
        ("429", FAILURE),
        ("503", FAILURE),
        ("499", Dropped),
        ("502, 200", Success),
        ("200 : 504", FAILURE),
    ] {
        assert_eq!(judge.of_status(text, "code"), Ok(outcome), "{text}");
    }
    for text in ["-", "", "99", "600", "abc"] {
        let error = judge.of_status(text, "code").expect_err("a mistake");
        let start = format!("`{text}` is not an HTTP status");
        assert!(error.starts_with(&start), "{error}");
    }
}

#[test]
fn a_word_in_place_of_a_status_has_the_meaning_of_its_rule() {
    assert_eq!(
        judge(&[]).of_status("timeout", "code"),
        Err("`timeout` is not an HTTP status; say what it means with `--outcome timeout=timed_out`, or map a column that \
             has only words with `--map outcome=code`"
            .to_owned())
    );
    assert_eq!(
        judge(&[]).of_status("connection reset", "code"),
        Err("`connection reset` is not an HTTP status; say what it means with `--outcome 'connection reset=failure'`".to_owned())
    );
    let judge = judge(&[
        "timeout=timed_out",
        "connection reset=failure",
        "600=ignored",
    ]);
    assert_eq!(judge.of_status("timeout", "code"), Ok(TIMED_OUT));
    assert_eq!(judge.of_status("Connection Reset", "code"), Ok(FAILURE));
    assert_eq!(judge.of_status("600", "code"), Ok(Ignored));
    assert_eq!(judge.of_status("503", "code"), Ok(FAILURE));
}

#[test]
fn a_status_in_place_of_a_word_is_recognized() {
    assert_eq!(
        judge(&[]).of_word("200", "code"),
        Err(
            "`200` is an HTTP status and not a word; map the column with `--map status=code`"
                .to_owned()
        )
    );
    assert_eq!(judge(&["200=success"]).of_word("200", "code"), Ok(Success));
}

#[test]
fn codes_of_grpc_have_numbers_and_names() {
    let judge = judge(&[]);
    for (text, outcome) in [
        ("0", Success),
        ("OK", Success),
        ("NOT_FOUND", Success),
        ("NotFound", Success),
        ("1", Ignored),
        ("14", FAILURE),
        ("Unavailable", FAILURE),
        ("DEADLINE_EXCEEDED", TIMED_OUT),
    ] {
        assert_eq!(judge.of_code(text), Ok(outcome), "{text}");
    }
    assert_eq!(
        judge.of_code("UNAVAILIBLE"),
        Err("`UNAVAILIBLE` is not a code of gRPC; did you mean `unavailable`?".to_owned())
    );
    assert!(judge.of_code("17").is_err());
}

#[test]
fn words_are_known_in_any_case_and_unknown_words_are_errors() {
    let judge = judge(&[]);
    assert_eq!(judge.of_word("OK", "code"), Ok(Success));
    assert_eq!(judge.of_word("Timed-Out", "code"), Ok(TIMED_OUT));
    assert_eq!(judge.of_word("STATUS_CODE_ERROR", "code"), Ok(FAILURE));
    assert_eq!(
        judge.of_word("sucess", "code"),
        Err("unknown outcome `sucess`; did you mean `success`?; known are success, failure, timed_out, panicked, trip, \
             ignored, dropped, cancelled, rejected; say what it means with `--outcome sucess=failure`"
            .to_owned())
    );
}

#[test]
fn flags_of_envoy_say_what_a_status_does_not() {
    let judge = judge(&[]);
    assert_eq!(judge.of_flags("-"), None);
    assert_eq!(judge.of_flags("UO"), Some(Rejected));
    assert_eq!(judge.of_flags("URX,UT"), Some(TIMED_OUT));
    assert_eq!(judge.of_flags("DC"), Some(Dropped));
}

#[test]
fn later_rules_override_earlier_ones_and_the_tables() {
    let judge = judge(&[
        "400-499=ignored",
        "404=failure",
        "declined=success",
        "ok=failure",
        "unavailable=trip",
    ]);
    assert_eq!(judge.of_status("400", "code"), Ok(Ignored));
    assert_eq!(judge.of_status("404", "code"), Ok(FAILURE));
    assert_eq!(judge.of_word("Declined", "code"), Ok(Success));
    assert_eq!(judge.of_word("ok", "code"), Ok(FAILURE));
    assert_eq!(judge.of_code("14"), Ok(Trip));
}

#[test]
fn the_status_0_means_something_only_where_it_is_said_or_known() {
    let error = judge(&[]).of_status("0", "code").expect_err("unknown");
    assert!(
        error.starts_with("the status 0 is not HTTP; say what it means"),
        "{error}"
    );
    assert_eq!(judge(&["0=failure"]).of_status("000", "code"), Ok(FAILURE));
    assert_eq!(
        Judge::new(Vec::new(), true).of_status("0", "code"),
        Ok(Dropped)
    );
}

#[test]
fn a_number_can_be_a_word_as_the_advice_says() {
    let error = judge(&[]).of_word("1", "code").expect_err("unknown");
    assert!(
        error.ends_with("say what it means with `--outcome 1=failure`"),
        "{error}"
    );
    let judge = judge(&["1=failure", "0=success"]);
    assert_eq!(
        (judge.of_word("1", "code"), judge.of_word("0", "code")),
        (Ok(FAILURE), Ok(Success))
    );
}

#[test]
fn rules_that_decide_nothing_are_known() {
    let judge = judge(&["5xx=ignored", "4yx=failure", "404=failure"]);
    assert_eq!(judge.of_status("503", "code"), Ok(Ignored));
    assert_eq!(judge.of_status("404", "code"), Ok(FAILURE));
    assert_eq!(judge.unused().collect::<Vec<_>>(), ["4yx=failure"]);
}
