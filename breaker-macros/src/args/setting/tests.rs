use crate::expand::tests::about;

/// Returns the errors for a value of `max_keys` with a key.
fn max_keys(value: &str) -> Vec<String> {
    about(&format!("key = host, max_keys = {value}"))
}

#[test]
fn a_count_is_at_least_one() {
    for (name, message) in [
        ("threshold", "`threshold` must be at least 1"),
        ("half_open_calls", "`half_open_calls` must be at least 1"),
        ("max_in_flight", "`max_in_flight` must be at least 1"),
        (
            "success_threshold",
            "`success_threshold` must be at least 1",
        ),
        ("probe_failures", "`probe_failures` must be at least 1"),
        ("min_calls", "`min_calls` must be at least 1"),
    ] {
        for wrong in ["0", "-1", "0u32", "-0", "0x0"] {
            assert_eq!(
                about(&format!("{name} = {wrong}")),
                [message],
                "{name} = {wrong}"
            );
        }
    }
    for wrong in ["0", "-1", "0usize", "-0", "0x0"] {
        assert_eq!(
            max_keys(wrong),
            ["`max_keys` must be at least 1"],
            "{wrong}"
        );
    }
}

#[test]
fn a_count_is_an_integer() {
    let message = "expected an integer, such as `threshold = 5`";
    for wrong in ["\"many\"", "0.5", "true", "\"0\"", "\"-5\""] {
        assert_eq!(about(&format!("threshold = {wrong}")), [message], "{wrong}");
    }
    assert_eq!(
        about("threshold = \"7\""),
        ["expected an integer: write `threshold = 7`"]
    );
    assert_eq!(
        about("threshold = 7.0"),
        ["expected an integer: write `threshold = 7`"]
    );
    assert_eq!(
        about("threshold = 5i64"),
        ["remove the suffix `i64`: write `threshold = 5`"]
    );
    assert_eq!(
        about("threshold = 99999999999"),
        ["`99999999999` is too large for a `u32`: `threshold` is at most 4294967295"]
    );
    assert_eq!(
        max_keys("99999999999"),
        ["`99999999999` is too large: `max_keys` is at most 4294967295"]
    );
    assert_eq!(
        max_keys("5u32"),
        ["remove the suffix `u32`: write `max_keys = 5`"]
    );
    assert_eq!(
        max_keys("\"5\""),
        ["expected an integer: write `max_keys = 5`"]
    );
    assert_eq!(
        about("threshold = 5usize"),
        ["remove the suffix `usize`: write `threshold = 5`"]
    );
}

#[test]
fn factors_keep_their_ranges() {
    let backoff = "`backoff` must be at least 1, such as `backoff = 2.0`";
    for wrong in ["0.5", "0", "-2.0", "-2", "1e400", "0.999_9"] {
        assert_eq!(about(&format!("backoff = {wrong}")), [backoff], "{wrong}");
    }
    let jitter = "`jitter` must be between 0 and 1, such as `jitter = 0.1`";
    for wrong in ["2.0", "2", "-0.1", "1.000_1"] {
        assert_eq!(about(&format!("jitter = {wrong}")), [jitter], "{wrong}");
    }
    for right in [
        "backoff = 1",
        "backoff = 1.0",
        "backoff = 2f64",
        "jitter = 0",
        "jitter = 1.0",
    ] {
        assert_eq!(about(right), [] as [&str; 0], "{right}");
    }
}

#[test]
fn a_factor_is_a_number() {
    assert_eq!(
        about("backoff = \"3.5\""),
        ["expected a number: write `backoff = 3.5`"]
    );
    assert_eq!(
        about("backoff = \"fast\""),
        ["expected a number, such as `backoff = 2.0`"]
    );
    assert_eq!(
        about("jitter = true"),
        ["expected a number, such as `jitter = 0.1`"]
    );
    assert_eq!(
        about("jitter = 1f32"),
        ["remove the suffix `f32`: write `jitter = 1`"]
    );
}

#[test]
fn a_duration_needs_its_unit() {
    let message = "a duration needs a unit, which is `ms`, `s`, `m` or `h`: \
                   write `open_for = \"30ms\"` or `open_for = \"30s\"`";
    for wrong in ["30", "\"30\"", "30u64", "0x1E"] {
        assert_eq!(about(&format!("open_for = {wrong}")), [message], "{wrong}");
    }
    let zero = "a duration must be longer than zero";
    for wrong in ["\"-1s\"", "\"0s\"", "-1", "0", "-1.5"] {
        assert_eq!(
            about(&format!("probe_timeout = {wrong}")),
            [zero],
            "{wrong}"
        );
    }
    for wrong in ["'s'", "true", "-\"1s\""] {
        let expected = "expected a duration, such as `open_for = \"30s\"`";
        assert_eq!(about(&format!("open_for = {wrong}")), [expected], "{wrong}");
    }
    assert_eq!(
        about("open_for = \"1s\"x"),
        ["remove the suffix `x`: write `open_for = \"1s\"`"]
    );
}

#[test]
fn expressions_are_left_to_the_compiler() {
    let arguments = "threshold = LIMIT, open_for = Duration::from_secs(0), backoff = -FACTOR, \
                     jitter = 1.0 + 1.0, half_open_calls = (0), probe_failures = { 5 }";
    assert_eq!(about(arguments), [] as [&str; 0]);
}

/// Returns the errors for a value of `window` with a rate.
fn window(value: &str) -> Vec<String> {
    about(&format!("window = {value}, failure_rate = 0.5"))
}

#[test]
fn a_number_of_failures_is_at_least_one() {
    for wrong in ["0", "-1"] {
        let arguments = format!("window = \"60s\", max_failures = {wrong}");
        assert_eq!(
            about(&arguments),
            ["`max_failures` must be at least 1"],
            "{wrong}"
        );
    }
}

#[test]
fn a_rate_is_above_zero_and_at_most_one() {
    for name in ["failure_rate", "slow_rate"] {
        let rate = |value: &str| {
            let others = "window = 100, slow_call = \"2s\"";
            about(&format!("{others}, {name} = {value}"))
        };
        let message = format!("`{name}` must be above 0 and at most 1, such as `{name} = 0.5`");
        for wrong in ["0.0", "0", "1.5", "-0.5", "-50", "1.000_1", "1e-400", "101"] {
            assert_eq!(rate(wrong), [message.as_str()], "{wrong}");
        }
        for right in ["0.5", "1", "1.0", "0.000_1", "0.5f64", "RATE"] {
            assert_eq!(rate(right), [] as [&str; 0], "{right}");
        }
        let message = format!("expected a number, such as `{name} = 0.5`");
        for wrong in ["\"half\"", "\"0.0\"", "true"] {
            assert_eq!(rate(wrong), [message.as_str()], "{wrong}");
        }
    }
}

#[test]
fn a_window_is_a_number_of_calls_or_a_duration() {
    for right in [
        "1",
        "100",
        "100u32",
        "\"60s\"",
        "\"1.5 m\"",
        "LAST",
        "{ 5 }",
    ] {
        assert_eq!(window(right), [] as [&str; 0], "{right}");
    }
    let message = "expected a number of calls or a duration, such as `window = \"60s\"`";
    for wrong in ["true", "'6'", "-\"60s\"", "b\"60s\""] {
        assert_eq!(window(wrong), [message], "{wrong}");
    }
}

#[test]
fn a_window_is_not_empty() {
    let message = "`window` must be at least 1 call or longer than zero";
    for wrong in ["0", "-5", "0u32"] {
        assert_eq!(window(wrong), [message], "{wrong}");
    }
    assert_eq!(window("\"0s\""), ["a duration must be longer than zero"]);
}

#[test]
fn a_window_in_quotes_needs_a_unit() {
    let message = "expected a number of calls without quotes or a duration with a unit: \
                   write `window = 100`, `window = \"100ms\"` or `window = \"100s\"`";
    for wrong in ["\"100\"", "\"1e2\"", "100.0"] {
        assert_eq!(window(wrong), [message]);
    }
    assert_eq!(window("\"0\""), ["a duration must be longer than zero"]);
    assert_eq!(
        window("\"60 parsecs\""),
        ["unknown unit `parsecs`; the units are `ms`, `s`, `m` and `h`"]
    );
    assert_eq!(
        window("100i64"),
        ["remove the suffix `i64`: write `window = 100`"]
    );
    assert_eq!(
        window("99999999999"),
        ["`99999999999` is too large for a `u32`: `window` is at most 4294967295"]
    );
}

#[test]
fn the_other_durations_need_their_unit_too() {
    for name in ["slow_call", "ramp", "cancel_after"] {
        let message = format!(
            "a duration needs a unit, which is `ms`, `s`, `m` or `h`: \
             write `{name} = \"5ms\"` or `{name} = \"5s\"`"
        );
        assert_eq!(about(&format!("{name} = 5")), [message]);
        let zero = "a duration must be longer than zero";
        assert_eq!(about(&format!("{name} = \"0s\"")), [zero]);
        assert_eq!(about(&format!("{name} = LONG")), [] as [&str; 0]);
    }
}

#[test]
fn idle_ttl_is_a_duration_and_never_off() {
    let ttl = |value: &str| about(&format!("key = host, idle_ttl = {value}"));
    assert_eq!(ttl("60").len(), 1);
    assert_eq!(ttl("\"0s\""), ["a duration must be longer than zero"]);
    assert_eq!(
        ttl("\"off\""),
        ["a duration is a number and a unit, such as `idle_ttl = \"30s\"`"]
    );
    assert_eq!(ttl("TTL"), [] as [&str; 0]);
}

#[test]
fn a_flag_is_true_or_false() {
    for name in ["latency", "critical", "shared", "shadow"] {
        for right in ["true", "false", "FLAG", "!FLAG", "cfg!(test)", "(true)"] {
            assert_eq!(about(&format!("{name} = {right}")), [] as [&str; 0]);
        }
        let message = format!("expected `true` or `false`: write `{name} = true`");
        for wrong in ["1", "\"true\"", "\"Yes\""] {
            assert_eq!(about(&format!("{name} = {wrong}")), [message.as_str()]);
        }
        for wrong in ["'t'", "0.0", "-true", "\"1s\"", "2", "-1"] {
            let message = "expected `true` or `false`";
            assert_eq!(about(&format!("{name} = {wrong}")), [message]);
        }
        let message = format!("expected `true` or `false`: write `{name} = false`");
        for wrong in ["0", "\"false\"", "\"off\"", "\"no\""] {
            assert_eq!(about(&format!("{name} = {wrong}")), [message.as_str()]);
        }
        let message = format!("expected `=`, such as `{name} = true`");
        assert_eq!(about(name), [message]);
    }
}

#[test]
fn cancel_after_may_be_off() {
    assert_eq!(about("cancel_after = \"off\""), [] as [&str; 0]);
    let message = "expected a duration or `\"off\"`: write `cancel_after = \"off\"`";
    for wrong in ["false", "\"OFF\"", "\"none\""] {
        assert_eq!(about(&format!("cancel_after = {wrong}")), [message]);
    }
    let message = "expected a duration or `\"off\"`, such as `cancel_after = \"1s\"`";
    for wrong in ["true", "'o'"] {
        assert_eq!(about(&format!("cancel_after = {wrong}")), [message]);
    }
    assert_eq!(
        about("cancel_after = \"off\"x"),
        ["remove the suffix `x`: write `cancel_after = \"off\"`"]
    );
    for name in ["slow_call", "ramp"] {
        assert_eq!(about(&format!("{name} = \"off\"")).len(), 1, "{name}");
    }
}

#[test]
fn cancelled_in_a_row_is_at_least_one_or_off() {
    for right in ["1", "50", "\"off\"", "ROW"] {
        let arguments = format!("cancelled_in_a_row = {right}");
        assert_eq!(about(&arguments), [] as [&str; 0]);
    }
    assert_eq!(
        about("cancelled_in_a_row = 0"),
        ["`cancelled_in_a_row` must be at least 1"]
    );
    let message = "expected an integer or `\"off\"`: write `cancelled_in_a_row = \"off\"`";
    for wrong in ["false", "\"OFF\"", "\"none\""] {
        assert_eq!(about(&format!("cancelled_in_a_row = {wrong}")), [message]);
    }
    let message = "expected an integer or `\"off\"`, such as `cancelled_in_a_row = 20`";
    for wrong in ["true", "\"1s\""] {
        assert_eq!(about(&format!("cancelled_in_a_row = {wrong}")), [message]);
    }
}
