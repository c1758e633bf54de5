//! Whether a control request is about this instance or about the whole fleet.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::joined::Joined;
use crate::breaker::CircuitBreaker;
use crate::integrations::admin::incoming::Incoming;
use crate::integrations::admin::problem::Problem;
use crate::integrations::admin::verb::Verb;

/// On what a control request acts.
pub(in super::super) enum Scope {
    Instance,
    Fleet(Joined),
}

/// Returns on what a control request acts.
pub(in super::super) fn scope_of(
    incoming: &Incoming<'_>,
    breaker: &CircuitBreaker,
) -> Result<Scope, Problem> {
    let words = [("instance", false), ("fleet", true)];
    if !incoming.query.word("scope", &words)?.unwrap_or(false) {
        return Ok(Scope::Instance);
    }
    let conflict = |kind, detail: String| Problem::new(StatusCode::CONFLICT, kind, detail);
    let fleet = Joined::of(&incoming.site.registry).ok_or_else(|| {
        let detail =
            "this instance is in no fleet; nothing was changed. Leave out `scope`, or join a fleet";
        conflict("no-fleet", detail.to_owned())
    })?;
    if !breaker.snapshot().config.shared {
        let name = breaker.name();
        let detail = format!(
            "the circuit breaker `{name}` is not shared with the fleet; nothing was changed. Leave out `scope`, or turn \
             its setting `shared` on"
        );
        return Err(conflict("not-shared", detail));
    }
    if incoming.query.get("keys").is_some() {
        let detail = "`keys` acts on the keys of this instance; leave it out, or leave out `scope`";
        return Err(Problem::bad_query("keys", detail));
    }
    Ok(Scope::Fleet(fleet))
}

/// Returns the scopes that an action may have, if there are several.
pub(in super::super) fn scopes(
    incoming: &Incoming<'_>,
    breaker: &CircuitBreaker,
    verb: Verb,
) -> Vec<Value> {
    // An override of the fleet is for a name and all its keys.
    let fits = incoming.query.get("keys").is_none()
        && (breaker.key().is_none() || verb.machine_state().is_some());
    let fleet =
        Joined::of(&incoming.site.registry).filter(|_| fits && breaker.snapshot().config.shared);
    let Some(fleet) = fleet else {
        return Vec::new();
    };
    vec![
        json!({"scope": "instance", "text": "this instance"}),
        json!({"scope": "fleet", "text": format!("the whole fleet {}", fleet.namespace())}),
    ]
}
