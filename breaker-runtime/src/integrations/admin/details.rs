//! One breaker, and the actions and findings of a registry.

use serde_json::{Value, json};

use super::distance::Distance;
use super::fleet::{self, Sick};
use super::format::Format;
use super::histogram;
use super::incoming::{Answer, Incoming};
use super::recorder::{Rates, Recent};
use super::report::report;
use super::row::badge;
use super::says::Says;
use super::table::table;
use super::tables::{Sources, tables};
use super::why;
use super::words::words;
use crate::breaker::{CircuitBreaker, Snapshot};
use crate::registry::LoadedForce;
use crate::serialize::Timestamp;
use crate::values::{Action, Outage, PastTransition};

/// The number of actions in the details of a breaker.
const MOST_ACTIONS: usize = 20;

/// Answers with everything about one breaker.
pub(super) fn breaker(incoming: &Incoming<'_>) -> Answer {
    let breaker = incoming.breaker()?;
    let formats = [("json", false), ("markdown", true)];
    let is_report = incoming.query.word("format", &formats)?.unwrap_or(false);
    let now = incoming.site.registry.wall_now();
    let mut snapshot = breaker.snapshot();
    incoming.site.keys.replace_in(&mut snapshot);
    let actions = actions_of(incoming, &snapshot);
    if is_report {
        let (instance, configured) = (&incoming.site.instance, configured(&breaker));
        let report = report(&snapshot, instance, &configured, &actions, now);
        return Ok(incoming.markdown(report));
    }
    let declarations = incoming.site.registry.declarations();
    let functions = declarations.into_iter();
    let functions: Vec<_> = functions.filter(|it| it.name() == breaker.name()).collect();
    // Keys are recorded only as the sums of their name.
    let name = breaker.key().is_none().then_some(breaker.name());
    let recorder = &incoming.site.recorder;
    let rates = name.and_then(|name| recorder.rates(name));
    let series = name.and_then(|name| recorder.series(name));
    let recent = name.and_then(|name| recorder.recent(name));
    let links = incoming.site.links.iter();
    let links: Vec<_> = links.map(|link| link.to_json(breaker.name())).collect();
    let keys = snapshot.key_stats.as_ref();
    let latency = match keys {
        Some(keys) => keys.latency.as_ref(),
        None => snapshot.latency.as_ref(),
    };
    let latency_to_head = match keys {
        Some(keys) => keys.latency_to_head.as_ref(),
        None => snapshot.latency_to_head.as_ref(),
    };
    let totals = keys.map_or(&snapshot.totals, |keys| &keys.totals);
    let events = incoming.site.events.of(&snapshot);
    let loaded = incoming.site.registry.loaded_force(breaker.name());
    let sources = Sources {
        breaker: &snapshot,
        actions: &actions,
        events: &events,
        functions: &functions,
        recent: recent.as_ref(),
        latency,
        latency_to_head,
        totals,
    };
    Ok(incoming.json(&json!({
        "instance": incoming.site.instance.to_json(),
        "functions": functions,
        "rates": rates.map(Rates::to_json),
        "series": series.map(|series| series.to_json(&snapshot)),
        "recent": recent.as_ref().map(Recent::to_json),
        "keys": snapshot.key_stats,
        "actions": actions.iter().map(action_to_json).collect::<Vec<_>>(),
        "tables": tables(&sources),
        "badge": badge(&snapshot),
        "says": Says::of(&snapshot).to_json(),
        "distance": Distance::of(&snapshot, now).to_json(),
        "latency": latency.and_then(histogram::to_json),
        "notes": notes(loaded.as_ref(), &snapshot),
        "fleet": fleet::of_breaker(&snapshot, &incoming.site.registry),
        "outage": snapshot.outage.as_ref().map(outage_to_json),
        "transitions": snapshot.history.iter().rev().map(transition_to_json).collect::<Vec<_>>(),
        "file": loaded.as_ref().map(file_to_json),
        "links": links,
        "breaker": snapshot,
    })))
}

/// Returns the settings of run time as text: `threshold = 20, window = 60s`.
fn configured(breaker: &CircuitBreaker) -> String {
    let given = breaker.configured();
    let given = given
        .given()
        .map(|(setting, value)| format!("{} = {value}", setting.name()));
    given.collect::<Vec<_>>().join(", ")
}

fn outage_to_json(outage: &Outage) -> Value {
    json!({"at": Timestamp(outage.began_at), "text": why::outage(outage)})
}

fn transition_to_json(past: &PastTransition) -> Value {
    let it = &past.transition;
    json!({
        "at": Timestamp(past.took_place_at()),
        "from": it.from,
        "to": it.to,
        "text": why::why(it),
    })
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

/// Returns an action with its text.
fn action_to_json(action: &Action) -> Value {
    let mut json = json!(action);
    json["text"] = why::action(action).into();
    json
}

/// Returns what the loaded settings say about an override of a breaker.
fn file_to_json(loaded: &LoadedForce) -> Value {
    let LoadedForce { path, force } = loaded;
    json!({"path": path, "force": force})
}

/// Returns what the state does not show: what a file forces, and the overrides beneath the one in force.
fn notes(loaded: Option<&LoadedForce>, snapshot: &Snapshot) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(LoadedForce {
        path,
        force: Some(force @ ("open" | "closed")),
    }) = loaded
    {
        notes.push(format!(
            "{path} forces this breaker {force}. A person's override takes precedence. Only the file ends its own override."
        ));
    }
    let beneath = snapshot.overrides.iter().skip(1);
    notes.extend(beneath.map(|it| {
        let (state, by) = (words(it.state.as_str()), &it.by);
        format!("When this override ends, another one applies: {state}, by {by}.")
    }));
    notes
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
            "actions": actions.iter().map(action_to_json).collect::<Vec<_>>(),
        })),
        Format::Text => {
            let cells =
                |action: &Action| vec![Timestamp(action.at).to_string(), format!("{action:#}")];
            let rows: Vec<_> = actions.iter().map(cells).collect();
            incoming.text(table(&["AT", "ACTION"], &rows))
        }
    })
}

/// Answers with the mistakes in declarations and settings, and with the sick members of the fleet.
pub(super) fn findings(incoming: &Incoming<'_>) -> Answer {
    let format = incoming.format()?;
    let findings = incoming.site.registry.verify();
    let sick = fleet::all_sick(incoming);
    Ok(match format {
        Format::Json => {
            let described = findings.iter();
            let described = described.map(|it| json!({"text": it.to_string(), "finding": it}));
            let sick = sick.iter().map(Sick::to_json);
            let described: Vec<_> = described.chain(sick).collect();
            incoming.json(&json!({
                "instance": incoming.site.instance.to_json(),
                "findings": described,
            }))
        }
        Format::Text => {
            let texts = findings.iter().map(ToString::to_string);
            let rows = texts
                .chain(sick.iter().map(Sick::text))
                .map(|text| vec![text]);
            incoming.text(table(&["FINDING"], &rows.collect::<Vec<_>>()))
        }
    })
}
