//! What a breaker does, why, since when, and what comes next: one sentence.

use super::says::Says;
use super::why::{evidence, list};
use super::words::{count, ordinal, percent, percent_of, plural, words};
use crate::breaker::{Snapshot, WindowStats};
use crate::config::Settings;
use crate::values::{KeyStats, Layer, Override, Reason, State, Transition};

impl Says {
    /// Says what a breaker does.
    pub(super) fn of(it: &Snapshot) -> Self {
        let mut says = Self::default();
        let shadow = it.config.shadow && it.r#override.is_none();
        let state = if shadow {
            says.text("Shadow: rejects no call. ");
            it.machine_state
        } else {
            it.state
        };
        match (&it.r#override, state, &it.key_stats) {
            (Some(forced), ..) => says.forced(it, forced),
            (None, State::Open, _) => says.open(it),
            (None, State::HalfOpen, _) => says.half_open(it),
            (None, _, Some(keys)) => says.text(of_keys(keys)),
            (None, ..) => says.closed(it),
        }
        says
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
        self.text(match forced.layer {
            Layer::Fleet => ". Forced in the whole fleet ",
            _ => ". Forced ",
        });
        if let Some(actor) = &forced.by.actor {
            self.quote("by ", actor, " ");
        }
        self.since("", forced.since, " ago");
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
        self.since("Open for ", it.since, "");
        if let Some(outage) = it.outage.as_ref().filter(|outage| outage.openings > 1) {
            let nth = ordinal(outage.openings);
            self.since(&format!(", the {nth} time in "), outage.began_at, "");
        }
        if let Some(prober) = prober_elsewhere(it) {
            self.member("; ", prober, " probes for the fleet");
        } else if let Some(next) = it
            .open_period
            .and_then(|period| it.since.checked_add(period))
        {
            self.until("; next probe in ", next, "");
        }
        self.text(".");
        self.votes_alone(it.fleet.as_ref());
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
            Reason::Fleet => "The fleet opened it".to_owned(),
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
            Reason::AllCancelled => {
                format!("Callers dropped {} in a row", plural(failures, "call"))
            }
            Reason::TrippedByCall => "A call tripped it".to_owned(),
            other => words(other.as_str()),
        });
        if let Some(actor) = &transition.by.actor {
            self.quote(" by ", actor, "");
        }
        if let Some(reason) = &transition.by.reason {
            self.quote(": “", reason, "”");
        }
        if transition.reason == Reason::Fleet {
            self.decided_by(it.fleet.as_ref());
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
        let for_fleet = it.fleet.as_ref().is_some_and(|view| view.probes_here);
        self.text(if for_fleet {
            "Probing for the fleet"
        } else {
            "Probing"
        });
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
            self.since(". The outage began ", outage.began_at, " ago");
        }
        self.text(".");
    }

    fn closed(&mut self, it: &Snapshot) {
        if let Some(share) = it.ramp {
            let share = percent(share);
            return self.text(format!("Recovering: {share} of the calls are admitted."));
        }
        if let Some(calls) = it
            .in_flight
            .filter(|_| it.in_flight >= it.config.max_in_flight)
        {
            let calls = plural(calls.into(), "call");
            self.text(format!("Full: {calls} in flight. "));
        }
        let now = now_of(it);
        self.text(now.as_deref().unwrap_or_default());
        if let Some(outage) = &it.outage {
            let space = if now.is_some() { " " } else { "" };
            let after = format!(" after {}.", plural(outage.openings, "opening"));
            self.since(&format!("{space}Closed for "), it.since, &after);
        } else if now.is_none() {
            self.text(match (it.totals.calls, &it.window) {
                (0, _) => "No calls yet.",
                (_, Some(_)) => "No calls in the window.",
                (_, None) => "The last call succeeded.",
            });
        }
        self.votes_alone(it.fleet.as_ref());
    }
}

/// Returns the member that probes for this instance too.
fn prober_elsewhere(it: &Snapshot) -> Option<&str> {
    let view = it.fleet.as_ref().filter(|view| !view.probes_here)?;
    view.prober.as_deref()
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
