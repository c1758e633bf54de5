//! One breaker, and the actions and findings of a registry.

use serde_json::{Value, json};

use super::format::Format;
use super::incoming::{Answer, Incoming};
use super::recorder::Rates;
use super::table::table;
use crate::breaker::Snapshot;
use crate::registry::LoadedForce;
use crate::serialize::Timestamp;
use crate::values::Action;

/// The number of actions in the details of a breaker.
const MOST_ACTIONS: usize = 20;

/// Answers with everything about one breaker.
pub(super) fn breaker(incoming: &Incoming<'_>) -> Answer {
    let breaker = incoming.breaker()?;
    let declarations = incoming.site.registry.declarations();
    let functions = declarations.into_iter();
    let functions: Vec<_> = functions.filter(|it| it.name() == breaker.name()).collect();
    // Keys are recorded only as the sums of their name.
    let name = breaker.key().is_none().then_some(breaker.name());
    let recorder = &incoming.site.recorder;
    let rates = name.and_then(|name| recorder.rates(name));
    let series = name.and_then(|name| recorder.series(name));
    let recent = name.and_then(|name| recorder.recent(name));
    let mut snapshot = breaker.snapshot();
    incoming.site.keys.replace_in(&mut snapshot);
    let links = incoming.site.links.iter();
    let links: Vec<_> = links.map(|link| link.to_json(breaker.name())).collect();
    Ok(incoming.json(&json!({
        "instance": incoming.site.instance.to_json(),
        "functions": functions,
        "rates": rates.map(Rates::to_json),
        "series": series.map(|series| series.to_json()),
        "recent": recent.map(|recent| recent.to_json()),
        "keys": snapshot.key_stats,
        "actions": actions_of(incoming, &snapshot),
        "file": file(incoming, breaker.name()),
        "links": links,
        "breaker": snapshot,
    })))
}

/// Returns the last actions on a breaker, the newest first; for a name with keys, also those on its keys.
fn actions_of(incoming: &Incoming<'_>, snapshot: &Snapshot) -> Vec<Action> {
    let mut actions = snapshot.actions.clone();
    if snapshot.key_stats.is_some() {
        let all = incoming.site.registry.actions().into_iter();
        let of_name = all.filter(|it| it.breaker.as_ref() == Some(&snapshot.name));
        let of_keys = of_name.filter(|it| it.key.is_some());
        actions.extend(of_keys.map(|mut action| {
            incoming.site.keys.replace(&mut action.key);
            action
        }));
        actions.sort_by_key(|it| it.at);
    }
    actions.reverse();
    actions.truncate(MOST_ACTIONS);
    actions
}

/// Returns what the loaded settings say about an override of a breaker.
fn file(incoming: &Incoming<'_>, name: &str) -> Option<Value> {
    let LoadedForce { path, force } = incoming.site.registry.loaded_force(name)?;
    Some(json!({"path": path, "force": force}))
}

/// Answers with the last actions of people and programs, the newest first.
pub(super) fn actions(incoming: &Incoming<'_>) -> Answer {
    let format = incoming.format()?;
    let mut actions = incoming.site.registry.actions();
    actions.reverse();
    for action in &mut actions {
        incoming.site.keys.replace(&mut action.key);
    }
    Ok(match format {
        Format::Json => incoming.json(&json!({
            "instance": incoming.site.instance.to_json(),
            "actions": actions,
        })),
        Format::Text => {
            let cells =
                |action: &Action| vec![Timestamp(action.at).to_string(), format!("{action:#}")];
            let rows: Vec<_> = actions.iter().map(cells).collect();
            incoming.text(table(&["AT", "ACTION"], &rows))
        }
    })
}

/// Answers with the mistakes in declarations and settings.
pub(super) fn findings(incoming: &Incoming<'_>) -> Answer {
    let format = incoming.format()?;
    let findings = incoming.site.registry.verify();
    Ok(match format {
        Format::Json => {
            let described = findings.iter();
            let described = described.map(|it| json!({"text": it.to_string(), "finding": it}));
            let described: Vec<_> = described.collect();
            incoming.json(&json!({
                "instance": incoming.site.instance.to_json(),
                "findings": described,
            }))
        }
        Format::Text => {
            let rows = findings.iter().map(|finding| vec![finding.to_string()]);
            incoming.text(table(&["FINDING"], &rows.collect::<Vec<_>>()))
        }
    })
}
