//! The health of all breakers of a registry.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::routing::{MethodRouter, get};

use super::json::{Maybe, Text, whole_seconds};
use super::response::json;
use crate::breaker::CircuitBreaker;
use crate::registry::Registry;
use crate::values::State;

/// Returns a `GET` handler that reports the health of all breakers of a registry.
///
/// | status | `"status"` | when |
/// |---|---|---|
/// | 200 | `ok` | every circuit is closed or forced closed |
/// | 200 | `degraded` | a circuit is open, half open or forced open |
/// | 503 | `down` | a [`critical`](crate::Config::critical) circuit is open or forced open |
///
/// A critical circuit that is half open only degrades the service, because it needs calls to close again. An open
/// breaker by key also only degrades it, because it is one of many under its name. While the breaker of the name itself
/// is forced open, the calls of all keys are rejected; that counts as `down` if the breaker is critical.
///
/// The body is JSON. It lists every breaker that is not closed, sorted by name:
///
/// ```json
/// {"status":"degraded","breakers":[
///   {"name":"bank","key":null,"state":"open","critical":false,"retry_after":13}]}
/// ```
///
/// `retry_after` is in whole seconds, rounded up, or `null` if it is unknown. A request is a reading: it applies
/// transitions that are due, such as the end of an open period.
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
    get(move || async move { answer(&registry) })
}

/// The overall status, from best to worst.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Ok,
    Degraded,
    Down,
}

impl Status {
    fn of(breaker: &CircuitBreaker, state: State, critical: bool) -> Self {
        match state {
            State::Closed | State::ForcedClosed => Self::Ok,
            State::Open | State::ForcedOpen if critical && breaker.key().is_none() => Self::Down,
            State::Open | State::ForcedOpen | State::HalfOpen => Self::Degraded,
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

fn answer(registry: &Registry) -> Response<Body> {
    let mut whole = Status::Ok;
    let mut listed = String::new();
    for breaker in registry.breakers() {
        // Most breakers are closed, and a snapshot copies much more than the state.
        if breaker.state() == State::Closed {
            continue;
        }
        let snapshot = breaker.snapshot();
        let (state, critical) = (snapshot.state, snapshot.config.critical);
        if state == State::Closed {
            continue;
        }
        whole = whole.max(Status::of(&breaker, state, critical));
        let comma = if listed.is_empty() { "" } else { "," };
        let written = write!(
            listed,
            r#"{comma}{{"name":{},"key":{},"state":"{state}","critical":{critical},"retry_after":{}}}"#,
            Text(&snapshot.name),
            Maybe(snapshot.key.as_deref().map(Text)),
            Maybe(snapshot.retry_after.map(whole_seconds)),
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
