use crate::expand::tests::about;

const NONE: [&str; 0] = [];

#[test]
fn the_ceiling_is_not_below_the_open_period() {
    let message = "`max_open_for` is shorter than `open_for`: raise it, or lower `open_for`";
    assert_eq!(about("max_open_for = \"1s\", open_for = \"1m\""), [message]);
    assert_eq!(about("max_open_for = \"1m\", open_for = \"60s\""), NONE);
    assert_eq!(about("max_open_for = \"1s\", open_for = LONG"), NONE);
    assert_eq!(about("max_open_for = \"1s\""), NONE);
}

#[test]
fn a_rate_needs_a_window() {
    for (arguments, name) in [
        ("failure_rate = 0.5", "failure_rate"),
        ("max_failures = 10", "max_failures"),
        ("slow_rate = 0.5, slow_call = \"2s\"", "slow_rate"),
        (
            "failure_rate = 50.0 / 100.0, min_calls = 10",
            "failure_rate",
        ),
    ] {
        let message = format!(
            "`{name}` needs `window`: add one, such as `window = \"60s\"`, or remove `{name}`"
        );
        assert_eq!(about(arguments), [message], "{arguments}");
        assert_eq!(about(&format!("{arguments}, window = 100")), NONE);
        assert_eq!(about(&format!("{arguments}, window = LAST")), NONE);
    }
}

#[test]
fn a_missing_window_is_one_error() {
    let all = about("slow_rate = 0.5, slow_call = \"2s\", failure_rate = 0.5, max_failures = 3");
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(
        all[0].starts_with("`max_failures` needs `window`"),
        "{all:?}"
    );
}

#[test]
fn a_misspelt_window_is_not_missing() {
    assert_eq!(about("failure_rate = 0.5, windo = 100").len(), 1);
    assert_eq!(
        about("failure_rate = 0.5, sliding_window_size = 100").len(),
        1
    );
    assert_eq!(about("failure_rate = 0.5, window = true").len(), 1);
    assert_eq!(about("failure_ratio = 0.5, window = 100").len(), 1);
    assert_eq!(
        about("slow_rate = 0.5, slow_cal = \"2s\", window = 100").len(),
        1
    );
}

#[test]
fn a_window_needs_a_rate() {
    let message = "`window` needs `failure_rate`, `slow_rate` or `max_failures`: \
                   add one, such as `failure_rate = 0.5`, or remove `window`";
    for arguments in [
        "window = 100",
        "window = \"60s\", min_calls = 20",
        "window = 100, threshold = 5, slow_call = \"2s\"",
    ] {
        assert_eq!(about(arguments), [message], "{arguments}");
    }
    assert_eq!(about("window = 100, max_failures = 100"), NONE);
}

#[test]
fn a_slow_rate_needs_slow_call() {
    let message = "`slow_rate` needs `slow_call`: add one, such as `slow_call = \"2s\"`, or remove `slow_rate`";
    assert_eq!(about("slow_rate = 0.5, window = 100"), [message]);
    assert_eq!(about("slow_rate = 0.5").len(), 2);
    assert_eq!(about("slow_call = \"2s\""), NONE);
}

#[test]
fn the_number_of_calls_fits_into_the_window() {
    for name in ["min_calls", "max_failures"] {
        let asked = |window: &str, calls: &str| {
            about(&format!(
                "window = {window}, failure_rate = 0.5, {name} = {calls}"
            ))
        };
        let message =
            format!("`{name}` is more than the 10 calls of `window`: lower it, or raise `window`");
        assert_eq!(asked("10", "11"), [message]);
        assert_eq!(asked("10", "10"), NONE);
        assert_eq!(asked("\"10s\"", "11"), NONE);
        assert_eq!(asked("LAST", "11"), NONE);
        assert_eq!(asked("10", "MANY"), NONE);
    }
    assert_eq!(about("min_calls = 1000"), NONE);
}

#[test]
fn the_limits_for_keys_need_a_key() {
    let message = |name: &str| {
        format!("`{name}` needs `key`: add one, such as `key = host`, or remove `{name}`")
    };
    assert_eq!(about("max_keys = 100"), [message("max_keys")]);
    assert_eq!(about("max_open_share = 0.5"), [message("max_open_share")]);
    assert_eq!(about("idle_ttl = \"1h\""), [message("idle_ttl")]);
    assert_eq!(
        about("idle_ttl = TTL, max_keys = MOST"),
        [message("max_keys")]
    );
    assert_eq!(about("idle_ttl = \"1h\", max_keys = 9, key = host"), NONE);
    assert_eq!(about("max_keys = 9, partition_key = host").len(), 1);
    assert_eq!(about("max_keys = 9, kye = host").len(), 1);
    assert_eq!(about("max_keys = 0").len(), 2);
}
