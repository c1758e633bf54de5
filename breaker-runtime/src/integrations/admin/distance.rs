//! How far a circuit is from opening, or from closing.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::words::{Lasts, count, percent, percent_of, plural, share_of, words};
use crate::breaker::{Snapshot, WindowStats};
use crate::config::Window;
use crate::values::State;

/// How far a circuit is from a change: in words, and for each rule its value and its limit.
#[derive(Debug)]
pub(super) struct Distance {
    text: String,
    rules: Vec<Rule>,
}

/// How far one rule is from being met.
#[derive(Debug)]
struct Rule {
    label: String,
    value: f64,
    limit: f64,
    text: String,
}

impl Rule {
    fn of_counts(label: impl Into<String>, value: u32, limit: u32) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            limit: limit.into(),
            text: format!("{} of {}", count(value.into()), count(limit.into())),
        }
    }
}

impl Distance {
    /// Returns how far a breaker is from a change of its state.
    pub(super) fn of(it: &Snapshot, now: SystemTime) -> Self {
        let mut distance = match it.machine_state {
            State::Open => open(it, now),
            State::HalfOpen => half_open(it),
            _ => closed(it),
        };
        if it.r#override.is_some() {
            distance.text += " Callers do not notice this while the override is in force.";
        }
        distance
    }

    pub(super) fn to_json(&self) -> Value {
        let rules = self.rules.iter().map(
            |Rule {
                 label,
                 value,
                 limit,
                 text,
             }| {
                json!({"label": label, "value": value, "limit": limit, "text": text})
            },
        );
        json!({"text": self.text, "rules": rules.collect::<Vec<_>>()})
    }
}

/// What opens a closed circuit soonest.
struct Nearest {
    setting: &'static str,
    kind: &'static str,
    /// How many more of the kind it takes; `None` if no number of them suffices.
    more: Option<u64>,
}

fn closed(it: &Snapshot) -> Distance {
    let mut rules = Vec::new();
    let mut all = Vec::new();
    if let Some(share) = it.ramp {
        rules.push(Rule {
            label: "Calls that the ramp admits".to_owned(),
            value: share,
            limit: 1.0,
            text: percent(share),
        });
    }
    for (rule, nearest) in counted(it).into_iter().chain(shares(it)) {
        rules.push(rule);
        all.push(nearest);
    }
    let nearest = all.iter().min_by_key(|it| it.more.unwrap_or(u64::MAX));
    let text = match nearest {
        None => "No rule opens this circuit: all are off.".to_owned(),
        Some(Nearest {
            setting,
            kind,
            more: Some(0 | 1),
        }) => {
            format!("The next {kind} can open the circuit ({}).", words(setting))
        }
        Some(Nearest {
            setting,
            kind,
            more: Some(more),
        }) => {
            let more = plural(*more, &format!("more {kind}"));
            format!(
                "It takes at least {more} to open the circuit ({}).",
                words(setting)
            )
        }
        Some(Nearest { more: None, .. }) => String::new(),
    };
    Distance { text, rules }
}

/// Describes what is in the window: `last 100 calls`.
fn last(it: &Snapshot) -> String {
    match it.config.window {
        Some(Window::Calls(calls)) => format!("last {}", plural(calls.into(), "call")),
        Some(Window::Time(time)) => format!("last {}", Lasts(time)),
        None => "window".to_owned(),
    }
}

/// Returns the rules of numbers of failures.
fn counted(it: &Snapshot) -> Vec<(Rule, Nearest)> {
    let config = &it.config;
    let in_window = it.window.as_ref().map(|window| clamped(window.failures));
    let of_window = format!("Failures in the {}", last(it));
    let rules = [
        (
            "threshold",
            config.threshold,
            Some(it.failures_in_a_row),
            "Failures in a row".to_owned(),
        ),
        ("max_failures", config.max_failures, in_window, of_window),
    ];
    let rules = rules
        .into_iter()
        .filter_map(|(setting, limit, value, label)| {
            let (limit, value) = (limit?, value?);
            let more = Some(limit.saturating_sub(value).into());
            let nearest = Nearest {
                setting,
                kind: "failure",
                more,
            };
            Some((Rule::of_counts(label, value, limit), nearest))
        });
    rules.collect()
}

/// Returns the rules of shares of calls.
fn shares(it: &Snapshot) -> Vec<(Rule, Nearest)> {
    let (config, Some(window)) = (&it.config, &it.window) else {
        return Vec::new();
    };
    let size = match config.window {
        Some(Window::Calls(calls)) => calls.into(),
        _ => u64::MAX,
    };
    let WindowStats {
        calls,
        failures,
        slow,
        ..
    } = *window;
    let min_calls = u64::from(config.min_calls.get());
    let from = if calls < min_calls {
        format!(" once there are {}", plural(min_calls, "call"))
    } else {
        String::new()
    };
    let rules = [
        (
            "failure_rate",
            config.failure_rate,
            failures,
            "Failures",
            "failure",
        ),
        (
            "slow_rate",
            config.slow_rate,
            slow,
            "Slow calls",
            "slow call",
        ),
    ];
    let rules = rules
        .into_iter()
        .filter_map(|(setting, limit, hits, label, kind)| {
            let limit = limit?;
            let (some, all, share) = (count(hits), count(calls), percent_of(hits, calls));
            let rule = Rule {
                label: format!("{label} in the {}", last(it)),
                value: share_of(hits, calls),
                limit,
                text: format!("{some} of {all} ({share}), limit {}{from}", percent(limit)),
            };
            let more = calls_until(calls, hits, limit, size, min_calls);
            Some((
                rule,
                Nearest {
                    setting,
                    kind,
                    more,
                },
            ))
        });
    rules.collect()
}

/// Returns how many of the next calls have to be hits until a share of the window reaches its limit, if no hit leaves
/// the window meanwhile; `None` if no number of them suffices.
fn calls_until(calls: u64, hits: u64, limit: f64, size: u64, min_calls: u64) -> Option<u64> {
    let growing = if limit < 1.0 {
        let missing = limit * number(calls) - number(hits);
        Some(ceil(missing / (1.0 - limit)))
    } else {
        (hits >= calls).then_some(1)
    };
    let fits = growing.filter(|more| calls.saturating_add(*more) <= size);
    let more = match fits {
        Some(more) => more,
        // A full window exchanges one call for another.
        None if size < u64::MAX => ceil(limit * number(size) - number(hits)),
        None => return None,
    };
    Some(more.max(min_calls.saturating_sub(calls)).max(1))
}

#[expect(clippy::cast_precision_loss, reason = "no window has 2^53 calls")]
fn number(calls: u64) -> f64 {
    calls as f64
}

/// Rounds up. A share such as 0.3 is not exact.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a negative number becomes 0, and no window has 2^53 calls"
)]
fn ceil(number: f64) -> u64 {
    (number - 1e-9).ceil() as u64
}

fn clamped(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn open(it: &Snapshot, now: SystemTime) -> Distance {
    let rules = it.open_period.map(|period| {
        let lasted = now.duration_since(it.since).unwrap_or_default().min(period);
        Rule {
            label: "Open period".to_owned(),
            value: lasted.as_secs_f64(),
            limit: period.as_secs_f64(),
            text: format!("{} of {}", Lasts::between(now - lasted, now), Lasts(period)),
        }
    });
    let probes = it.config.success_threshold.get();
    let close = if probes == 1 { "closes" } else { "close" };
    Distance {
        text: format!(
            "After the open period, {} {close} the circuit.",
            plural(probes.into(), "successful probe")
        ),
        rules: rules.into_iter().collect(),
    }
}

fn half_open(it: &Snapshot) -> Distance {
    let in_flight = clamped(it.probes_in_flight as u64);
    let in_flight = Rule::of_counts(
        "Probes in flight",
        in_flight,
        it.config.half_open_calls.get(),
    );
    let Some(probes) = it.probes else {
        return Distance {
            text: String::new(),
            rules: vec![in_flight],
        };
    };
    let more = |limit: u32, value: u32, noun: &str, verb: &str| {
        let more = limit.saturating_sub(value);
        let ending = if more == 1 { "s" } else { "" };
        format!(
            "{} {verb}{ending}",
            plural(more.into(), &format!("more {noun}"))
        )
    };
    Distance {
        text: format!(
            "{} the circuit; {} it again.",
            more(
                probes.success_threshold,
                probes.succeeded,
                "success",
                "close"
            ),
            more(probes.probe_failures, probes.failed, "failure", "open"),
        ),
        rules: vec![
            Rule::of_counts(
                "Successful probes",
                probes.succeeded,
                probes.success_threshold,
            ),
            Rule::of_counts("Failed probes", probes.failed, probes.probe_failures),
            in_flight,
        ],
    }
}

#[cfg(test)]
mod tests;
