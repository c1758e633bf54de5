//! One breaker in a list.

use std::cmp::Reverse;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::recorder::Rates;
use super::says::Says;
use super::shown_keys::ShownKeys;
use super::words::{plural, words};
use crate::breaker::{CircuitBreaker, Snapshot};
use crate::config::ExactDuration;
use crate::serialize::Timestamp;
use crate::values::{KeyStats, Layer, State, Totals};

/// All states, in the order in which summaries list them.
pub(super) const STATES: [State; 5] = [
    State::Closed,
    State::HalfOpen,
    State::Open,
    State::ForcedOpen,
    State::ForcedClosed,
];

/// The urgency of a breaker that nobody has to look at.
pub(super) const QUIET: (u64, Reverse<u64>) = (11, Reverse(0));

/// What a list says about a breaker.
#[derive(Debug)]
pub(super) struct Row {
    /// It is large, and rows are moved.
    pub(super) snapshot: Box<Snapshot>,
    /// The calls per second, if they are recorded; those of keys are not.
    pub(super) rates: Option<Rates>,
}

impl Row {
    /// Reads a breaker. Holds nothing that keeps the breaker alive.
    pub(super) fn of(breaker: &CircuitBreaker, keys: &ShownKeys) -> Self {
        let mut row = Self::with_past(breaker, keys);
        // A list has many rows, and each shows only the last transition.
        let it = &mut row.snapshot;
        it.history = it.history.pop().into_iter().collect();
        it.actions = Vec::new();
        it.past_outages = Vec::new();
        row
    }

    /// Reads a breaker with its history and its last actions.
    pub(super) fn with_past(breaker: &CircuitBreaker, keys: &ShownKeys) -> Self {
        let mut snapshot = Box::new(breaker.snapshot());
        keys.replace(&mut snapshot.key);
        Self {
            snapshot,
            rates: None,
        }
    }

    /// Returns the settings that were configured at run time.
    pub(super) fn configured(&self) -> Vec<&'static str> {
        let layers = self.snapshot.layers.iter();
        let configured = layers.filter(|(_, layer)| *layer == Layer::Runtime);
        configured.map(|(setting, _)| setting).collect()
    }

    /// Returns whether a setting was configured at run time.
    pub(super) fn is_configured(&self) -> bool {
        let mut layers = self.snapshot.layers.iter();
        layers.any(|(_, layer)| layer == Layer::Runtime)
    }

    /// Returns the totals: for a name with keys, those of all keys.
    pub(super) fn totals(&self) -> &Totals {
        let keys = self.snapshot.key_stats.as_ref();
        keys.map_or(&self.snapshot.totals, |keys| &keys.totals)
    }

    /// Returns whether the breaker is critical and rejects every call.
    pub(super) fn is_down(&self) -> bool {
        let keys = self.snapshot.key_stats.as_ref();
        let rejects = matches!(self.snapshot.state, State::Open | State::ForcedOpen);
        let keys_reject = keys.is_some_and(KeyStats::rejects_all_recent);
        self.snapshot.config.critical && (rejects || keys_reject)
    }

    /// Returns whether calls were rejected in the last seconds.
    fn rejects(&self) -> bool {
        self.rates.is_some_and(|rates| rates.rejected() > 0.0)
    }

    /// Returns the place in a list that begins with what needs attention first.
    pub(super) fn urgency(&self) -> (u64, Reverse<u64>) {
        let it = &self.snapshot;
        let sick = it.key_stats.as_ref().map_or((0, 0), sick_of);
        let place = match it.state {
            _ if self.is_down() => 0,
            State::ForcedClosed if it.machine_state == State::Open => 1,
            State::Open => 2,
            State::ForcedOpen => 3,
            State::HalfOpen => 4,
            State::ForcedClosed => 5,
            State::Closed if sick.0 * 2 > sick.1 => 6,
            State::Closed if self.rejects() => 7,
            State::Closed if sick.0 > 0 => 8,
            State::Closed if it.outage.is_some() || it.ramp.is_some() => 9,
            State::Closed if self.is_configured() => 10,
            State::Closed => QUIET.0,
        };
        let (failures, calls) = match &it.window {
            Some(window) => (window.failures, window.calls),
            None => (it.failures_in_a_row.into(), 1),
        };
        (place, Reverse(failures.saturating_mul(1000) / calls.max(1)))
    }

    /// Returns when the state is expected to change by the passing of time.
    fn retry_at(&self) -> Option<SystemTime> {
        let it = &self.snapshot;
        match it.state {
            // The instant, because the rest of a period would make two equal readings differ.
            State::Open => it.since.checked_add(it.open_period?),
            State::ForcedOpen | State::ForcedClosed => it.r#override.as_ref()?.until,
            State::Closed | State::HalfOpen => None,
        }
    }

    /// Returns what is special about the breaker, in words.
    fn tags(&self) -> Vec<String> {
        let it = &self.snapshot;
        let keys = it.key_stats.as_ref();
        let is_endless = it
            .r#override
            .as_ref()
            .is_some_and(|set| set.until.is_none());
        let configured = self.configured().join(", ");
        let tags = [
            it.config.critical.then(|| "critical".to_owned()),
            keys.map(|keys| plural(keys.keys as u64, "key")),
            is_endless.then(|| "no end".to_owned()),
            it.fleet.is_some().then(|| "shared".to_owned()),
            it.config.shadow.then(|| "shadow".to_owned()),
            (!configured.is_empty()).then(|| format!("changed: {configured}")),
        ];
        tags.into_iter().flatten().collect()
    }

    pub(super) fn to_json(&self) -> Value {
        let it = &self.snapshot;
        let totals = self.totals();
        json!({
            "name": it.name,
            "key": it.key,
            "badge": badge(it),
            "tags": self.tags(),
            "says": Says::of(it).to_json(),
            "state": it.state,
            "machine_state": it.machine_state,
            "critical": it.config.critical,
            "shadow": it.config.shadow,
            "override": it.r#override,
            "since": Timestamp(it.since),
            "retry_at": self.retry_at().map(Timestamp),
            "open_period": it.open_period.map(ExactDuration),
            "failures_in_a_row": it.failures_in_a_row,
            "probes_in_flight": it.probes_in_flight,
            "in_flight": it.in_flight,
            "probes": it.probes,
            "ramp": it.ramp,
            "window": it.window,
            "configured": self.configured(),
            "rates": self.rates.map(Rates::to_json),
            "totals": {
                "calls": totals.calls,
                "failures": totals.failures,
                "rejected": totals.rejected,
                "slow": totals.slow,
            },
            "outage": it.outage.as_ref().map(|outage| json!({
                "began_at": Timestamp(outage.began_at),
                "openings": outage.openings,
                "rejected": outage.rejected,
                "first": outage.first,
            })),
            "fleet": it.fleet,
            "keys": it.key_stats.as_ref().map(keys_to_json),
            "last_transition": it.history.last(),
        })
    }

    /// Returns the cells of a row of text; `now` is the present time.
    pub(super) fn cells(&self, now: SystemTime) -> Vec<String> {
        let it = &self.snapshot;
        let totals = self.totals();
        let critical = if it.config.critical { " critical" } else { "" };
        let shown = it.key.as_ref().unwrap_or(&it.name);
        vec![
            it.state.to_string(),
            format!("{shown}{critical}"),
            totals.calls.to_string(),
            totals.failures.to_string(),
            totals.rejected.to_string(),
            Says::of(it).at(now),
        ]
    }
}

/// The heads of the columns of [`Row::cells`].
pub(super) const COLUMNS: [&str; 6] = ["STATE", "NAME", "CALLS", "FAILED", "REJECTED", ""];

/// Returns the number of keys whose calls are affected, and the number of all keys.
fn sick_of(keys: &KeyStats) -> (usize, usize) {
    let well = keys.in_state(State::Closed) + keys.in_state(State::ForcedClosed);
    (keys.keys.saturating_sub(well), keys.keys)
}

/// Returns the state as people name it. That of a name with keys comes from its keys, unless it is forced.
pub(super) fn badge(it: &Snapshot) -> Value {
    let keys = it.key_stats.as_ref();
    let open = keys.map_or(0, |keys| {
        keys.in_state(State::Open) + keys.in_state(State::ForcedOpen)
    });
    let (state, text) = match it.state {
        State::Closed if open > 0 => {
            let most = open * 2 > keys.map_or(0, |keys| keys.keys);
            let state = if most { "open" } else { "keys_open" };
            (state, plural(open as u64, "key") + " open")
        }
        state => (state.as_str(), words(state.as_str())),
    };
    json!({"state": state, "text": text})
}

fn keys_to_json(keys: &KeyStats) -> Value {
    let states = keys.states.iter();
    let worst = states
        .map(|(state, _)| *state)
        .max_by_key(|it| it.severity());
    json!({
        "keys": keys.keys,
        "states": counts_to_json(|state| keys.in_state(state)),
        "unlisted": keys.unlisted,
        "worst": worst,
    })
}

/// Returns an object with the number of breakers in each state.
pub(super) fn counts_to_json(in_state: impl Fn(State) -> usize) -> Value {
    let counts = STATES.map(|state| (state.as_str().to_owned(), json!(in_state(state))));
    Value::Object(Map::from_iter(counts))
}
