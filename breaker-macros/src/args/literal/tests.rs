use super::super::Arguments;
use crate::errors::Errors;
use crate::expand::tests::about;

/// Literals that a setting does not take, each with the form that has the same meaning.
const MEANINGS: &[(&str, &str)] = &[
    // Durations
    ("open_for = \"PT5S\"", "open_for = \"5s\""),
    ("open_for = \"PT1H30M\"", "open_for = \"90m\""),
    ("open_for = \".5s\"", "open_for = \"500ms\""),
    ("open_for = \"+5s\"", "open_for = \"5s\""),
    ("open_for = \"00:00:30\"", "open_for = \"30s\""),
    ("open_for = \"2d\"", "open_for = \"48h\""),
    ("slow_call = \"500us\"", "slow_call = \"0.5ms\""),
    ("open_for = \"1m30s\"x", "open_for = \"90s\""),
    ("open_for = 30s", "open_for = \"30s\""),
    ("open_for = 5m", "open_for = \"5m\""),
    ("open_for = 1.5h", "open_for = \"90m\""),
    ("open_for = 2d", "open_for = \"48h\""),
    ("open_for = 1m30s", "open_for = \"90s\""),
    ("open_for = 1e3ms", "open_for = \"1s\""),
    ("open_for = b\"30s\"", "open_for = \"30s\""),
    ("open_for = \"30s\"x", "open_for = \"30s\""),
    ("cancel_after = off", "cancel_after = \"off\""),
    ("cancel_after = false", "cancel_after = \"off\""),
    ("cancel_after = \"Off\"", "cancel_after = \"off\""),
    ("call_timeout = \"PT2S\"", "call_timeout = \"2s\""),
    // Windows
    (
        "window = 60s, failure_rate = 0.5",
        "window = \"60s\", failure_rate = 0.5",
    ),
    (
        "window = \"PT1M\", failure_rate = 0.5",
        "window = \"1m\", failure_rate = 0.5",
    ),
    (
        "window = \"100 calls\", failure_rate = 0.5",
        "window = 100, failure_rate = 0.5",
    ),
    (
        "window = 100u64, failure_rate = 0.5",
        "window = 100, failure_rate = 0.5",
    ),
    // Numbers
    ("threshold = \"7\"", "threshold = 7"),
    ("threshold = '7'", "threshold = 7"),
    ("threshold = 7.0", "threshold = 7"),
    ("threshold = 1e3", "threshold = 1000"),
    ("threshold = \"1_000\"", "threshold = 1000"),
    ("threshold = 7i64", "threshold = 7"),
    ("cancelled_in_a_row = \"7\"", "cancelled_in_a_row = 7"),
    ("cancelled_in_a_row = off", "cancelled_in_a_row = \"off\""),
    (
        "window = 9, failure_rate = 50",
        "window = 9, failure_rate = 0.5",
    ),
    (
        "window = 9, failure_rate = 33.3",
        "window = 9, failure_rate = 0.333",
    ),
    (
        "window = 9, failure_rate = \"50%\"",
        "window = 9, failure_rate = 0.5",
    ),
    (
        "window = 9, failure_rate = 50%",
        "window = 9, failure_rate = 0.5",
    ),
    (
        "window = 9, failure_rate = \".5\"",
        "window = 9, failure_rate = 0.5",
    ),
    ("jitter = \"10%\"", "jitter = 0.1"),
    ("jitter = 10%", "jitter = 0.1"),
    ("jitter = \"+0.5\"", "jitter = 0.5"),
    ("jitter = 1f32", "jitter = 1"),
    ("backoff = \"2\"", "backoff = 2"),
    ("backoff = \"1,5\"", "backoff = 1.5"),
    // Flags
    ("latency = \"true\"", "latency = true"),
    ("latency = \"ON\"", "latency = true"),
    ("latency = 1", "latency = true"),
    ("critical = 0", "critical = false"),
    ("critical = \"no\"", "critical = false"),
    ("shared = \"yes\"", "shared = true"),
];

/// Literals whose meaning only the writer knows, or that mean nothing the setting can have.
const UNCLEAR: &[&str] = &[
    "open_for = \"soon\"",
    "open_for = \"1,000ms\"",
    "open_for = \"24:00:00\"",
    "open_for = -30s",
    "open_for = 0s",
    "open_for = 30x",
    "open_for = true",
    "cancel_after = true",
    "cancelled_in_a_row = true",
    "cancelled_in_a_row = -7",
    "window = true, failure_rate = 0.5",
    "window = -5, failure_rate = 0.5",
    "window = \"0 calls\", failure_rate = 0.5",
    "threshold = 0",
    "threshold = -7.0",
    "threshold = -7i64",
    "threshold = 0i64",
    "threshold = 7.5",
    "threshold = \"many\"",
    "window = 9, failure_rate = 1.5",
    "window = 9, failure_rate = 0",
    "window = 9, failure_rate = -50",
    "window = 9, failure_rate = 200%",
    "jitter = 2.0",
    "jitter = -0.5f32",
    "jitter = true",
    "backoff = 0.5",
    "backoff = 0.5f32",
    "latency = \"1s\"",
    "latency = 2",
];

/// Returns the only message about arguments, and what it says to write.
fn advised(arguments: &str) -> (String, Vec<String>) {
    let messages = about(arguments);
    let [message] = messages.as_slice() else {
        panic!("{arguments}: {messages:?}");
    };
    let advice = message.split_once(": write ").map(|(_, advice)| advice);
    let parts = advice.unwrap_or_default().split('`').skip(1).step_by(2);
    (message.clone(), parts.map(str::to_owned).collect())
}

/// Returns the values of arguments, without the positions.
fn values(arguments: &str) -> Vec<String> {
    let mut errors = Errors::default();
    let tokens = arguments.parse().expect("the test's own tokens");
    let read = Arguments::parse(tokens, &mut errors);
    assert!(errors.finish().is_ok(), "{arguments}");
    let settings = read.settings.iter().chain(&read.call_timeout);
    settings.map(|given| format!("{:?}", given.value)).collect()
}

/// Replaces the setting that the advice is about.
fn replaced(arguments: &str, advice: &str) -> String {
    let setting = advice.split(' ').next();
    let others = arguments.split(", ").map(|argument| {
        if argument.split(' ').next() == setting {
            advice
        } else {
            argument
        }
    });
    others.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_advice_has_the_value_that_was_meant() {
    for (written, meaning) in MEANINGS {
        let item = "async fn pay() -> Result<(), Error> { charge() }";
        let arguments = format!("name = \"payment\", {written}");
        let messages = crate::expand::tests::messages(&arguments, item);
        let [message] = messages.as_slice() else {
            panic!("{written}: {messages:?}");
        };
        let (_, advice) = message
            .split_once(": write ")
            .unwrap_or_else(|| panic!("{message}"));
        let advice = replaced(written, advice.trim_matches('`'));
        assert_eq!(values(&advice), values(meaning), "{written}: {message}");
    }
}

#[test]
fn a_literal_without_one_meaning_gets_no_advice() {
    for written in UNCLEAR {
        let (message, advice) = advised(written);
        assert_eq!(advice, [""; 0], "{written}: {message}");
    }
}

#[test]
fn a_number_with_two_meanings_gets_both() {
    for number in ["60000", "\"60000\"", "60000u64", "60_000", "6e4", "\"6e4\""] {
        let forms = ["open_for = \"60000ms\"", "open_for = \"60000s\""];
        assert_eq!(advised(&format!("open_for = {number}")).1, forms);
    }
    for number in ["\"100\"", "100.0", "1e2"] {
        let forms = ["window = 100", "window = \"100ms\"", "window = \"100s\""];
        assert_eq!(
            advised(&format!("window = {number}, failure_rate = 0.5")).1,
            forms
        );
    }
}
