use super::{ConfigProblems, Position};

#[test]
fn problems_are_displayed_on_a_line_each() {
    let position = Position {
        file: "breakers.toml".to_owned(),
        line: Some(3),
        column: Some(1),
    };
    let variable = Position::whole("BREAKER_PAYMENT__THRESHOLD");
    let problems = ConfigProblems::new(vec![position.problem("one"), variable.problem("two")]);
    assert_eq!(
        problems.to_string(),
        "breakers.toml:3:1: one\nBREAKER_PAYMENT__THRESHOLD: two"
    );
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(3), None]);
    assert_eq!((&problems).into_iter().count(), 2);
    assert_eq!(problems.into_iter().count(), 2);
}

#[test]
fn problems_are_an_error_that_is_send_and_sync() {
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    error::<ConfigProblems>();
}
