use super::{ConfigProblems, Place};

#[test]
fn problems_are_displayed_one_a_line() {
    let place = Place {
        file: "breakers.toml".to_owned(),
        line: Some(3),
        column: Some(1),
    };
    let variable = Place::whole("BREAKER_PAYMENT__THRESHOLD");
    let problems = ConfigProblems::new(vec![place.problem("one"), variable.problem("two")]);
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
fn problems_are_an_error_that_can_be_sent() {
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    error::<ConfigProblems>();
}
