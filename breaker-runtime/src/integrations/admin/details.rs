//! One breaker, and the actions and findings of a registry.

use serde_json::json;

use super::format::Format;
use super::incoming::{Answer, Incoming};
use super::recorder::Rates;
use super::table::table;
use crate::serialize::Timestamp;
use crate::values::Action;

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
    Ok(incoming.json(&json!({
        "instance": incoming.site.instance.to_json(),
        "breaker": breaker.snapshot(),
        "functions": functions,
        "rates": rates.map(Rates::to_json),
        "series": series.map(|series| series.to_json()),
        "recent": recent.map(|recent| recent.to_json()),
    })))
}

/// Answers with the last actions of people and programs, the newest first.
pub(super) fn actions(incoming: &Incoming<'_>) -> Answer {
    let format = incoming.format()?;
    let mut actions = incoming.site.registry.actions();
    actions.reverse();
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
