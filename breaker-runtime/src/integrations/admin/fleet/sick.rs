//! Members that vote alone for long: they are sick, and not the dependency.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::joined::Joined;
use super::words::label;
use crate::integrations::admin::incoming::Incoming;
use crate::integrations::admin::words::Lasts;
use crate::serialize::Timestamp;
use crate::values::{FleetCircuit, FleetView};

/// How long a member may vote alone before it counts as sick.
const LONGEST_ALONE: Duration = Duration::from_secs(10 * 60);

/// A member whose calls fail while those of all others succeed.
#[derive(Debug)]
pub(in super::super) struct Sick {
    breaker: String,
    key: Option<String>,
    member: String,
    since: SystemTime,
    now: SystemTime,
}

/// Returns the member that has voted alone for too long to open a circuit.
pub(in super::super) fn sick(
    breaker: &str,
    key: Option<&str>,
    view: Option<&FleetView>,
    now: SystemTime,
) -> Option<Sick> {
    let view = view.filter(|view| matches!(view.circuit, FleetCircuit::Closed))?;
    let ([member], Some(since)) = (&view.votes[..], view.votes_since) else {
        return None;
    };
    let lasts = now.duration_since(since).unwrap_or_default();
    (lasts >= LONGEST_ALONE).then(|| Sick {
        breaker: breaker.to_owned(),
        key: key.map(str::to_owned),
        member: member.clone(),
        since,
        now,
    })
}

/// Returns the sick members that this instance knows of, for names and for keys that are not quiet.
pub(in super::super) fn all_sick(incoming: &Incoming<'_>) -> Vec<Sick> {
    let (registry, keys) = (&incoming.site.registry, &incoming.site.keys);
    let now = registry.wall_now();
    let mut all = Vec::new();
    if Joined::of(registry).is_none() {
        return all;
    }
    for breaker in registry.by_name() {
        let view = breaker.snapshot().fleet;
        all.extend(sick(breaker.name(), None, view.as_ref(), now));
        let Some(keyed) = registry.keyed_of(&breaker).filter(|_| view.is_some()) else {
            continue;
        };
        keyed.each_in_order(|breaker| {
            if !breaker.is_quiet() {
                let key = breaker.key().map(|key| keys.shown(key));
                let view = breaker.snapshot().fleet;
                all.extend(sick(breaker.name(), key.as_deref(), view.as_ref(), now));
            }
        });
    }
    all
}

impl Sick {
    pub(in super::super) fn text(&self) -> String {
        let lasts = Lasts::between(self.since, self.now);
        let (member, breaker) = (label(&self.member), &self.breaker);
        let key = self.key.as_ref();
        let key = key.map_or_else(String::new, |key| {
            format!(" for the key `{}`", key.escape_debug())
        });
        format!(
            "the member `{}` of the fleet has voted alone for {lasts} to open `{breaker}`{key}: its calls fail, and those \
             of all other members succeed, so look at this member and not at the dependency",
            member.escape_debug()
        )
    }

    pub(in super::super) fn to_json(&self) -> Value {
        json!({
            "text": self.text(),
            "finding": {
                "kind": "sick_member",
                "sick_member": {
                    "breaker": self.breaker,
                    "key": self.key,
                    "member": self.member,
                    "since": Timestamp(self.since),
                },
            },
        })
    }
}

#[cfg(test)]
mod tests;
