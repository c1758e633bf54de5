//! The report as JSON.

use breaker_runtime::rehearsal::{Report, Timeline};
use serde_json::{Map, Value as Json, json};

use crate::assertion::Failed;
use crate::figures::{FIGURES, Value};

/// Returns the report as JSON: what the trace says, each candidate with all figures, and the assertions that failed.
///
/// Instants are in RFC 3339, and durations are text with a unit. A delay that does not exist is null.
pub fn as_json(
    timeline: &Timeline,
    reports: &[Report],
    notes: &[String],
    assertions: usize,
    failures: &[Failed],
) -> Json {
    let mut trace = members(serde_json::to_value(timeline));
    // They are for charts, of which the page has one.
    trace.remove("slots");
    let failed = failures.iter().map(|it| {
        json!({
            "candidate": it.candidate,
            "assertion": it.assertion,
            "values": it.values.iter().cloned().map(|(term, value)| (term, Json::from(value))).collect::<Map<_, _>>(),
        })
    });
    json!({
        "trace": trace,
        "notes": notes,
        "candidates": reports.iter().map(candidate).collect::<Vec<_>>(),
        "assertions": { "checked": assertions * reports.len(), "failed": failed.collect::<Vec<_>>() },
        "limits": Report::limits(),
    })
}

/// A report with the figures that follow from others.
fn candidate(report: &Report) -> Json {
    let mut all = members(serde_json::to_value(report));
    // Like the slots of the trace.
    all.remove("bands");
    all.remove("bands_merged");
    let outages = all.remove("outages");
    for figure in FIGURES {
        let value = (figure.of)(report);
        let value = match value {
            Value::Number(number) => value.whole().map_or(json!(number), Json::from),
            Value::Time(time) => json!(format!("{time:?}")),
            Value::Truth(truth) => json!(truth),
            Value::Never | Value::Unknown => Json::Null,
        };
        all.entry(figure.name).or_insert(value);
    }
    all.insert("outage_list".to_owned(), outages.unwrap_or_default());
    Json::Object(all)
}

/// Returns the members of an object, which reports are.
fn members(value: serde_json::Result<Json>) -> Map<String, Json> {
    match value {
        Ok(Json::Object(members)) => members,
        _ => Map::new(),
    }
}
