mod mistakes;
mod size;

use std::time::Duration;

use crate::config::file::{File, Force, parse};
use crate::config::{Config, Setting, Window};

const SECOND: Duration = Duration::from_secs(1);

fn file(text: &str) -> File {
    match parse(&[("b.toml", text)]) {
        Ok(file) => file,
        Err(problems) => panic!("{problems:?}"),
    }
}

fn problems(text: &str) -> Vec<String> {
    let problems = parse(&[("b.toml", text)]).expect_err("something is wrong");
    problems.iter().map(ToString::to_string).collect()
}

const EVERY_SETTING: &str = r#"
    threshold = 3
    window = "60s"
    max_failures = 10
    failure_rate = 0.5
    min_calls = 20
    slow_call = "2s"
    slow_rate = 1
    open_for = "30s"
    backoff = 2
    max_open_for = "5m"
    jitter = 0.1
    half_open_calls = 2
    success_threshold = 3
    probe_failures = 1
    probe_timeout = "250ms"
    ramp = "1.5 s"
    max_in_flight = 50
    cancel_after = "1s"
    cancelled_in_a_row = 50
    max_keys = 1_000
    idle_ttl = "1h"
    max_open_share = 0.5
    latency = true
    critical = false
    shared = true
    shadow = true
"#;

fn every_setting() -> Config {
    Config::new()
        .threshold(3)
        .window(Window::Time(60 * SECOND))
        .max_failures(10)
        .failure_rate(0.5)
        .min_calls(20)
        .slow_call(2 * SECOND)
        .slow_rate(1.0)
        .open_for(30 * SECOND)
        .backoff(2.0)
        .max_open_for(300 * SECOND)
        .jitter(0.1)
        .half_open_calls(2)
        .success_threshold(3)
        .probe_failures(1)
        .probe_timeout(SECOND / 4)
        .ramp(SECOND * 3 / 2)
        .max_in_flight(50)
        .cancel_after(Some(SECOND))
        .cancelled_in_a_row(Some(50))
        .max_keys(1000)
        .idle_ttl(3600 * SECOND)
        .max_open_share(0.5)
        .latency(true)
        .critical(false)
        .shared(true)
        .shadow(true)
}

#[test]
fn every_setting_can_be_given_in_both_tables() {
    let file = file(&format!(
        "[default]{EVERY_SETTING}force = \"closed\"\n\
         [breakers.payment]{EVERY_SETTING}force = \"open\"\ncall_timeout = \"1s\""
    ));
    let default = &file.default;
    assert_eq!(
        (default.config, default.force),
        (every_setting(), Some(Force::Closed))
    );
    let payment = &file.breakers["payment"];
    assert_eq!(
        (payment.config, payment.force),
        (
            every_setting().call_timeout(Some(SECOND)),
            Some(Force::Open)
        )
    );
    assert_eq!(payment.config.given().count(), Setting::ALL.len());
}

#[test]
fn every_optional_setting_can_be_off() {
    let optional = || {
        Setting::ALL
            .into_iter()
            .filter(|setting| setting.takes_off())
    };
    let lines: Vec<_> = optional()
        .map(|setting| format!("{} = \"off\"", setting.name()))
        .collect();
    let file = file(&format!("[breakers.payment]\n{}", lines.join("\n")));
    assert!(
        file.breakers["payment"]
            .config
            .given()
            .map(|(setting, _)| setting)
            .eq(optional())
    );
}

#[test]
fn breakers_are_found_by_their_names() {
    let file = file(
        "breakers.a.threshold = 1\n\
         [breakers.payment]\nforce = 'closed'\n\
         [breakers.\"pay:x/y\"]\nwindow = 100\nforce = \"off\"\n\
         [breakers.empty]\n",
    );
    let names: Vec<_> = file.breakers.keys().map(String::as_str).collect();
    assert_eq!(names, ["a", "empty", "pay:x/y", "payment"]);
    assert_eq!(
        file.breakers["pay:x/y"].config,
        Config::new().window(Window::Calls(100))
    );
    let force = |name: &str| file.breakers[name].force;
    assert_eq!(force("payment"), Some(Force::Closed));
    assert_eq!(force("pay:x/y"), Some(Force::Off));
    assert_eq!(file.default.config, Config::new());
}

#[test]
fn an_empty_file_asks_for_nothing() {
    for text in [
        "",
        "\n",
        "# nothing\n",
        "\u{feff}",
        "[default]",
        "[breakers]",
    ] {
        let file = file(text);
        assert_eq!(file.default.config, Config::new());
        assert!(file.breakers.is_empty());
    }
}

#[test]
fn a_section_has_the_positions_of_its_head_and_its_settings() {
    let file = file("\n[breakers.payment]\n  threshold = 5\nforce = \"off\"\n");
    let payment = &file.breakers["payment"];
    let problem = payment.position(Setting::Threshold).problem("this one");
    assert_eq!(problem.to_string(), "b.toml:3:3: this one");
    assert_eq!(
        payment.force_position().problem("x").to_string(),
        "b.toml:4:1: x"
    );
    assert_eq!(payment.head().problem("x").to_string(), "b.toml:2:11: x");
    assert_eq!(payment.position(Setting::Window), payment.head());
    assert_eq!(file.default.head().problem("x").to_string(), "b.toml: x");
}
