use super::{Problem, did_you_mean, shown};

#[test]
fn a_problem_shows_its_file_and_line() {
    assert_eq!(Problem::at("a.csv", 3, "bad").to_string(), "a.csv:3: bad");
    assert_eq!(Problem::of_file("a.csv", "bad").to_string(), "a.csv: bad");
}

#[test]
fn a_similar_word_is_suggested_and_another_is_not() {
    let known = ["status", "took", "request_time"];
    assert_eq!(did_you_mean("statsu", known), "; did you mean `status`?");
    assert_eq!(
        did_you_mean("requesttime", known),
        "; did you mean `request_time`?"
    );
    assert_eq!(did_you_mean("zebra", known), "");
}

#[test]
fn a_long_or_binary_text_is_shown_in_one_short_line() {
    assert_eq!(shown(&"x".repeat(100)).chars().count(), 61);
    assert_eq!(shown("a\nb"), "a\u{fffd}b");
}
