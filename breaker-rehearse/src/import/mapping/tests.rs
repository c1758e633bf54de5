use super::{Mapping, Target};
use crate::time::Unit;

fn completed(mapping: &str, columns: &[&str]) -> Vec<(Target, String, Option<Unit>)> {
    let mapping: Mapping = match mapping {
        "" => Mapping::default(),
        text => text.parse().expect("a mapping"),
    };
    let columns: Vec<_> = columns.iter().copied().map(str::to_owned).collect();
    let all = mapping.completed(&Mapping::default(), &columns);
    all.columns
        .into_iter()
        .map(|it| (it.target, it.column, it.unit))
        .collect()
}

#[test]
fn the_usual_names_are_found_with_their_units() {
    let found = completed("", &["Timestamp", "duration_ms", "status", "key"]);
    let expected = [
        (Target::Status, "status".to_owned(), None),
        (Target::At, "Timestamp".to_owned(), None),
        (Target::Took, "duration_ms".to_owned(), Some(Unit::Millis)),
        (Target::Key, "key".to_owned(), None),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_start_and_an_end_make_a_duration_needless() {
    let found = completed("", &["started", "ended", "outcome"]);
    let targets: Vec<_> = found.into_iter().map(|it| it.0).collect();
    assert_eq!(targets, [Target::Outcome, Target::At, Target::End]);
}

#[test]
fn a_column_that_is_mapped_keeps_others_from_judging() {
    let found = completed("status=code", &["at", "took", "outcome", "code"]);
    assert!(found.iter().all(|it| it.0 != Target::Outcome));
}

#[test]
fn mistakes_in_a_mapping_say_what_is_possible() {
    let error = |text: &str| text.parse::<Mapping>().expect_err("a mistake");
    assert_eq!(
        error("tok=x"),
        "`tok` is nothing that a column can say; did you mean `took`?; possible are at, end, took, outcome, status, \
         grpc, flags, key"
    );
    assert_eq!(error("took=x:h"), "`h` is not a unit: s, ms, us or ns");
    assert_eq!(error("took="), "`took=` names no column");
    assert_eq!(error("took=x,took=y"), "`took` is mapped twice");
    assert_eq!(
        error("at=a,end=b,took=c"),
        "map two of `at`, `end` and `took`: the third follows from them"
    );
    assert!(error("took").starts_with("`took` is not of the form WHAT=COLUMN"));
}
