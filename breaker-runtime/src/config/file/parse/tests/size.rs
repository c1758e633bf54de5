use std::fmt::Write as _;

use super::{file, parse, problems};

#[test]
fn a_large_file_is_read() {
    let count = if cfg!(miri) { 10 } else { 20_000 };
    let mut text = String::new();
    for number in 0..count {
        // Writing to a `String` cannot fail.
        let _ = write!(
            text,
            "[breakers.b{number}]\nthreshold = 5\nopen_for = \"30s\"\n"
        );
    }
    assert_eq!(file(&text).breakers.len(), count);
    let wrong = text.replace("threshold", "treshold");
    assert_eq!(problems(&wrong).len(), count);
}

#[test]
fn a_megabyte_of_anything_is_read_in_time() {
    let times = if cfg!(miri) { 100 } else { 1_000_000 };
    for part in [
        "[", "x=[", "x={a=", "a.", "[a.", "\"", "=", "]", "a\n", "a=1,", "{", "\u{e9}",
    ] {
        let text = part.repeat(times / part.len());
        assert!(parse(&[("b.toml", &text)]).is_err(), "{part:?}");
    }
    let wrong = format!("default = {{ {} }}", "a = 1, 'b' = 2, ".repeat(times / 16));
    assert!(parse(&[("b.toml", &wrong)]).is_err());
    let mut keys = "default = { ".to_owned();
    for key in 0..times / 16 {
        // Writing to a `String` cannot fail.
        let _ = write!(keys, "ä{key} = 1, ");
    }
    assert!(parse(&[("b.toml", &(keys + "}"))]).is_err());
}

#[test]
fn nested_tables_do_not_overflow_the_stack() {
    let deep = |levels: usize| format!("x = {}1{}", "{ a = ".repeat(levels), " }".repeat(levels));
    let most = if cfg!(miri) { 200 } else { 50_000 };
    for levels in [10, 79, 80, 81, most] {
        assert!(parse(&[("b.toml", &deep(levels))]).is_err());
        assert!(parse(&[("b.toml", &format!("[default]\nramp.{}", deep(levels)))]).is_err());
    }
}
