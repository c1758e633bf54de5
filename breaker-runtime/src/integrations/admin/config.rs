//! The files of settings: which are watched, and how the last load went.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::incoming::{Answer, Incoming, Work};
use super::order::{Kind, Order};
use super::problem::Problem;
use crate::registry::LoadAttempt;
use crate::serialize::Timestamp;

/// Answers with the watched files and the result of the last load.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it is an endpoint like the others"
)]
pub(super) fn read(incoming: &Incoming<'_>) -> Answer {
    let site = incoming.site;
    let watched = site.watch.as_ref().map(|watch| {
        let paths = watch.paths().iter();
        joined(paths.map(|path| path.display().to_string()))
    });
    Ok(incoming.json(&json!({
        "instance": site.instance.to_json(),
        "watched": watched,
        "last_load": site.registry.last_load().map(|last| to_json(&last)),
    })))
}

/// Prepares a look at the watched files.
pub(super) fn check(incoming: &Incoming<'_>) -> Result<Work, Problem> {
    Order::read(incoming, Kind::Other)?;
    let watch = incoming.site.watch.clone().ok_or_else(|| {
        let detail = "no file is watched here; pass the watch to `Admin::watches`";
        Problem::new(StatusCode::CONFLICT, "not-watched", detail)
    })?;
    Ok(Box::new(move || watch.check()))
}

fn to_json(last: &LoadAttempt) -> Value {
    let problems = last.result.as_ref().err();
    json!({
        "at": Timestamp(last.at),
        "path": joined(last.paths.iter().cloned()),
        "report": last.result.as_ref().ok(),
        "problems": problems.map_or(json!([]), |problems| json!(problems)),
    })
}

/// Returns several paths as one text.
fn joined(paths: impl Iterator<Item = String>) -> String {
    paths.collect::<Vec<_>>().join(", ")
}
