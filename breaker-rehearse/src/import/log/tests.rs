use super::{bare, fields, pair};

fn split(line: &str) -> Vec<String> {
    let text = |it: &[u8]| String::from_utf8_lossy(it).into_owned();
    fields(line.as_bytes()).map(bare).map(text).collect()
}

#[test]
fn quotes_and_brackets_hold_a_field_together() {
    let line = r#"::1 - - [03/Nov/2026:10:00:00 +0100] "GET /a \"b\" HTTP/1.1" 200 - "-" 0.002"#;
    let expected = [
        "::1",
        "-",
        "-",
        "03/Nov/2026:10:00:00 +0100",
        r#"GET /a \"b\" HTTP/1.1"#,
        "200",
        "-",
        "-",
        "0.002",
    ];
    assert_eq!(split(line), expected);
}

#[test]
fn quotes_that_are_not_closed_end_with_the_line() {
    assert_eq!(split(r#"a "b c"#), ["a", r#""b c"#]);
    assert_eq!(split(r#"a "b\"#), ["a", r#""b\"#]);
    assert_eq!(split("  "), [""; 0]);
}

#[test]
fn a_pair_has_a_name_and_a_value_that_may_be_quoted() {
    let line = r#"rt=0.1 uct="0.0, 0.1" url=/a?b=c"#;
    let fields: Vec<_> = fields(line.as_bytes()).collect();
    assert_eq!(fields.len(), 3);
    assert_eq!(pair(fields[1]), Some(("uct", &b"\"0.0, 0.1\""[..])));
    assert_eq!(pair(b"/a?b=c"), None);
}
