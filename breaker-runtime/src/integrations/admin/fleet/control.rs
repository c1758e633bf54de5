//! Control requests that act on the whole fleet.

use std::time::SystemTime;

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::joined::Joined;
use super::scope::scopes;
use super::standing::FleetStanding;
use crate::breaker::{CircuitBreaker, Snapshot};
use crate::integrations::admin::command::command;
use crate::integrations::admin::deed::{Deed, DeedLog};
use crate::integrations::admin::done::{event_of, last_action};
use crate::integrations::admin::incoming::{Answer, Incoming};
use crate::integrations::admin::order::{Kind, Order};
use crate::integrations::admin::problem::Problem;
use crate::integrations::admin::says::Says;
use crate::integrations::admin::verb::Verb;
use crate::integrations::admin::words::{plural, words};
use crate::serialize::Timestamp;

/// Acts on the circuit of a breaker in the whole fleet, or says what that would do.
pub(in super::super) async fn act(
    incoming: &Incoming<'_>,
    breaker: &CircuitBreaker,
    verb: Verb,
    fleet: Joined,
) -> Answer {
    let kind = match verb.forces() {
        Some(_) => Kind::Override,
        None => Kind::Other,
    };
    let order = Order::read(incoming, kind)?;
    let is_dry_run = incoming.query.flag("dry_run")?.unwrap_or(false);
    if breaker.key().is_some() && verb.machine_state().is_none() {
        let detail = "an override of the fleet is for a name and all its keys; leave out `key`";
        return Err(Problem::bad_query("key", detail));
    }
    let now = incoming.site.registry.wall_now();
    let snapshot = breaker.snapshot();
    let before = FleetStanding::of(&snapshot);
    let after = before.after(verb, &order, now);
    let name = breaker.name();
    let mut action = None;
    if !is_dry_run {
        let done = fleet.obey(verb, &order, (name, breaker.key())).await;
        done.map_err(|why| not_confirmed(&why))?;
        action = last_action(incoming, breaker, verb.records_in_fleet(), &order.actor);
    }
    let key = breaker.key().map(|key| incoming.site.keys.shown(key));
    let ends_at = verb
        .forces()
        .and(order.ttl)
        .and_then(|ttl| now.checked_add(ttl));
    let effect = Effect {
        verb,
        name,
        key: key.as_deref(),
        fleet: fleet.namespace(),
        before: &before,
        after: &after,
        ends_at,
    };
    let undo = before.undo(verb, now);
    let undo = undo.map(|undo| undo.in_fleet().to_json(name, key.as_deref()));
    let members = snapshot.fleet.as_ref().map(|view| view.members);
    let mut response = incoming.json(&json!({
        "action": verb.as_str(),
        "breaker": name,
        "key": key,
        "keys": null,
        "command": command(incoming),
        "dry_run": is_dry_run,
        "changed": before.changes_by(verb),
        "who": order.actor.name(),
        "reason": order.actor.reason(),
        "before": before.to_json(),
        "after": after.to_json(),
        "effect": {
            "scope": "fleet",
            "says": effect.says(&snapshot).to_json(),
            "breakers": members,
            "changes": members.filter(|_| before.changes_by(verb)).unwrap_or(0),
            "until": ends_at.map(Timestamp),
            "refused_per_second": null,
            "passing_per_second": null,
        },
        "warnings": before.warnings(verb, &order),
        "scopes": scopes(incoming, breaker, verb),
        "undo": undo,
        "event": action.as_ref().and_then(|done| event_of(incoming, done)),
    }));
    let deed = Deed {
        actions: action.into_iter().collect(),
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

/// Makes the problem of an order that the store has not confirmed.
fn not_confirmed(why: &str) -> Problem {
    let detail = format!(
        "the store of the fleet has not confirmed this, so it may or may not be in force; repeat it, or leave out \
         `scope` and act on each instance: {why}"
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "fleet-away", detail)
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("2"))
}

/// What an action does, or would do, in the whole fleet.
struct Effect<'a> {
    verb: Verb,
    name: &'a str,
    key: Option<&'a str>,
    fleet: &'a str,
    before: &'a FleetStanding,
    after: &'a FleetStanding,
    ends_at: Option<SystemTime>,
}

impl Effect<'_> {
    fn says(&self, snapshot: &Snapshot) -> Says {
        let mut says = Says::default();
        if !self.before.changes_by(self.verb) {
            says.text("Nothing changes: ");
            self.subject(&mut says);
            says.text(match self.verb {
                Verb::Trip => " is already open in the whole fleet.",
                Verb::Reset => " is already closed in the whole fleet.",
                _ => " has no override of the fleet.",
            });
            return says;
        }
        match self.verb {
            Verb::ForceOpen | Verb::ForceClosed => {
                let opens = self.verb == Verb::ForceOpen;
                says.text(if opens { "Rejects" } else { "Admits" });
                says.text(" all calls of ");
                self.subject(&mut says);
                says.text(if opens { "" } else { ", even if they fail," });
                self.everywhere(&mut says, snapshot);
                match self.ends_at {
                    Some(end) => says.ends(", until ", end, ""),
                    None => says.text(" until someone clears the override"),
                }
            }
            Verb::Trip => {
                says.text("Opens the circuit of ");
                self.subject(&mut says);
                says.text(" for one open period and rejects all calls");
                self.everywhere(&mut says, snapshot);
            }
            Verb::Reset => {
                says.text("Closes the circuit of ");
                self.subject(&mut says);
                says.text(" and drops all votes");
                self.everywhere(&mut says, snapshot);
            }
            _ => {
                says.text("Clears the override of the fleet for ");
                self.subject(&mut says);
                self.everywhere(&mut says, snapshot);
                let state = words(self.after.beneath());
                says.text(format!(". Its state in the fleet is then {state}"));
            }
        }
        says.text(".");
        says
    }

    fn subject(&self, says: &mut Says) {
        match self.key {
            Some(key) => says.quote("", key, &format!(" of {}", self.name)),
            None if self.before.has_keys && self.verb.machine_state().is_none() => {
                says.text(format!("{} and its keys", self.name));
            }
            None => says.text(self.name),
        }
    }

    fn everywhere(&self, says: &mut Says, snapshot: &Snapshot) {
        let members = snapshot.fleet.as_ref().map_or(0, |view| view.members);
        let members = match members {
            0 => "in the whole fleet ".to_owned(),
            some => format!("at {} of the fleet ", at_members(some)),
        };
        says.text(format!(" {members}{}", self.fleet));
    }
}

fn at_members(members: u32) -> String {
    match members {
        1 => "the only member".to_owned(),
        2 => "both members".to_owned(),
        _ => format!("all {}", plural(members.into(), "member")),
    }
}
