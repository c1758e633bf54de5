//! The body of a control request: why, and for how long.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::incoming::Incoming;
use super::problem::{Problem, did_you_mean};
use crate::config::{ExactDuration, nearest, parse_duration};
use crate::values::Actor;

/// What the body of a control request says.
#[derive(Debug)]
pub(super) struct Order {
    /// Who acts, and why.
    pub(super) actor: Actor,
    /// How long an override is to last; `None` if it lasts until it is cleared.
    pub(super) ttl: Option<Duration>,
}

/// Whether a request sets an override, which needs a reason and a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Override,
    Other,
}

impl Order {
    pub(super) fn read(incoming: &Incoming<'_>, kind: Kind) -> Result<Self, Problem> {
        let members = members(incoming)?;
        let known: &[&str] = match kind {
            Kind::Override => &["reason", "ttl"],
            Kind::Other => &["reason"],
        };
        if let Some(word) = members.keys().find(|word| !known.contains(&word.as_str())) {
            let meant = nearest(word, known.iter().copied());
            let shown = word.escape_debug();
            let detail = format!("unknown member `{shown}`{}", did_you_mean(meant));
            return Err(Problem::bad_body(detail).with("nearest", meant));
        }
        let reason = match members.get("reason") {
            None | Some(Value::Null) => None,
            Some(Value::String(reason)) => Some(reason.as_str()),
            Some(_) => return Err(Problem::bad_body("`reason` must be a string or null")),
        };
        if reason.is_none() && kind == Kind::Override && !incoming.site.rules.reason_is_optional {
            let detail =
                "an override needs a reason, such as `\"reason\": \"INC-42: maintenance\"`";
            return Err(unprocessable("reason-needed", detail));
        }
        let ttl = match kind {
            Kind::Override => ttl(members.get("ttl"), incoming.site.rules.longest_ttl)?,
            Kind::Other => None,
        };
        let actor = actor(incoming, reason)?;
        Ok(Self { actor, ttl })
    }
}

/// Returns the actor that was granted control, with a reason if there is one.
pub(super) fn actor(incoming: &Incoming<'_>, reason: Option<&str>) -> Result<Actor, Problem> {
    // Every endpoint that asks for the actor needs control.
    let actor = incoming.actor.clone();
    let actor = actor.ok_or_else(|| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "not-granted",
            "you may read, but not control",
        )
    })?;
    match reason {
        Some(reason) => actor
            .because(reason)
            .map_err(|error| unprocessable("reason", error.to_string())),
        None => Ok(actor),
    }
}

pub(super) fn unprocessable(kind: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, kind, detail)
}

/// Rejects a body that is not JSON. No page of another site can send JSON without the consent of this server.
pub(super) fn check_media_type(incoming: &Incoming<'_>, accepted: &[&str]) -> Result<(), Problem> {
    let media_type = incoming.request.headers.get(CONTENT_TYPE);
    let media_type = media_type.map(|it| String::from_utf8_lossy(it.as_bytes()));
    let media_type = media_type.as_deref().unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if accepted.iter().any(|it| it.eq_ignore_ascii_case(essence)) {
        return Ok(());
    }
    let detail = format!(
        "the header `Content-Type` must be `{}`",
        accepted.join("` or `")
    );
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "media-type",
        detail,
    ))
}

/// Describes a body that is not the JSON that was expected.
pub(super) fn not_json(error: &serde_json::Error) -> Problem {
    Problem::bad_body(error.to_string())
        .with("line", error.line())
        .with("column", error.column())
}

/// Returns the members of the body; none if there is no body.
fn members(incoming: &Incoming<'_>) -> Result<Map<String, Value>, Problem> {
    if incoming.body.is_empty() {
        return Ok(Map::new());
    }
    check_media_type(incoming, &["application/json"])?;
    serde_json::from_slice(&incoming.body).map_err(|error| not_json(&error))
}

fn ttl(ttl: Option<&Value>, longest: Option<Duration>) -> Result<Option<Duration>, Problem> {
    let problem = |detail: String| unprocessable("ttl", detail);
    let ttl = match ttl {
        None => {
            let detail = "`ttl` is missing: write a duration such as `\"30m\"`, or null for an \
                          override that lasts until it is cleared";
            return Err(problem(detail.to_owned()));
        }
        Some(Value::Null) => None,
        Some(Value::String(text)) => Some(
            parse_duration(text)
                .map_err(|mistake| problem(mistake.message(|text| format!("`\"{text}\"`"))))?,
        ),
        Some(_) => {
            let detail = "`ttl` must be a string such as `\"30m\"`, or null";
            return Err(problem(detail.to_owned()));
        }
    };
    match longest {
        Some(longest) if ttl.is_none_or(|ttl| ttl > longest) => {
            let longest = ExactDuration(longest).to_string();
            let detail = format!("`ttl` must be at most `{longest}`");
            Err(problem(detail).with("maximum", longest))
        }
        _ => Ok(ttl),
    }
}
