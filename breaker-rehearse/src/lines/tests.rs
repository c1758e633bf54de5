use std::time::Duration;

use breaker_runtime::rehearsal::Candidate;
use breaker_runtime::{Config, Window};

use super::SettingLines;

fn attribute(config: &Config) -> String {
    let candidate = Candidate::new("test", *config).expect("the settings are right");
    SettingLines::of(candidate.settings()).attribute()
}

#[test]
fn defaults_need_no_lines() {
    assert_eq!(attribute(&Config::new()), "");
}

#[test]
fn what_is_off_by_another_setting_needs_no_line() {
    let rate = Config::new()
        .failure_rate(0.25)
        .window(Window::Time(Duration::from_secs(60)));
    assert_eq!(attribute(&rate), r#"window = "60s", failure_rate = 0.25"#);
}

#[test]
fn what_follows_from_another_setting_needs_no_line() {
    // `cancel_after` follows `slow_call`, and `min_calls` a small window.
    let slow = Config::new()
        .slow_call(Duration::from_secs(3))
        .window(Window::Calls(10))
        .failure_rate(0.5);
    assert_eq!(
        attribute(&slow),
        r#"window = 10, failure_rate = 0.5, slow_call = "3s""#
    );
}

#[test]
fn a_setting_that_follows_another_and_is_set_to_its_default_has_a_line() {
    let five = Config::new()
        .threshold(5)
        .failure_rate(0.5)
        .window(Window::Calls(100));
    assert_eq!(
        attribute(&five),
        "threshold = 5, window = 100, failure_rate = 0.5"
    );
}
