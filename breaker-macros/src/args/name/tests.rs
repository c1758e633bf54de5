use super::check;

const NAMES: &[(&str, Result<(), &str>)] = include!("../../../../tests/tables/names.rs");

#[test]
fn names_follow_the_table_that_the_runtime_shares() {
    for (name, expected) in NAMES {
        assert_eq!(check(name), expected.map_err(str::to_owned), "{name:?}");
    }
}
