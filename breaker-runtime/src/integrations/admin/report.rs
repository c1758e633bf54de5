//! The state of a breaker as Markdown, for the channel of an incident and for its review.

use std::time::SystemTime;

use super::instance::Instance;
use super::says::Says;
use super::table::printable;
use super::why::{action, cost, place, rule, who};
use super::words::{instant, words};
use crate::breaker::Snapshot;
use crate::values::{Action, Outage, PastTransition, Transition};

const MOST_TRANSITIONS: usize = 20;
const MOST_OUTAGES: usize = 3;
const MOST_ACTIONS: usize = 10;

/// Describes a breaker. `configured` are the settings of run time, and `actions` begin with the newest.
pub(super) fn report(
    it: &Snapshot,
    instance: &Instance,
    configured: &str,
    actions: &[Action],
    now: SystemTime,
) -> String {
    let name = match &it.key {
        Some(key) if key.trim().is_empty() => format!("\"{key}\" of {}", it.name),
        Some(key) => format!("{key} of {}", it.name),
        None => it.name.clone(),
    };
    let state = words(it.state.as_str());
    let says = plain(&Says::of(it).at(now));
    let Instance {
        service,
        version,
        environment,
        name: host,
        ..
    } = instance;
    let from = [service, version, environment, host];
    let from: Vec<_> = from.into_iter().flatten().map(|it| code(it)).collect();
    let mut lines = vec![
        format!("**{} is {state}.** {says}\n", plain(&name)),
        format!("- Read at {} from {}", instant(now), from.join(" ")),
    ];
    if let Some(view) = &it.fleet {
        let says = plain(&Says::of_fleet(view).at(now));
        lines.push(format!("- Fleet: {says}"));
    }
    if let Some(outage) = &it.outage {
        lines.push(format!("- Outage since {}", told(outage)));
    }
    for past in it.past_outages.iter().rev().take(MOST_OUTAGES) {
        lines.push(format!("- Past outage: began {}", told(past)));
    }
    if let Some(set) = &it.r#override {
        let until = set.until.map_or("it is cleared".to_owned(), instant);
        let state = words(set.state.as_str());
        let (since, who) = (instant(set.since), code(&who(&set.by)));
        lines.push(format!(
            "- Override: {state} since {since}, until {until}, {who}"
        ));
    }
    if !configured.is_empty() {
        lines.push(format!("- Settings of run time: {}", code(configured)));
    }
    for done in actions.iter().take(MOST_ACTIONS) {
        let key = done.key.as_ref().filter(|_| it.key.is_none());
        let key = key.map_or_else(String::new, |key| format!(" of {}", code(key)));
        let (at, text) = (instant(done.at), plain(&action(done)));
        lines.push(format!("- Action at {at}{key}: {text}"));
    }
    let skipped = it.history.len().saturating_sub(MOST_TRANSITIONS);
    let rows: Vec<_> = it.history.iter().skip(skipped).map(row).collect();
    if !rows.is_empty() {
        lines.push("\n| when (UTC) | transition | why | who |\n|---|---|---|---|".to_owned());
        lines.extend(rows);
    }
    lines.join("\n") + "\n"
}

fn told(outage: &Outage) -> String {
    let began = instant(outage.began_at);
    let first = &outage.first.transition;
    format!(
        "{began}, {}; first opening: {}{}",
        cost(outage),
        rule(first),
        caused(first)
    )
}

fn caused(transition: &Transition) -> String {
    let cause = transition.cause.as_ref();
    cause.map_or_else(String::new, |cause| {
        format!(", {} in {}", code(&cause.text), code(&place(cause)))
    })
}

fn row(past: &PastTransition) -> String {
    let it = &past.transition;
    let (from, to) = (words(it.from.as_str()), words(it.to.as_str()));
    let who = match who(&it.by).as_str() {
        "" => String::new(),
        who => code(who),
    };
    let cells = [
        instant(past.took_place_at()),
        format!("{from} → {to}"),
        rule(it) + &caused(it),
        who,
    ];
    let cells = cells.map(|cell| cell.replace('|', "\\|"));
    format!("| {} |", cells.join(" | "))
}

/// Takes the meaning of Markdown from a text.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in printable(text).chars() {
        if r"\`*_[]<>|&#~@".contains(letter) {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}

/// Makes a text a span of code, in which Markdown has no effect.
fn code(text: &str) -> String {
    let shown = printable(text);
    let runs = shown.split(|letter| letter != '`');
    match runs.map(str::len).max().unwrap_or_default() {
        0 => format!("`{shown}`"),
        longest => {
            let fence = "`".repeat(longest + 1);
            format!("{fence} {shown} {fence}")
        }
    }
}

#[cfg(test)]
mod tests;
