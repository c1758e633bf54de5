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
        assert_eq!(judge.of_status(text), Ok(outcome), "{text}");
    }
    for text in ["-", "", "99", "600", "abc"] {
        assert_eq!(
            judge.of_status(text),
            Err(format!("`{text}` is not an HTTP status"))
        );
    }
    let error = judge.of_status("success").expect_err("a mistake");
    assert!(error.ends_with("`--map outcome=COLUMN`?"), "{error}");
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
    assert_eq!(judge.of_word("OK"), Ok(Success));
    assert_eq!(judge.of_word("Timed-Out"), Ok(TIMED_OUT));
    assert_eq!(judge.of_word("STATUS_CODE_ERROR"), Ok(FAILURE));
    assert_eq!(
        judge.of_word("sucess"),
        Err("unknown outcome `sucess`; did you mean `success`?; known are success, failure, timed_out, panicked, trip, \
             ignored, dropped, cancelled, rejected; say what it means with `--outcome 'sucess=failure'`"
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
    assert_eq!(judge.of_status("400"), Ok(Ignored));
    assert_eq!(judge.of_status("404"), Ok(FAILURE));
    assert_eq!(judge.of_word("Declined"), Ok(Success));
    assert_eq!(judge.of_word("ok"), Ok(FAILURE));
    assert_eq!(judge.of_code("14"), Ok(Trip));
}

#[test]
fn the_status_0_means_something_only_where_it_is_said_or_known() {
    let error = judge(&[]).of_status("0").expect_err("unknown");
    assert!(
        error.starts_with("the status 0 is not HTTP; say what it means"),
        "{error}"
    );
    assert_eq!(judge(&["0=failure"]).of_status("000"), Ok(FAILURE));
    assert_eq!(Judge::new(Vec::new(), true).of_status("0"), Ok(Dropped));
}

#[test]
fn a_number_can_be_a_word_as_the_advice_says() {
    let error = judge(&[]).of_word("1").expect_err("unknown");
    assert!(
        error.ends_with("say what it means with `--outcome '1=failure'`"),
        "{error}"
    );
    let judge = judge(&["1=failure", "0=success"]);
    assert_eq!(
        (judge.of_word("1"), judge.of_word("0")),
        (Ok(FAILURE), Ok(Success))
    );
}

#[test]
fn rules_that_decide_nothing_are_known() {
    let judge = judge(&["5xx=ignored", "4yx=failure", "404=failure"]);
    assert_eq!(judge.of_status("503"), Ok(Ignored));
    assert_eq!(judge.of_status("404"), Ok(FAILURE));
    assert_eq!(judge.unused().collect::<Vec<_>>(), ["4yx=failure"]);
}
