use std::time::Duration;

use super::Judged;
use crate::config::{Config, Window};

const SECOND: Duration = Duration::from_secs(1);

/// Returns the pairs of settings that are found, the one without effect first.
fn void(given: &Config, call_timeout: Option<Duration>) -> Vec<(&'static str, &'static str)> {
    let judged = Judged {
        breaker: "payment",
        given: *given,
        in_force: given.settings(call_timeout),
        call_timeout,
    };
    let found = judged.void_settings().into_iter();
    found.map(|it| (it.setting, it.because_of)).collect()
}

fn window(calls: u32) -> Config {
    Config::new().window(Window::Calls(calls))
}

#[test]
#[expect(
    clippy::large_stack_arrays,
    reason = "a table of configurations reads best"
)]
fn each_pair_is_found_at_its_limit_and_not_before() {
    let new = Config::new;
    let ten = 10 * SECOND;
    for (config, call_timeout, found) in [
        (
            new().slow_call(ten),
            Some(ten),
            &[("slow_call", "call_timeout")][..],
        ),
        (new().slow_call(9 * SECOND), Some(ten), &[]),
        (new().slow_call(ten), None, &[]),
        (
            new().slow_call(11 * SECOND).probe_timeout(ten),
            None,
            &[("slow_call", "probe_timeout")],
        ),
        (new().slow_call(ten).probe_timeout(ten), None, &[]),
        (
            new().slow_call(31 * SECOND),
            None,
            &[("slow_call", "probe_timeout")],
        ),
        (
            new().probe_timeout(9 * SECOND),
            Some(ten),
            &[("call_timeout", "probe_timeout")],
        ),
        (new().probe_timeout(ten), Some(ten), &[]),
        (
            new().cancel_after(Some(ten + SECOND)),
            Some(ten),
            &[("cancel_after", "call_timeout")],
        ),
        (new().cancel_after(Some(ten)), Some(ten), &[]),
        (new().cancel_after(None), Some(ten), &[]),
        (
            new().open_for(ten).max_open_for(ten).backoff(2.0),
            None,
            &[("backoff", "max_open_for")],
        ),
        (
            new().open_for(ten).max_open_for(11 * SECOND).backoff(2.0),
            None,
            &[],
        ),
        (new().open_for(ten).max_open_for(ten), None, &[]),
        (
            window(100).max_failures(5).threshold(6),
            None,
            &[("threshold", "max_failures")],
        ),
        (window(100).max_failures(5).threshold(5), None, &[]),
        (
            new().window(Window::Time(ten)).max_failures(5).threshold(6),
            None,
            &[],
        ),
        (
            window(100).max_failures(5).failure_rate(0.3),
            None,
            &[("failure_rate", "max_failures")],
        ),
        (window(100).max_failures(5).failure_rate(0.25), None, &[]),
        (
            window(10).failure_rate(1.0).threshold(11),
            None,
            &[("threshold", "failure_rate")],
        ),
        (window(10).failure_rate(1.0).threshold(10), None, &[]),
        (
            window(10).max_failures(3).min_calls(5),
            None,
            &[("min_calls", "failure_rate")],
        ),
        (
            new().slow_call(ten).cancel_after(Some(11 * SECOND)),
            None,
            &[("cancel_after", "slow_call")],
        ),
        (new().slow_call(ten).cancel_after(Some(ten)), None, &[]),
        (
            window(10)
                .slow_call(ten)
                .slow_rate(0.5)
                .cancel_after(Some(11 * SECOND)),
            None,
            &[],
        ),
        (
            window(100).max_failures(5).failure_rate(0.5).min_calls(10),
            None,
            &[],
        ),
    ] {
        assert_eq!(
            void(&config, call_timeout),
            found,
            "{config:?} {call_timeout:?}"
        );
    }
}

#[test]
fn the_defaults_and_single_settings_are_never_void() {
    let limits = [None, Some(SECOND / 1000), Some(SECOND), Some(3600 * SECOND)];
    for limit in limits {
        let configs = [
            Config::new(),
            Config::new().open_for(3600 * SECOND),
            Config::new().backoff(3.0),
            window(5).failure_rate(0.1),
            window(5).max_failures(5),
        ];
        for config in configs {
            assert_eq!(void(&config, limit), [], "{config:?} {limit:?}");
        }
    }
}

#[test]
fn the_text_says_which_values_collide() {
    let given = Config::new().slow_call(2 * SECOND);
    let call_timeout = Some(SECOND / 2);
    let judged = Judged {
        breaker: "payment",
        given,
        in_force: given.settings(call_timeout),
        call_timeout,
    };
    let texts: Vec<_> = judged
        .void_settings()
        .iter()
        .map(ToString::to_string)
        .collect();
    let first = "circuit breaker `payment`: no call ever counts as slow: `call_timeout` ends each call after 500.0ms, and \
                 `slow_call` is 2s";
    assert_eq!(texts[0], first);
}
