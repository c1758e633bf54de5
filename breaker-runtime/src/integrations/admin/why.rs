//! Why something happened, as text.

use super::words::{Lasts, percent, plural, words};
use crate::breaker::{Event, EventKind};
use crate::values::{Action, Attribution, Cause, Failures, Outage, Reason, State, Transition};

/// Lists the kinds of failures that occurred, the most frequent first: `13 timed out, 2 returned`.
pub(super) fn kinds(failures: &Failures) -> String {
    let ranked = failures.ranked().into_iter();
    let ranked = ranked.map(|(kind, number)| (kind.as_str(), number));
    list(ranked)
}

/// Lists counts that are not zero: `3 open, 1 half open`.
pub(super) fn list<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    let counts = counts.into_iter().filter(|(_, number)| *number > 0);
    let counts =
        counts.map(|(label, number)| format!("{} {}", super::words::count(number), words(label)));
    counts.collect::<Vec<_>>().join(", ")
}

/// Says who acted, and why: `ana: bank maintenance`. Empty if nobody is known.
pub(super) fn who(by: &Attribution) -> String {
    let known = [&by.actor, &by.reason].into_iter().flatten();
    known.map(AsRef::as_ref).collect::<Vec<_>>().join(": ")
}

/// Names the function and the place of a cause: `charge, src/pay.rs:41`.
pub(super) fn place(cause: &Cause) -> String {
    let function = cause.function.map(|function| format!("{function}, "));
    format!(
        "{}{}:{}",
        function.unwrap_or_default(),
        cause.file,
        cause.line
    )
}

/// Lists the failures behind a transition by kind. Empty if its reason already says the same.
pub(super) fn evidence(transition: &Transition) -> String {
    let failures = &transition.failures_by_kind;
    let told = match transition.reason {
        Reason::ProbeSlow => failures.slow,
        Reason::ProbeTimedOut => failures.silent,
        _ => 0,
    };
    if failures.all() > told {
        kinds(failures)
    } else {
        String::new()
    }
}

/// Says which rule a transition followed, and on which evidence: `failure rate 65 % (13 timed out)`.
pub(super) fn rule(transition: &Transition) -> String {
    let mut text = match transition.reason {
        Reason::Fleet => "decided by the fleet".to_owned(),
        reason => words(reason.as_str()),
    };
    if let Some(share) = transition.rate {
        text += " ";
        text += &percent(share);
    }
    match evidence(transition).as_str() {
        "" => text,
        evidence => format!("{text} ({evidence})"),
    }
}

/// Says why a transition took place: its rule, its cause, and who made it.
pub(super) fn why(transition: &Transition) -> String {
    let cause = transition.cause.as_ref();
    let cause = cause.map(|cause| format!(", “{}” in {}", cause.text, place(cause)));
    rule(transition) + &cause.unwrap_or_default() + &by(&transition.by)
}

/// Says by whom something was done, as the end of a sentence; empty if nobody is known.
fn by(by: &Attribution) -> String {
    match who(by).as_str() {
        "" => String::new(),
        who => format!(", by {who}"),
    }
}

/// Says how long an outage lasted, what it cost, and how it began.
pub(super) fn outage(outage: &Outage) -> String {
    format!(
        "{}; first opening: {}",
        cost(outage),
        why(&outage.first.transition)
    )
}

/// Says how long an outage lasted and what it cost.
pub(super) fn cost(outage: &Outage) -> String {
    let lasted = Lasts(std::time::Duration::from_secs(outage.lasted.as_secs()));
    let lasted = match outage.ended_at {
        Some(_) => format!("lasted {lasted}"),
        None => format!("for {lasted} so far"),
    };
    format!(
        "{lasted}: {}, {}, {} rejected, {}",
        plural(outage.openings, "opening"),
        plural(outage.probes, "probe"),
        plural(outage.rejected, "call"),
        plural(outage.fallbacks, "fallback answer"),
    )
}

/// Says what was done and by whom.
pub(super) fn action(action: &Action) -> String {
    let ttl = action.kind.ttl().map(|ttl| format!(" for {}", Lasts(ttl)));
    let detail = action.kind.detail().map(|detail| format!(": {detail}"));
    let parts = [ttl, detail].map(Option::unwrap_or_default);
    words(action.kind.as_str()) + &parts.concat() + &by(&action.by)
}

/// Says what an event reports, so that it can follow the name of the breaker.
pub(super) fn event(event: &Event) -> String {
    match event.kind() {
        EventKind::Transition(transition) => {
            let did = match transition.to {
                State::Open => "opened",
                State::HalfOpen => "admits probes",
                _ => "closed",
            };
            format!("{did}: {}", why(transition))
        }
        EventKind::Action(done) => action(done),
        EventKind::OutageBegan(began) => {
            format!("outage began: {}", rule(&began.first.transition))
        }
        EventKind::OutageEnded(ended) => format!("outage ended; it {}", cost(ended)),
        EventKind::OverrideSet(set) => {
            format!("{}{}", words(set.state.as_str()), by(&set.by))
        }
        EventKind::OverrideCleared(cleared) => {
            format!("no longer {}", words(cleared.state.as_str()))
        }
        EventKind::OverrideExpired(expired) => {
            format!("no longer {}, as planned", words(expired.state.as_str()))
        }
        EventKind::SettingsChanged(change) => {
            let layer = words(change.layer.as_str());
            format!(
                "{}: {} → {} ({layer})",
                change.setting, change.from, change.to
            )
        }
        EventKind::SettingsRejected(problem) => problem.clone(),
        EventKind::Conflict(conflict) => conflict.to_string(),
    }
}
