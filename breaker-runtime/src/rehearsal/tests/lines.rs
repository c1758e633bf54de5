//! Settings as text.

use super::*;
use crate::config::Window;

#[test]
fn the_lines_have_only_what_differs_from_the_defaults() {
    let config = Config::new()
        .window(Window::Time(secs(60.0)))
        .failure_rate(0.5)
        .call_timeout(Some(secs(2.0)))
        .cancel_after(None)
        .open_for(Duration::from_millis(1500));
    let candidate = candidate(config);
    assert_eq!(
        attribute_line("pay", candidate.settings()),
        r#"#[circuit_breaker(name = "pay", window = "60s", failure_rate = 0.5, open_for = "1.5s", call_timeout = "2s", cancel_after = "off")]"#
    );
    assert_eq!(
        file_lines("pay", candidate.settings()),
        "[breakers.pay]\nwindow = \"60s\"\nfailure_rate = 0.5\nopen_for = \"1.5s\"\ncall_timeout = \"2s\"\ncancel_after = \"off\"\n"
    );
}

#[test]
fn a_name_that_toml_does_not_take_as_it_is_gets_quotes() {
    let candidate = candidate(Config::new());
    assert_eq!(
        file_lines("mail.send", candidate.settings()),
        "[breakers.\"mail.send\"]\n"
    );
}
