use super::Filter;

fn passes(filter: &str, text: &str) -> bool {
    filter
        .parse::<Filter>()
        .expect("a filter")
        .passes(Some(text))
}

#[test]
fn a_column_is_equal_or_different_or_contains_a_part() {
    assert!(passes("host=a=b", "a=b"));
    assert!(!passes("host=a", "b"));
    assert!(passes("host != a", "b"));
    assert!(passes("request~/pay", "GET /pay HTTP/1.1"));
    assert!(!passes("request~/pay", "GET / HTTP/1.1"));
}

#[test]
fn a_line_without_the_column_has_no_text() {
    let filter: Filter = "host!=a".parse().expect("a filter");
    assert!(filter.passes(None));
    assert!("=a".parse::<Filter>().is_err());
}
