//! The health of all breakers of a registry.

use std::fmt::{self, Write as _};

use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::routing::{MethodRouter, get};

use super::response::json;
use crate::integrations::rejections::json::{Maybe, Text};
use crate::integrations::rejections::whole_seconds::whole_seconds;
use crate::registry::Registry;
use crate::values::{KeyStats, State};

/// Returns a `GET` handler that reports the health of all breakers of a registry.
///
/// | status | `"status"` | when |
/// |---|---|---|
/// | 200 | `ok` | every circuit is closed or forced closed |
/// | 200 | `degraded` | a circuit is open, half open or forced open |
/// | 503 | `down` | a [`critical`](crate::Config::critical) circuit is open or forced open |
///
/// A critical circuit that is half open only degrades the service, because it needs calls to close again. A critical
/// name with keys is `down` if every key that was used within `idle_ttl` is open or forced open, or if the name itself
/// is forced open. If only some of its keys are open, it is `degraded`.
///
/// The body is JSON. It lists every name that is not closed, or that has a key that is neither closed nor forced
/// closed, sorted by name:
///
/// ```json
/// {"status":"degraded","breakers":[
///   {"name":"bank","state":"open","critical":false,"retry_after":13,"keys":null},
///   {"name":"fetch","state":"closed","critical":false,"retry_after":null,"keys":{"closed":7,"open":1}}]}
/// ```
///
/// `retry_after` is in whole seconds, rounded up, or `null` if it is unknown. `keys` counts the keys of the name by
/// state, or is `null` if the name has no keys. The body contains no key, because a key may identify a user. A request
/// is a reading: it applies transitions that are due, such as the end of an open period.
///
/// # Examples
///
/// ```
/// use axum::Router;
/// use breaker_runtime::Registry;
///
/// let routes: Router = Router::new()
///     .route("/health", breaker_runtime::axum::health(Registry::global()));
/// # drop(routes);
/// ```
#[doc(alias = "readiness")]
pub fn health<S>(registry: &Registry) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let registry = registry.clone();
    get(move || async move { health_of(&registry) })
}

/// Returns a `GET` handler that reports the health of all breakers of the [current](Registry::current) registry.
///
/// It answers as the handler of [`health`] does, for the registry that is in force when the request is handled. That
/// is the global registry, except in a test that has entered a `TestRegistry`. So one router can serve all tests.
///
/// # Examples
///
/// ```
/// use axum::Router;
///
/// let routes: Router = Router::new()
///     .route("/health", breaker_runtime::axum::health_current());
/// # drop(routes);
/// ```
pub fn health_current<S>() -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    get(|| async { health_of(&Registry::current()) })
}

/// The overall status, from best to worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Ok,
    Degraded,
    Down,
}

impl Status {
    fn of(state: State, critical: bool) -> Self {
        match state {
            State::Closed | State::ForcedClosed => Self::Ok,
            State::Open | State::ForcedOpen if critical => Self::Down,
            State::Open | State::ForcedOpen | State::HalfOpen => Self::Degraded,
        }
    }

    fn of_keys(keys: &KeyStats, critical: bool) -> Self {
        let states = keys.states.iter().map(|(state, _)| Self::of(*state, false));
        match states.max() {
            Some(Self::Degraded) if critical && keys.rejects_all_recent() => Self::Down,
            worst => worst.unwrap_or(Self::Ok),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

/// Returns the answer to a request for the health of all breakers of a registry.
pub(crate) fn health_of(registry: &Registry) -> Response<Body> {
    let mut whole = Status::Ok;
    let mut listed = String::new();
    for breaker in registry.by_name() {
        // Most breakers are closed and have no keys, and a snapshot copies much more than the state.
        if breaker.state() == State::Closed && !breaker.has_keys() {
            continue;
        }
        let snapshot = breaker.snapshot();
        let (state, critical) = (snapshot.state, snapshot.config.critical);
        let keys = snapshot.key_stats.as_ref();
        let status_of_keys = keys.map_or(Status::Ok, |keys| Status::of_keys(keys, critical));
        if state == State::Closed && status_of_keys == Status::Ok {
            continue;
        }
        whole = whole.max(Status::of(state, critical)).max(status_of_keys);
        let comma = if listed.is_empty() { "" } else { "," };
        let written = write!(
            listed,
            r#"{comma}{{"name":{},"state":"{state}","critical":{critical},"retry_after":{},"keys":{}}}"#,
            Text(&snapshot.name),
            Maybe(snapshot.retry_after.map(whole_seconds)),
            Maybe(keys.map(ByState)),
        );
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
    }
    let status = match whole {
        Status::Ok | Status::Degraded => StatusCode::OK,
        Status::Down => StatusCode::SERVICE_UNAVAILABLE,
    };
    let whole = whole.as_str();
    json(
        status,
        format!(r#"{{"status":"{whole}","breakers":[{listed}]}}"#),
    )
}

/// Formats the number of keys in each state as a JSON object.
struct ByState<'a>(&'a KeyStats);

impl fmt::Display for ByState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut states = self.0.states.clone();
        states.sort_by_key(|(state, _)| state.as_str());
        f.write_char('{')?;
        for (nth, (state, count)) in states.iter().enumerate() {
            let comma = if nth == 0 { "" } else { "," };
            write!(f, r#"{comma}"{state}":{count}"#)?;
        }
        f.write_char('}')
    }
}
