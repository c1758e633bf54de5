//! Control: trips, resets and overrides, and what they would do.

use axum::http::StatusCode;
use serde_json::json;

use super::command::command;
use super::deed::{Deed, DeedLog};
use super::done::{event_of, last_action};
use super::effect::Effect;
use super::fleet::{self, Scope};
use super::incoming::{Answer, Incoming, LateAnswer};
use super::order::{Kind, Order};
use super::problem::Problem;
use super::standing::Standing;
use super::verb::{Keys, Verb};
use crate::breaker::CircuitBreaker;
use crate::serialize::Timestamp;

pub(super) fn trip<'a>(incoming: &'a Incoming<'a>) -> LateAnswer<'a> {
    Box::pin(act(incoming, Verb::Trip))
}

pub(super) fn reset<'a>(incoming: &'a Incoming<'a>) -> LateAnswer<'a> {
    Box::pin(act(incoming, Verb::Reset))
}

pub(super) fn force_open<'a>(incoming: &'a Incoming<'a>) -> LateAnswer<'a> {
    Box::pin(act(incoming, Verb::ForceOpen))
}

pub(super) fn force_closed<'a>(incoming: &'a Incoming<'a>) -> LateAnswer<'a> {
    Box::pin(act(incoming, Verb::ForceClosed))
}

pub(super) fn clear<'a>(incoming: &'a Incoming<'a>) -> LateAnswer<'a> {
    Box::pin(act(incoming, Verb::Clear))
}

async fn act(incoming: &Incoming<'_>, verb: Verb) -> Answer {
    let breaker = incoming.breaker()?;
    match fleet::scope_of(incoming, &breaker)? {
        Scope::Instance => act_here(incoming, &breaker, verb),
        Scope::Fleet(joined) => fleet::act(incoming, &breaker, verb, joined).await,
    }
}

/// Acts on this instance.
fn act_here(incoming: &Incoming<'_>, breaker: &CircuitBreaker, verb: Verb) -> Answer {
    let kind = match verb.forces() {
        Some(_) => Kind::Override,
        None => Kind::Other,
    };
    let order = Order::read(incoming, kind)?;
    let keys = [("open", Keys::Open), ("all", Keys::All)];
    let keys = incoming.query.word("keys", &keys)?;
    let is_dry_run = incoming.query.flag("dry_run")?.unwrap_or(false);

    let now = incoming.site.registry.wall_now();
    let before = Standing::of(incoming, breaker);
    let verb = match keys {
        Some(keys) => {
            check_keys(incoming, breaker, &before)?;
            verb.on(keys)
        }
        None => verb,
    };
    let (after, done) = if is_dry_run {
        (before.after(verb, &order, now), Vec::new())
    } else {
        verb.apply(breaker, &order);
        let kinds = verb.records().iter();
        let done = kinds.filter_map(|it| last_action(incoming, breaker, it, &order.actor));
        (Standing::of(incoming, breaker), done.collect())
    };
    let name = breaker.name();
    let key = breaker.key().map(|key| incoming.site.keys.shown(key));
    let undo = before.undo(verb, now);
    let tried = match &key {
        // Keys are recorded only as the sums of their name.
        Some(_) => None,
        None => incoming.site.recorder.rates(name),
    };
    let rejects_all = after.rejects_all();
    let per_second = |rejected| {
        let tried = tried?.tried();
        Some(if rejects_all? == rejected { tried } else { 0.0 })
    };
    let ends_at = verb
        .forces()
        .and(order.ttl)
        .and_then(|ttl| now.checked_add(ttl));
    let instance = &incoming.site.instance;
    let effect = Effect {
        verb,
        name,
        key: key.as_deref(),
        instance: instance.name.as_deref().unwrap_or(&instance.id),
        before: &before,
        after: &after,
        rejected_per_second: per_second(true),
        passing_per_second: per_second(false),
        ends_at,
    };
    let mut response = incoming.json(&json!({
        "action": verb.as_str(),
        "breaker": name,
        "key": key,
        "keys": incoming.query.get("keys"),
        "command": command(incoming),
        "dry_run": is_dry_run,
        "changed": before.changes_by(verb) > 0,
        "who": order.actor.name(),
        "reason": order.actor.reason(),
        "before": before.to_json(),
        "after": after.to_json(),
        "effect": {
            "scope": "instance",
            "says": effect.says().to_json(),
            "breakers": before.breakers(verb),
            "changes": before.changes_by(verb),
            "until": ends_at.map(Timestamp),
            "refused_per_second": effect.rejected_per_second,
            "passing_per_second": effect.passing_per_second,
        },
        "warnings": before.warnings(verb, &order),
        "scopes": fleet::scopes(incoming, breaker, verb),
        "undo": undo.map(|undo| undo.to_json(name, key.as_deref())),
        "event": done.first().and_then(|done| event_of(incoming, done)),
    }));
    let deed = Deed {
        actions: done,
        log: DeedLog {
            reason: order.actor.reason().map(str::to_owned),
            ttl: order.ttl,
            before: before.to_string(),
            after: after.to_string(),
        },
    };
    deed.attach(&mut response);
    Ok(response)
}

/// Rejects the parameter `keys` for a breaker that has no keys.
fn check_keys(
    incoming: &Incoming<'_>,
    breaker: &CircuitBreaker,
    before: &Standing,
) -> Result<(), Problem> {
    if breaker.key().is_some() {
        let detail = "use either `key` or `keys`, not both";
        return Err(Problem::bad_query("keys", detail));
    }
    let name = breaker.name();
    // The first call with a key may be yet to come.
    let declarations = incoming.site.registry.declarations();
    let mut declared = declarations.iter().filter(|it| it.name() == name);
    if before.has_keys() || declared.any(|it| it.has_key()) {
        return Ok(());
    }
    let detail = format!("the circuit breaker `{name}` has no keys; leave out `keys`");
    Err(Problem::new(StatusCode::CONFLICT, "no-keys", detail))
}
