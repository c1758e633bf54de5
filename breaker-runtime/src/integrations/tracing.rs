//! Events of all registries as events of `tracing`, with the target `breaker`.

use tracing::{debug, field, info, warn};

use crate::config::Conflict;
use crate::error::Rejection;
use crate::event::{Event, EventKind, Transition};
use crate::snapshot::Override;
use crate::state::State;

/// Logs what happened to a breaker: an opening as a warning, all else as information.
///
/// Conflicts have [`conflict`], since listeners may hear of them a second time.
pub(crate) fn event(event: &Event) {
    let (name, key) = (event.breaker().name(), event.breaker().key());
    match event.kind() {
        EventKind::Transition(changed) => transition(name, key, changed),
        EventKind::OverrideSet(set) => over(name, key, set, "an override was set"),
        EventKind::OverrideCleared(was) => over(name, key, was, "an override was cleared"),
        EventKind::OverrideExpired(was) => over(name, key, was, "an override has ended"),
        EventKind::SettingsRefused(problem) => {
            warn!(target: "breaker", name, key, "circuit breaker `{name}`: {problem}");
        }
        EventKind::Conflict(_) => {}
    }
}

fn transition(name: &str, key: Option<&str>, changed: &Transition) {
    // The level has to be a constant.
    macro_rules! log {
        ($level:ident) => {
            $level!(
                target: "breaker",
                name,
                key,
                from = changed.from.as_str(),
                to = changed.to.as_str(),
                reason = changed.reason.as_str(),
                generation = changed.generation,
                open_for = changed.open_period.map(field::debug),
                failures = changed.open_period.map(|_| changed.failures),
                rate = changed.rate,
                "circuit breaker `{name}`: {changed}"
            )
        };
    }
    if changed.to == State::Open {
        log!(warn);
    } else {
        log!(info);
    }
}

fn over(name: &str, key: Option<&str>, over: &Override, what: &str) {
    info!(
        target: "breaker",
        name,
        key,
        state = over.state.as_str(),
        reason = over.reason,
        "circuit breaker `{name}`: {what}"
    );
}

/// Warns of two places that disagree about a breaker.
pub(crate) fn conflict(conflict: &Conflict) {
    warn!(target: "breaker", name = conflict.breaker, "{conflict}");
}

/// Tells of a call that was refused, to whoever wants to debug.
pub(crate) fn rejection(rejection: &Rejection) {
    debug!(
        target: "breaker",
        name = rejection.name(),
        key = rejection.key(),
        state = rejection.state().as_str(),
        reason = rejection.reason().as_str(),
        retry_after = rejection.retry_after().map(field::debug),
        "{rejection}"
    );
}
