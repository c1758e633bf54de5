//! The settings of a breaker: where each value comes from, and changes at run time.

use axum::body::Body;
use axum::http::header::{ETAG, HeaderValue, IF_MATCH};
use axum::http::{Response, StatusCode};
use serde_json::error::Category;
use serde_json::{Map, Value, json};

use super::command::command;
use super::deed::{Deed, DeedLog};
use super::done::{event_of, last_action};
use super::format::{Format, tag_of};
use super::incoming::{Answer, Incoming};
use super::order::{actor, check_media_type, not_json, unprocessable};
use super::problem::Problem;
use crate::breaker::CircuitBreaker;
use crate::config::{ConfigError, Patch};
use crate::values::{Action, Actor, Configured, SettingChange, WindowEffect};

/// Answers with all settings, the layers of each, and those that were configured at run time.
pub(super) fn read(incoming: &Incoming<'_>) -> Answer {
    let breaker = incoming.named()?;
    let settings = Settings::of(&breaker);
    let mut body = settings.body.clone();
    body.insert("instance".to_owned(), incoming.site.instance.to_json());
    body.insert("breaker".to_owned(), json!(breaker.name()));
    let body = Value::Object(body).to_string();
    Ok(incoming.tagged(Format::Json, body, &settings.tag))
}

/// Returns whether a recorder keeps the last calls.
#[cfg(feature = "rehearsal")]
fn is_recorded(incoming: &Incoming<'_>) -> bool {
    incoming.site.registry.recording().recent().is_some()
}

#[cfg(not(feature = "rehearsal"))]
fn is_recorded(_: &Incoming<'_>) -> bool {
    false
}

/// Changes settings by a merge patch.
pub(super) fn patch(incoming: &Incoming<'_>) -> Answer {
    let breaker = incoming.named()?;
    let patch = patch_of(incoming)?;
    change(incoming, &breaker, Some(&patch))
}

/// Reads the merge patch of a request.
pub(super) fn patch_of(incoming: &Incoming<'_>) -> Result<Patch, Problem> {
    check_media_type(
        incoming,
        &["application/merge-patch+json", "application/json"],
    )?;
    serde_json::from_slice(&incoming.body).map_err(|error| {
        let problem = not_json(&error);
        match error.classify() {
            Category::Data => problem.into_unprocessable("setting"),
            _ => problem,
        }
    })
}

/// Takes back all settings that were configured at run time.
pub(super) fn take_back(incoming: &Incoming<'_>) -> Answer {
    let breaker = incoming.named()?;
    change(incoming, &breaker, None)
}

/// Applies a patch, or takes back all settings.
fn change(incoming: &Incoming<'_>, breaker: &CircuitBreaker, patch: Option<&Patch>) -> Answer {
    let actor = actor(incoming, incoming.query.get("reason"))?;
    let is_dry_run = incoming.query.flag("dry_run")?.unwrap_or(false);
    let registry = &incoming.site.registry;
    let (name, before) = (breaker.name(), breaker.configured());
    // First, because it finds everything that is wrong.
    let would = patch.cloned().unwrap_or_else(Patch::take_back_all);
    let would = registry.dry_run(name, would);
    let would = would.map_err(|errors| rejected(&errors))?;
    let configured = if is_dry_run {
        check_tag(incoming, breaker)?;
        would
    } else {
        let by = registry.by(&actor);
        let unchanged = || check_tag(incoming, breaker).map_err(NotChanged::Precondition);
        let configured = match patch {
            Some(patch) => by.configure_if(name, patch, unchanged),
            None => by.unconfigure_if(name, unchanged),
        };
        configured.map_err(NotChanged::into_problem)?
    };
    let before = serde_json::to_value(before).unwrap_or_default();
    let undo = undo(&configured, &before);
    let action = match patch {
        Some(_) => "configure",
        None => "unconfigure",
    };
    let done = (!is_dry_run).then(|| last_action(incoming, breaker, action, &actor));
    let done = done.flatten();
    let mut response = answer(
        incoming,
        breaker,
        action,
        &actor,
        &configured,
        &undo,
        done.as_ref(),
    );
    let deed = Deed {
        actions: done.into_iter().collect(),
        log: DeedLog {
            reason: actor.reason().map(str::to_owned),
            before: listed(&configured, |change| &change.from),
            after: listed(&configured, |change| &change.to),
            ..DeedLog::default()
        },
    };
    deed.attach(&mut response);
    let tag = Settings::of(breaker).tag;
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

/// Returns one of the two values of each setting that a change affects.
fn listed(configured: &Configured, value: impl Fn(&SettingChange) -> &String) -> String {
    let changes = configured.changes.iter();
    let changes = changes.map(|it| format!("{} = {}", it.setting, value(it)));
    changes.collect::<Vec<_>>().join(", ")
}

fn answer(
    incoming: &Incoming<'_>,
    breaker: &CircuitBreaker,
    action: &str,
    actor: &Actor,
    configured: &Configured,
    undo: &Value,
    done: Option<&Action>,
) -> Response<Body> {
    incoming.json(&json!({
        "action": action,
        "breaker": breaker.name(),
        "command": command(incoming),
        "dry_run": incoming.query.get("dry_run") == Some("true"),
        "changed": !configured.changes.is_empty(),
        "who": actor.name(),
        "reason": actor.reason(),
        "changes": configured.changes,
        "texts": texts(configured),
        "settings": configured.settings,
        "window": configured.window,
        "rule_met": configured.rule_met,
        "recorded": is_recorded(incoming),
        "warnings": warnings(incoming, breaker, configured),
        "undo": {
            "method": "PATCH",
            "path": format!("settings/{}", breaker.name()),
            "body": undo,
        },
        "event": done.and_then(|done| event_of(incoming, done)),
    }))
}

/// Says which values in force change.
fn texts(configured: &Configured) -> Vec<String> {
    let is_mentioned = |setting| configured.settings.iter().any(|it| it.setting == setting);
    let changes = configured.changes.iter();
    let mut texts: Vec<_> = changes
        .map(
            |SettingChange {
                 setting, from, to, ..
             }| {
                let follows = if is_mentioned(*setting) {
                    ""
                } else {
                    " (as a consequence)"
                };
                format!("{setting}: {from} → {to}{follows}")
            },
        )
        .collect();
    if texts.is_empty() {
        texts.push("No value in force changes.".to_owned());
    }
    texts
}

fn warnings(
    incoming: &Incoming<'_>,
    breaker: &CircuitBreaker,
    configured: &Configured,
) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(keys) = incoming.site.registry.key_stats(breaker.name()) {
        warnings.push(format!("this holds for all {} keys of the name", keys.keys));
    }
    if let Some(rule) = configured.rule_met {
        warnings.push(format!(
            "the counts meet `{rule}`: the next failure opens the circuit"
        ));
    }
    if configured.window == WindowEffect::Emptied {
        warnings.push("the calls in the window are forgotten".to_owned());
    }
    warnings
}

/// Returns the merge patch that brings back what was configured before.
fn undo(configured: &Configured, before: &Value) -> Value {
    let mentioned = configured.settings.iter().map(|it| {
        let value = before.get(it.setting).cloned();
        (it.setting.to_owned(), value.unwrap_or_default())
    });
    Value::Object(mentioned.collect())
}

/// The settings of a breaker at one instant.
struct Settings {
    body: Map<String, Value>,
    tag: String,
}

impl Settings {
    fn of(breaker: &CircuitBreaker) -> Self {
        let names = breaker.snapshot().layers;
        let names = names.iter().map(|(name, _)| name);
        let settings: Vec<_> = names.filter_map(|name| breaker.setting(name)).collect();
        let body = json!({"settings": settings, "configured": breaker.configured()});
        let tag = tag_of(&body.to_string());
        let body = match body {
            Value::Object(body) => body,
            _ => Map::new(),
        };
        Self { body, tag }
    }
}

/// Rejects a change if the settings are not those that the client has seen.
fn check_tag(incoming: &Incoming<'_>, breaker: &CircuitBreaker) -> Result<(), Problem> {
    let Some(seen) = incoming.request.headers.get(IF_MATCH) else {
        return Ok(());
    };
    let Settings { tag, body } = Settings::of(breaker);
    let mut seen = seen.to_str().unwrap_or_default().split(',').map(str::trim);
    if seen.any(|seen| seen == "*" || seen == tag) {
        return Ok(());
    }
    let detail = "the settings have changed since you read them; nothing was changed";
    let problem = Problem::new(StatusCode::PRECONDITION_FAILED, "settings-changed", detail);
    let configured = body.get("configured").cloned().unwrap_or_default();
    Err(problem.with("etag", tag).with("configured", configured))
}

/// The reason why settings did not change.
enum NotChanged {
    Precondition(Problem),
    Rejected(ConfigError),
}

impl From<ConfigError> for NotChanged {
    fn from(error: ConfigError) -> Self {
        Self::Rejected(error)
    }
}

impl NotChanged {
    fn into_problem(self) -> Problem {
        match self {
            Self::Precondition(problem) => problem,
            Self::Rejected(error) => rejected(&[error]),
        }
    }
}

/// Returns everything that is wrong with settings.
pub(super) fn rejected(errors: &[ConfigError]) -> Problem {
    let texts: Vec<_> = errors.iter().map(ConfigError::to_string).collect();
    let described = errors.iter().zip(&texts);
    let described =
        described.map(|(error, text)| json!({"setting": error.field(), "detail": text}));
    unprocessable("setting", texts.join("; ")).with("errors", described.collect::<Vec<_>>())
}
