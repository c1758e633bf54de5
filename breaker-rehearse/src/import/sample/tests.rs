use super::{format, sample};
use crate::import::Format;

#[test]
fn one_broken_line_does_not_decide_the_format() {
    let json = b"ut off\"}\n{\"at\":1}\n{\"at\":2}\n{\"at\":3";
    let lines = sample(json);
    assert_eq!(lines.len(), 3);
    assert_eq!(format(&lines), Format::Json);
    let nginx = b"broken\n::1 - - [03/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 5\n\n::1 - - [03/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 5\n";
    assert_eq!(format(&sample(nginx)), Format::Nginx);
}

#[test]
fn a_single_line_without_an_end_is_looked_at() {
    assert_eq!(sample(b"\xef\xbb\xbf{\"at\":1}"), [b"{\"at\":1}"]);
    assert_eq!(format(&[]), Format::Csv);
}
