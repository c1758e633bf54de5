use std::time::Duration;

use serde_json::Value;

use super::super::whole_seconds::whole_seconds;
use super::{Maybe, Text};

#[test]
fn any_text_survives_writing_and_reading() {
    let mut texts: Vec<String> = (0..0x3000)
        .filter_map(char::from_u32)
        .map(String::from)
        .collect();
    texts.extend(["", "a \"b\" \\ c", "</script>", "ключ 🔑", "\u{10ffff}"].map(str::to_owned));
    for text in texts {
        let written = Text(&text).to_string();
        let read: Value = serde_json::from_str(&written).expect("it is valid JSON");
        assert_eq!(read, Value::String(text));
    }
}

#[test]
fn text_cannot_end_a_script() {
    assert_eq!(Text("</script>").to_string(), r#""\u003c/script>""#);
}

#[test]
fn a_missing_value_is_null() {
    assert_eq!(Maybe(Some(7)).to_string(), "7");
    assert_eq!(Maybe(None::<u64>).to_string(), "null");
}

#[test]
fn seconds_are_rounded_up() {
    for (time, seconds) in [
        (Duration::ZERO, 0),
        (Duration::from_nanos(1), 1),
        (Duration::from_secs(1), 1),
        (Duration::from_millis(12_001), 13),
        (Duration::MAX, u64::MAX),
    ] {
        assert_eq!(whole_seconds(time), seconds, "{time:?}");
    }
}
