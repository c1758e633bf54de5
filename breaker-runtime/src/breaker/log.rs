//! The log of a breaker: `tracing` events with the target `breaker`. Without the feature `tracing`, nothing is logged.

#[cfg(all(feature = "rehearsal", feature = "tracing"))]
pub(crate) use self::with_tracing::recording_failed;
#[cfg(feature = "tracing")]
pub(crate) use self::with_tracing::{action, conflict, event, rejection};
#[cfg(all(feature = "rehearsal", not(feature = "tracing")))]
pub(crate) use self::without_tracing::recording_failed;
#[cfg(not(feature = "tracing"))]
pub(crate) use self::without_tracing::{action, conflict, event, rejection};

#[cfg(feature = "tracing")]
mod with_tracing {
    use tracing::span::Id;
    use tracing::{Span, debug, field, info, warn};

    use super::super::event::EventKind;
    use super::super::span::CallSpan;
    use crate::config::Conflict;
    use crate::values::{
        Action, BreakerName, Outage, Override, Rejection, SettingChange, State, Transition,
    };

    /// Logs an event of a breaker, with the key in the text: an opening as a warning, everything else as information.
    ///
    /// The line belongs to `span`, whichever thread delivers the event. [`conflict`] logs conflicts, because listeners
    /// may receive them a second time.
    pub(crate) fn event(breaker: &BreakerName, kind: &EventKind, span: &CallSpan) {
        let parent = span.id();
        match kind {
            EventKind::Transition(changed) => transition(breaker, changed, parent),
            EventKind::Action(it) => action_in(it, parent),
            EventKind::OutageBegan(it) => an_outage(breaker, it, parent, "an outage began"),
            EventKind::OutageEnded(it) => an_outage(breaker, it, parent, "an outage has ended"),
            EventKind::OverrideSet(set) => an_override(breaker, set, parent, "an override was set"),
            EventKind::OverrideCleared(was) => {
                an_override(breaker, was, parent, "an override was cleared");
            }
            EventKind::OverrideExpired(was) => {
                an_override(breaker, was, parent, "an override has ended");
            }
            EventKind::SettingsChanged(change) => setting_change(breaker, change, parent),
            EventKind::SettingsRejected(problem) => {
                let (name, key) = (breaker.as_str(), breaker.key());
                warn!(target: "breaker", parent: parent, name, key, "{breaker:#}: {problem}");
            }
            EventKind::Conflict(_) => {}
        }
    }

    fn transition(breaker: &BreakerName, changed: &Transition, parent: Option<Id>) {
        let kinds = changed.failures_by_kind;
        let kinds = (kinds.all() > 0).then(|| format!("{kinds:#}"));
        // The level must be a constant.
        macro_rules! log {
            ($level:ident) => {
                $level!(
                    target: "breaker",
                    parent: parent,
                    name = breaker.as_str(),
                    key = breaker.key(),
                    from = changed.from.as_str(),
                    to = changed.to.as_str(),
                    reason = changed.reason.as_str(),
                    generation = changed.generation,
                    open_for = changed.open_period.map(field::debug),
                    failures = changed.open_period.map(|_| changed.failures),
                    kinds = kinds.as_deref(),
                    rate = changed.rate,
                    cause = changed.cause.as_ref().map(|it| &*it.text),
                    function = changed.cause.as_ref().and_then(|it| it.function),
                    actor = changed.by.actor.as_deref(),
                    because = changed.by.reason.as_deref(),
                    shadow = changed.shadow.then_some(true),
                    "{breaker:#}: {changed}"
                )
            };
        }
        if changed.to == State::Open {
            log!(warn);
        } else {
            log!(info);
        }
    }

    fn an_outage(breaker: &BreakerName, outage: &Outage, parent: Option<Id>, what: &str) {
        info!(
            target: "breaker",
            parent: parent,
            name = breaker.as_str(),
            key = breaker.key(),
            lasted = outage.ended_at.map(|_| field::debug(outage.lasted)),
            openings = outage.openings,
            probes = outage.probes,
            rejected = outage.rejected,
            fallbacks = outage.fallbacks,
            "{breaker:#}: {what}"
        );
    }

    fn an_override(breaker: &BreakerName, it: &Override, parent: Option<Id>, what: &str) {
        info!(
            target: "breaker",
            parent: parent,
            name = breaker.as_str(),
            key = breaker.key(),
            state = it.state.as_str(),
            actor = it.by.actor.as_deref(),
            reason = it.by.reason.as_deref(),
            "{breaker:#}: {what}"
        );
    }

    fn setting_change(breaker: &BreakerName, change: &SettingChange, parent: Option<Id>) {
        info!(
            target: "breaker",
            parent: parent,
            name = breaker.as_str(),
            key = breaker.key(),
            setting = change.setting,
            from = change.from,
            to = change.to,
            layer = change.layer.as_str(),
            actor = change.by.actor.as_deref(),
            reason = change.by.reason.as_deref(),
            "{breaker:#}: {change}"
        );
    }

    /// Logs an action in the current span.
    pub(crate) fn action(it: &Action) {
        action_in(it, Span::current().id());
    }

    fn action_in(it: &Action, parent: Option<Id>) {
        info!(
            target: "breaker",
            parent: parent,
            name = it.breaker,
            key = it.key,
            action = it.kind.as_str(),
            actor = it.by.actor.as_deref(),
            reason = it.by.reason.as_deref(),
            "{it:#}"
        );
    }

    /// Logs a disagreement between two declarations of a breaker as a warning.
    pub(crate) fn conflict(conflict: &Conflict) {
        warn!(target: "breaker", name = conflict.breaker, "{conflict}");
    }

    /// Logs that calls could not be written to a file as a warning.
    #[cfg(feature = "rehearsal")]
    pub(crate) fn recording_failed(file: &str, error: &std::io::Error) {
        warn!(target: "breaker", file, "cannot record calls to `{file}`: {error}");
    }

    /// Logs a rejected call at the level `debug`.
    pub(crate) fn rejection(rejection: &Rejection) {
        debug!(
            target: "breaker",
            name = rejection.name(),
            key = rejection.key(),
            state = rejection.state().as_str(),
            reason = rejection.reason().as_str(),
            retry_after = rejection.retry_after().map(field::debug),
            "{rejection:#}"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod without_tracing {
    use super::super::event::EventKind;
    use super::super::span::CallSpan;
    use crate::config::Conflict;
    use crate::values::{Action, BreakerName, Rejection};

    pub(crate) fn event(_: &BreakerName, _: &EventKind, _: &CallSpan) {}

    pub(crate) fn action(_: &Action) {}

    pub(crate) fn conflict(_: &Conflict) {}

    pub(crate) fn rejection(_: &Rejection) {}

    #[cfg(feature = "rehearsal")]
    pub(crate) fn recording_failed(_: &str, _: &std::io::Error) {}
}
