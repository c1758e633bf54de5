//! What happened to a breaker, as tables for people.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::recorder::Recent;
use super::why::{self, list};
use super::words::{Lasts, count, words};
use crate::breaker::Snapshot;
use crate::config::ExactDuration;
use crate::registry::Declaration;
use crate::serialize::Timestamp;
use crate::values::{Action, FailureKind, Latency, RejectionReason, Rejections, Totals};

/// The sources of the tables of a breaker.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    pub(super) breaker: &'a Snapshot,
    /// The newest first.
    pub(super) actions: &'a [Action],
    /// Time, text and key of each event, the newest first.
    pub(super) events: &'a [(SystemTime, String, Option<String>)],
    pub(super) functions: &'a [&'a Declaration],
    pub(super) recent: Option<&'a Recent>,
    pub(super) latency: Option<&'a Latency>,
    pub(super) latency_to_head: Option<&'a Latency>,
    pub(super) totals: &'a Totals,
}

/// A table that belongs to a section of the details.
#[derive(Clone, Copy, Debug)]
struct Table {
    section: &'static str,
    title: &'static str,
    heads: &'static [&'static str],
    /// What to say if there are no rows.
    nothing: &'static str,
    /// How many rows to show at first.
    few: usize,
}

impl Table {
    fn with(self, rows: impl Iterator<Item = Vec<Value>>) -> Value {
        json!({
            "section": self.section,
            "title": self.title,
            "heads": self.heads,
            "nothing": self.nothing,
            "few": self.few,
            "rows": rows.collect::<Vec<_>>(),
        })
    }
}

const TRANSITIONS: Table = Table {
    section: "Last 10 minutes",
    title: "Transitions, newest first",
    heads: &["When", "Change", "Why"],
    nothing: "No transitions yet.",
    few: 6,
};
const OUTAGES: Table = Table {
    section: "Outages",
    title: "Past outages, newest first",
    heads: &["Began", "What happened"],
    nothing: "No past outages.",
    few: 4,
};
const ACTIONS: Table = Table {
    section: "Actions and events",
    title: "Actions, newest first",
    heads: &["When", "Action"],
    nothing: "Nobody has acted on it.",
    few: 5,
};
const EVENTS: Table = Table {
    section: "Actions and events",
    title: "Events, newest first",
    heads: &["When", "Event", "Key"],
    nothing: "No events.",
    few: 6,
};
const LATENCY: Table = Table {
    section: "Latency",
    title: "Quantiles of the calls that ended",
    heads: &["Period", "Calls", "p50", "p95", "p99"],
    nothing: "No latencies are recorded: the setting `latency` is off.",
    few: 3,
};
const CALLS: Table = Table {
    section: "Calls",
    title: "Since start",
    heads: &["What", "Number", "Of which"],
    nothing: "",
    few: 7,
};
const FUNCTIONS: Table = Table {
    section: "Functions",
    title: "Declared by",
    heads: &["Function", "Time limit", "Place"],
    nothing: "No function declares it.",
    few: 5,
};

/// Returns all tables of a breaker. A cell is a text, or an object with an instant (`at`).
pub(super) fn tables(from: &Sources<'_>) -> Vec<Value> {
    let it = from.breaker;
    let at = |at: SystemTime| json!({"at": Timestamp(at)});
    let transitions = it.history.iter().rev().map(|past| {
        let change = &past.transition;
        let (before, after) = (words(change.from.as_str()), words(change.to.as_str()));
        vec![
            at(past.took_place_at()),
            json!(format!("{before} → {after}")),
            json!(why::why(change)),
        ]
    });
    let outages = it.past_outages.iter().rev();
    let outages = outages.map(|past| vec![at(past.began_at), json!(why::outage(past))]);
    let actions = from.actions.iter();
    let actions = actions.map(|action| vec![at(action.at), json!(why::action(action))]);
    let events = from.events.iter();
    let events = events.map(|(when, text, key)| {
        vec![
            at(*when),
            json!(text),
            json!(key.as_deref().unwrap_or_default()),
        ]
    });
    let functions = from.functions.iter().map(|it| {
        let limit = it.call_timeout().map(|it| ExactDuration(it).to_string());
        let place = format!("{}:{}", it.location().file, it.location().line);
        vec![
            json!(it.function()),
            json!(limit.unwrap_or_default()),
            json!(place),
        ]
    });
    vec![
        TRANSITIONS.with(transitions),
        OUTAGES.with(outages),
        ACTIONS.with(actions),
        EVENTS.with(events),
        LATENCY.with(quantiles(from).into_iter()),
        CALLS.with(totals(from.totals, it.key_stats.is_some()).into_iter()),
        FUNCTIONS.with(functions),
    ]
}

fn quantiles(from: &Sources<'_>) -> Vec<Vec<Value>> {
    let recent = from.recent.and_then(Recent::latency);
    let all = from.latency.filter(|all| all.count() > 0);
    let heads = from.latency_to_head;
    let rows = [
        ("Last minute", recent),
        ("Since start", all),
        ("Since start, to the first part of an answer", heads),
    ];
    let rows = rows.into_iter().filter_map(|(label, latency)| {
        let latency = latency.filter(|_| all.is_some() || heads.is_some())?;
        let quantiles = [0.5, 0.95, 0.99].map(|share| {
            let quantile = latency.quantile(share);
            json!(quantile.map_or("–".to_owned(), |it| Lasts(it).to_string()))
        });
        let mut row = vec![json!(label), json!(count(latency.count()))];
        row.extend(quantiles);
        Some(row)
    });
    rows.collect()
}

/// Returns the totals, each with its parts in words. `of_keys` says whether they are sums over keys.
fn totals(it: &Totals, of_keys: bool) -> Vec<Vec<Value>> {
    let answers = it.fallback_successes + it.fallback_failures;
    let calls = [
        ("succeeded", it.successes),
        ("failed", it.failures),
        ("ignored", it.ignored),
        ("cancelled", it.cancelled),
    ];
    let by_reason = |of: &Rejections| {
        let numbers = RejectionReason::ALL.map(|reason| (reason.as_str(), of.of(reason)));
        list(numbers)
    };
    // Slow calls have a row; a slow call may also have failed.
    let by_kind = it.failures_by_kind.ranked().into_iter();
    let by_kind = by_kind.filter(|(kind, _)| *kind != FailureKind::Slow);
    let failed = list(by_kind.map(|(kind, number)| (kind.as_str(), number)));
    let fallbacks = [
        ("succeeded", it.fallback_successes),
        ("failed", it.fallback_failures),
    ];
    let stale = match it.stale {
        0 => "",
        _ => "of calls that began before a change of the state; they decided nothing",
    };
    let whose = if of_keys {
        ", summed over all keys"
    } else {
        ""
    };
    let open = format!("open for {} in total{whose}", Lasts(it.open_time));
    let in_shadow = it.would_reject.all();
    let in_shadow = (in_shadow > 0).then(|| {
        let admitted = by_reason(&it.would_reject);
        ("Rejections withheld by shadow", in_shadow, admitted)
    });
    let rows = [
        ("Calls", it.calls, list(calls)),
        ("Failures", it.failures, failed),
        ("Slow calls", it.slow, String::new()),
        ("Rejections", it.rejected, by_reason(&it.rejections)),
        ("Fallback answers", answers, list(fallbacks)),
        ("Stale outcomes", it.stale, stale.to_owned()),
        ("Openings", it.opens, open),
    ];
    let spared = "by `max_open_share`: enough other keys were open".to_owned();
    let spared = (it.spared > 0).then_some(("Openings withheld", it.spared, spared));
    let rows = rows.into_iter().chain(in_shadow).chain(spared);
    rows.map(|(label, number, text)| vec![json!(label), json!(count(number)), json!(text)])
        .collect()
}
