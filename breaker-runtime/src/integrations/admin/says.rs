//! What a breaker does, why, since when, and what comes next: one sentence.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::why::{evidence, list};
use super::words::{Lasts, count, ordinal, percent, percent_of, plural, time_of_day, words};
use crate::breaker::{Snapshot, WindowStats};
use crate::config::Settings;
use crate::serialize::Timestamp;
use crate::values::{KeyStats, Override, Reason, State, Transition};

/// A part of a sentence. Instants let a reader follow the time, so that the sentence itself stays the same.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Text from outside.
    Quote(String),
    /// How long it is since an instant.
    Since(SystemTime),
    /// How long it is until an instant.
    Until(SystemTime),
    /// The time of an instant.
    At(SystemTime),
}

/// A sentence, in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Says(Vec<Part>);

impl Says {
    /// Says what a breaker does.
    pub(super) fn of(it: &Snapshot) -> Self {
        let mut says = Self::default();
        match (&it.r#override, it.state, &it.key_stats) {
            (Some(forced), ..) => says.forced(it, forced),
            (None, State::Open, _) => says.open(it),
            (None, State::HalfOpen, _) => says.half_open(it),
            (None, _, Some(keys)) => says.text(of_keys(keys)),
            (None, ..) => says.closed(it),
        }
        says
    }

    pub(super) fn text(&mut self, more: impl AsRef<str>) {
        if let Some(Part::Text(text)) = self.0.last_mut() {
            text.push_str(more.as_ref());
        } else {
            self.0.push(Part::Text(more.as_ref().to_owned()));
        }
    }

    fn part(&mut self, before: &str, part: Part) {
        self.text(before);
        self.0.push(part);
    }

    pub(super) fn quote(&mut self, before: &str, quote: &str, after: &str) {
        self.part(before, Part::Quote(quote.to_owned()));
        self.text(after);
    }

    /// Adds when something ends, and how long it is until then.
    pub(super) fn ends(&mut self, before: &str, end: SystemTime, after: &str) {
        self.part(before, Part::At(end));
        self.part(" (", Part::Until(end));
        self.text(format!("{after})"));
    }

    fn forced(&mut self, it: &Snapshot, forced: &Override) {
        let opens = forced.state == State::ForcedOpen;
        let is_wrong = !opens && it.machine_state == State::Open;
        self.text(if opens { "Rejects" } else { "Admits" });
        self.text(" every call ");
        if is_wrong {
            self.text("although the circuit is open, ");
        }
        if let Some(until) = forced.until {
            self.ends("until ", until, " left");
        } else {
            self.text("until someone clears the override");
        }
        self.text(". Forced ");
        if let Some(actor) = &forced.by.actor {
            self.quote("by ", actor, " ");
        }
        self.part("", Part::Since(forced.since));
        self.text(" ago");
        if !forced.reason.is_empty() {
            self.quote(": “", &forced.reason, "”");
        }
        self.text(".");
        if !is_wrong {
            let beneath = words(it.machine_state.as_str());
            self.text(format!(" The circuit itself is {beneath}."));
        }
    }

    fn open(&mut self, it: &Snapshot) {
        if let Some(last) = it
            .history
            .last()
            .filter(|last| last.transition.to == State::Open)
        {
            self.why_open(it, &last.transition);
        }
        self.part("Open for ", Part::Since(it.since));
        if let Some(outage) = it.outage.as_ref().filter(|outage| outage.openings > 1) {
            let nth = ordinal(outage.openings);
            self.part(
                &format!(", the {nth} time in "),
                Part::Since(outage.began_at),
            );
        }
        if let Some(next) = it
            .open_period
            .and_then(|period| it.since.checked_add(period))
        {
            self.part("; next probe in ", Part::Until(next));
        }
        self.text(".");
    }

    fn why_open(&mut self, it: &Snapshot, transition: &Transition) {
        let frozen = it.window.as_ref().filter(|window| window.frozen);
        let failures = transition.failures;
        let of = |some| match frozen {
            Some(window) => format!("{} of {}", count(some), plural(window.calls, "call")),
            None => plural(some, "call"),
        };
        let share = |limit| {
            let share = percent(transition.rate.unwrap_or_default());
            format!("({share}{})", limit_of(limit))
        };
        self.text(match transition.reason {
            Reason::FailureRate => {
                format!("{} failed {}", of(failures), share(it.config.failure_rate))
            }
            Reason::SlowRate => {
                let slow = frozen.map_or(0, |window| window.slow);
                format!("{} were slow {}", of(slow), share(it.config.slow_rate))
            }
            Reason::FailuresInARow => format!("{} in a row", plural(failures, "failure")),
            Reason::MaxFailures => format!("{} in the window", plural(failures, "failure")),
            Reason::ProbeFailed => "The last probe failed".to_owned(),
            Reason::ProbeSlow => "The last probe was slow".to_owned(),
            Reason::ProbeTimedOut => "The last probe did not finish in time".to_owned(),
            Reason::ProbesCancelled => "The last probes were cancelled".to_owned(),
            Reason::Tripped => "Tripped".to_owned(),
            other => words(other.as_str()),
        });
        if let Some(actor) = &transition.by.actor {
            self.quote(" by ", actor, "");
        }
        if let Some(reason) = &transition.by.reason {
            self.quote(": “", reason, "”");
        }
        let by_kind = &transition.failures_by_kind;
        let evidence = evidence(transition);
        if by_kind.all() > by_kind.returned && !evidence.is_empty() {
            self.text(format!(": {evidence}"));
        }
        if let Some(cause) = &transition.cause {
            self.quote("; last error: “", &cause.text, "”");
        }
        self.text(". ");
    }

    fn half_open(&mut self, it: &Snapshot) {
        self.text("Probing");
        if let Some(probes) = it.probes {
            let wanted = plural(probes.success_threshold.into(), "success");
            self.text(format!(": {} of {wanted}", probes.succeeded));
            if probes.failed > 0 {
                self.text(format!(", {} failed", probes.failed));
            }
        }
        if it.probes_in_flight > 0 {
            self.text(format!(", {} in flight", it.probes_in_flight));
        }
        if let Some(outage) = &it.outage {
            self.part(". The outage began ", Part::Since(outage.began_at));
            self.text(" ago");
        }
        self.text(".");
    }

    fn closed(&mut self, it: &Snapshot) {
        if let Some(share) = it.ramp {
            let share = percent(share);
            return self.text(format!("Recovering: {share} of the calls are admitted."));
        }
        let now = now_of(it);
        self.text(now.as_deref().unwrap_or_default());
        if let Some(outage) = &it.outage {
            let space = if now.is_some() { " " } else { "" };
            self.part(&format!("{space}Closed for "), Part::Since(it.since));
            self.text(format!(" after {}.", plural(outage.openings, "opening")));
        } else if now.is_none() {
            self.text(match (it.totals.calls, &it.window) {
                (0, _) => "No calls yet.",
                (_, Some(_)) => "No calls in the window.",
                (_, None) => "The last call succeeded.",
            });
        }
    }

    pub(super) fn to_json(&self) -> Value {
        self.0.iter().map(Part::to_json).collect()
    }

    /// Returns the sentence at an instant.
    pub(super) fn at(&self, now: SystemTime) -> String {
        self.0.iter().map(|part| part.at(now)).collect()
    }
}

impl Part {
    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Quote(text) => json!({"quote": text}),
            Self::Since(at) => json!({"since": Timestamp(*at)}),
            Self::Until(at) => json!({"until": Timestamp(*at)}),
            Self::At(at) => json!({"at": Timestamp(*at)}),
        }
    }

    fn at(&self, now: SystemTime) -> String {
        match self {
            Self::Text(text) | Self::Quote(text) => text.clone(),
            Self::Since(at) => Lasts::between(*at, now).to_string(),
            Self::Until(at) => Lasts::between(now, *at).to_string(),
            Self::At(at) => time_of_day(*at, now),
        }
    }
}

fn limit_of(limit: Option<f64>) -> String {
    limit.map_or_else(String::new, |limit| format!(", limit {}", percent(limit)))
}

/// Says how the calls through a closed circuit are going, if there is something to say.
fn now_of(it: &Snapshot) -> Option<String> {
    let Settings {
        threshold,
        failure_rate,
        ..
    } = it.config;
    let in_a_row = it.failures_in_a_row;
    if in_a_row > 1 && (it.window.is_none() || threshold.is_some()) {
        let limit = threshold.map(|limit| format!(" (limit {limit})"));
        let limit = limit.unwrap_or_default();
        return Some(format!("{in_a_row} failures in a row{limit}."));
    }
    match it.window.as_ref()? {
        WindowStats { calls: 0, .. } => None,
        WindowStats {
            calls, failures: 0, ..
        } => Some(format!("{}, none failed.", plural(*calls, "call"))),
        WindowStats {
            calls, failures, ..
        } => {
            let (some, all) = (count(*failures), plural(*calls, "call"));
            let share = percent_of(*failures, *calls);
            let limit = limit_of(failure_rate);
            Some(format!("{some} of {all} failed ({share}{limit})."))
        }
    }
}

/// Says in which states the keys of a name are.
fn of_keys(keys: &KeyStats) -> String {
    let sick = [State::ForcedOpen, State::Open, State::HalfOpen];
    let sick = sick.map(|state| (state.as_str(), keys.in_state(state) as u64));
    let all = plural(keys.keys as u64, "key");
    let text = match (list(sick).as_str(), keys.keys) {
        ("", 1) => format!("{all}, closed."),
        ("", _) => format!("{all}, all closed."),
        (sick, _) => format!("{all}: {sick}."),
    };
    match keys.unlisted {
        0 => text,
        unlisted => format!(
            "{text} {} came with a key for which there was no room.",
            plural(unlisted, "call")
        ),
    }
}

#[cfg(test)]
mod tests;
