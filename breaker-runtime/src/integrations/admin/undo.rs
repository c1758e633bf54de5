//! The request that takes an action back.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::config::ExactDuration;
use crate::values::{Override, State};

/// A request that takes an action back.
#[derive(Debug)]
pub(super) struct Undo {
    verb: &'static str,
    body: Option<Value>,
    is_in_fleet: bool,
}

pub(super) const RESET: Undo = Undo::without_body("reset");
pub(super) const TRIP: Undo = Undo::without_body("trip");
pub(super) const CLEAR: Undo = Undo::without_body("clear");

impl Undo {
    const fn without_body(verb: &'static str) -> Self {
        Self {
            verb,
            body: None,
            is_in_fleet: false,
        }
    }

    /// Returns the request that sets an earlier override for the rest of its time.
    pub(super) fn force_again(earlier: &Override, now: SystemTime) -> Self {
        let verb = match earlier.state {
            State::ForcedOpen => "force-open",
            _ => "force-closed",
        };
        let left = earlier.until.map(|until| {
            let left = until.duration_since(now).unwrap_or_default();
            let begun = u64::from(left.subsec_nanos() > 0);
            let left = left.as_secs().saturating_add(begun).max(1);
            ExactDuration(Duration::from_secs(left))
        });
        let reason = match earlier.reason.as_str() {
            "" => "as before",
            reason => reason,
        };
        Self {
            verb,
            body: Some(json!({"reason": reason, "ttl": left})),
            is_in_fleet: false,
        }
    }

    /// Makes this a request that acts on the whole fleet.
    pub(super) fn in_fleet(mut self) -> Self {
        self.is_in_fleet = true;
        self
    }

    pub(super) fn to_json(&self, name: &str, key: Option<&str>) -> Value {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(key.map(|key| ("key", key)));
        query.extend_pairs(self.is_in_fleet.then_some(("scope", "fleet")));
        let query = match query.finish() {
            query if query.is_empty() => query,
            query => format!("?{query}"),
        };
        json!({
            "method": "POST",
            "path": format!("{}/{name}{query}", self.verb),
            "body": self.body,
        })
    }
}
