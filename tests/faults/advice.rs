//! Advice that sets a value other than the one that the writer meant.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use breaker_runtime::{Config, Registry, Settings, Window};

const SECOND: Duration = Duration::from_secs(1);

/// A file with settings that is removed after the test.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let name = format!("breaker-advice-{name}-{}.toml", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    /// Loads the text, and returns the settings of the breaker or the message.
    fn load(&self, text: &str, breaker: &str) -> Result<Settings, String> {
        fs::write(&self.0, text).unwrap();
        let registry = Registry::new();
        let breaker = registry.get_or_create(breaker, Config::new()).unwrap();
        match registry.load_strict(&self.0) {
            Ok(_) => Ok(breaker.config()),
            Err(problems) => Err(problems.to_string()),
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Returns what a message shows between backticks after `before`.
fn shown_after<'a>(message: &'a str, before: &str) -> Vec<&'a str> {
    let shown = message.split_once(before).map(|(_, shown)| shown);
    let parts = shown.unwrap_or_default().split('`');
    parts.skip(1).step_by(2).collect()
}

/// Periods in the notations of other circuit breakers and languages, each with what it means there.
const PERIODS: &[(&str, Duration)] = &[
    ("PT5S", Duration::from_secs(5)),
    ("PT1M", Duration::from_secs(60)),
    ("PT1H30M", Duration::from_secs(5400)),
    ("PT0.5S", Duration::from_millis(500)),
    ("P1D", Duration::from_secs(86_400)),
    (".5s", Duration::from_millis(500)),
    ("+5s", Duration::from_secs(5)),
    ("00:00:30", Duration::from_secs(30)),
    ("1.00:00:00", Duration::from_secs(86_400)),
    ("2d", Duration::from_secs(172_800)),
    ("1w", Duration::from_secs(604_800)),
    ("500us", Duration::from_micros(500)),
    ("1m30s", Duration::from_secs(90)),
    ("1_000ms", Duration::from_secs(1)),
    ("1,5s", Duration::from_millis(1500)),
    ("1e3ms", Duration::from_secs(1)),
];

#[test]
fn whoever_follows_the_advice_gets_the_period_that_was_meant() {
    let file = File::new("periods");
    for (written, meaning) in PERIODS {
        let line = |value: &str| format!("[breakers.payment]\nopen_for = {value}\n");
        let message = file.load(&line(&format!("\"{written}\"")), "payment");
        let message = message.unwrap_err();
        let advice = shown_after(&message, ": write ");
        assert_eq!(advice.len(), 1, "{message}");
        let loaded = file.load(&line(advice[0]), "payment").unwrap();
        assert_eq!(loaded.open_for, *meaning, "{message}");
    }
}

#[test]
fn a_number_of_unknown_unit_is_asked_about() {
    let file = File::new("numbers");
    for written in ["60000", "\"60000\""] {
        let text = format!("[breakers.payment]\nopen_for = {written}\n");
        let message = file.load(&text, "payment").unwrap_err();
        assert_eq!(
            shown_after(&message, ": write "),
            ["\"60000ms\"", "\"60000s\""]
        );
    }
    let text = "[breakers.payment]\nfailure_rate = 0.5\nwindow = ";
    let message = file.load(&format!("{text}\"100\""), "payment").unwrap_err();
    let advice = shown_after(&message, ": write ");
    let windows = advice
        .iter()
        .map(|form| file.load(&format!("{text}{form}"), "payment"));
    let windows: Vec<_> = windows.map(|loaded| loaded.unwrap().window).collect();
    let times = [SECOND / 10, 100 * SECOND].map(Window::Time);
    assert_eq!(
        windows,
        [Some(Window::Calls(100)), Some(times[0]), Some(times[1])]
    );
}

#[test]
fn a_percentage_is_advised_as_the_share_that_it_means() {
    let file = File::new("rates");
    for written in ["50", "\"50%\"", "50.0"] {
        let line =
            |value: &str| format!("[breakers.payment]\nwindow = 9\nfailure_rate = {value}\n");
        let message = file.load(&line(written), "payment").unwrap_err();
        let advice = shown_after(&message, ": write ");
        assert_eq!(advice.len(), 1, "{message}");
        let loaded = file.load(&line(advice[0]), "payment").unwrap();
        assert_eq!(loaded.failure_rate, Some(0.5), "{message}");
    }
}

#[test]
fn the_advised_head_configures_the_breaker_with_all_dots_of_its_name() {
    let file = File::new("names");
    let settings = "threshold = 7\n";
    for (text, name) in [
        ("[breakers.api.com]\n", "api.com"),
        ("[breakers.api.stripe.com]\n", "api.stripe.com"),
        ("[breakers.a.b.c.d]\n", "a.b.c.d"),
        ("[breakers.api]\nstripe.com.", "api.stripe.com"),
        ("[breakers]\napi.stripe.com.", "api.stripe.com"),
        ("[api.stripe.com]\n", "api.stripe.com"),
    ] {
        let message = file.load(&format!("{text}{settings}"), name).unwrap_err();
        let shown = shown_after(&message, " ");
        let head = shown.last().unwrap();
        let loaded = file.load(&format!("{head}\n{settings}"), name);
        assert_eq!(loaded.unwrap().threshold, Some(7), "{message}");
    }
}

#[test]
fn the_words_of_other_circuit_breakers_lead_to_the_setting() {
    let file = File::new("words");
    for (word, setting) in [
        ("cool_off_time", "open_for"),
        ("recovery_threshold", "success_threshold"),
        ("error_timeout", "open_for"),
        ("rollingCountTimeout", "window"),
        ("exponentialBackoffMultiplier", "backoff"),
        ("exponentialMaxWaitDurationInOpenState", "max_open_for"),
        ("randomizedWaitFactor", "jitter"),
        ("HalfOpenProbeTimeout", "probe_timeout"),
        ("ConsecutiveFailuresToOpen", "threshold"),
        ("consecutive5xxErrors", "threshold"),
        ("baseEjectionTime", "open_for"),
        ("slidingWindowType", "window"),
        ("recordExceptions", "failure"),
        ("ignoreExceptions", "ignore"),
        ("enabled", "force"),
        ("disabled", "force"),
        ("state", "force"),
    ] {
        let text = format!("[breakers.payment]\n{word} = 1\n");
        let message = file.load(&text, "payment").unwrap_err();
        assert_eq!(
            shown_after(&message, "; ").first(),
            Some(&setting),
            "{message}"
        );
        assert_eq!(
            message.contains("in the attribute"),
            matches!(setting, "failure" | "ignore")
        );
    }
}
