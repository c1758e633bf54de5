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

/// Returns a handler of `GET` that tells how the breakers of a registry are.
///
/// | status | `"status"` | when |
/// |---|---|---|
/// | 200 | `ok` | all circuits are closed, or are forced to be |
/// | 200 | `degraded` | some circuit is open, half open or forced open |
/// | 503 | `down` | one that is [`critical`](crate::Config::critical) is open or forced open |
///
/// A critical circuit that is half open only degrades: calls have to come for it to close. So does an open
/// breaker by key, which is one of many under its name; all are open if that of the name is forced open.
///
/// The body is JSON and has each breaker that is not closed, sorted by name:
///
/// ```json
/// {"status":"degraded","breakers":[
///   {"name":"bank","key":null,"state":"open","critical":false,"retry_after":13}]}
/// ```
///
/// `retry_after` is in whole seconds, rounded up, or `null`. To ask is a reading: it notices that an open
/// period has passed.
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
pub fn health<S>(registry: &Registry) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let registry = registry.clone();
    get(move || async move { answer(&registry) })
}

/// The states of the whole, from well to ill.
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
        // A snapshot has much more, and most are closed.
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
        debug_assert!(written.is_ok(), "a string takes everything");
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
