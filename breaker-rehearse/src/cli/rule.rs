//! Reads the rule for outages of the command line.

use std::time::Duration;

use breaker_rehearse::read_duration;
use breaker_runtime::rehearsal::OutageRule;

const NAMES: &str = "share, slot, min_calls, gap, least, tolerance, slow";

/// Reads a rule: `share=20%,least=30s`.
pub(super) fn read_rule(text: &str) -> Result<OutageRule, String> {
    let mut rule = OutageRule::new();
    for item in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let (name, value) = item
            .split_once('=')
            .ok_or_else(|| format!("`{item}` is not of the form NAME=VALUE, as `share=20%` is"))?;
        let (name, value) = (name.trim(), value.trim());
        let time = || {
            let nanos = read_duration(value, None);
            let nanos = nanos.map_err(|_| format!("`{value}` is not a duration, as `30s` is"))?;
            Ok::<_, String>(Duration::from_nanos(nanos))
        };
        rule = match name {
            "share" => rule.with_share(share(value)?),
            "min_calls" => {
                let count = value
                    .parse()
                    .map_err(|_| format!("`{value}` is not a whole number"))?;
                rule.with_min_calls(count)
            }
            "slot" => rule.with_slot(time()?),
            "gap" => rule.with_gap(time()?),
            "least" => rule.with_least(time()?),
            "tolerance" => rule.with_tolerance(time()?),
            "slow" => rule.with_slow(time()?),
            _ => return Err(format!("there is no `{name}`; there are {NAMES}")),
        };
    }
    Ok(rule)
}

fn share(text: &str) -> Result<f64, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let share = match text.strip_suffix('%') {
        Some(percent) => number(percent).map(|it| it / 100.0),
        None => number(text),
    };
    let share = share.filter(|it| *it > 0.0 && *it <= 1.0);
    share.ok_or_else(|| format!("`{text}` is not a share, as `20%` and `0.2` are"))
}
