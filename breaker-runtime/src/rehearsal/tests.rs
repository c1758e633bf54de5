use std::time::{Duration, SystemTime};

use super::*;
use crate::config::Config;
use crate::values::{FailureKind, Reason, State};

mod exact_keys;
#[cfg(feature = "fleet")]
mod exactness;
mod figures;
mod judgement;
mod keys;
mod lines;
mod properties;
mod speed;

/// A Sunday, at noon.
const NOON: u64 = 1_793_534_400;

const FAILURE: CallOutcome = CallOutcome::Failure(FailureKind::Returned);

fn at(seconds: f64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOON) + Duration::from_secs_f64(seconds)
}

fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn call(started: f64, took: f64, outcome: CallOutcome) -> Call {
    Call::new(at(started), secs(took), outcome)
}

/// One call a second that takes 100 ms; those that begin in `failing` fail.
fn steady(seconds: std::ops::Range<u32>, failing: std::ops::Range<u32>) -> Vec<Call> {
    let outcome = |second| match failing.contains(&second) {
        true => FAILURE,
        false => CallOutcome::Success,
    };
    seconds
        .map(|second| call(f64::from(second), 0.1, outcome(second)))
        .collect()
}

fn candidate(config: Config) -> Candidate {
    Candidate::new("candidate", config).expect("the settings can be met")
}

fn play(calls: &[Call], config: Config) -> Report {
    rehearse(calls.iter().cloned().map(Ok), candidate(config)).expect("the calls are in order")
}

/// The transitions of a report: the second, and the state after.
fn transitions(report: &Report) -> Vec<(f64, State, Reason)> {
    let since = |it: &RehearsedTransition| it.at.duration_since(at(0.0)).expect("after noon");
    let transitions = report.transitions.iter();
    transitions
        .map(|it| (since(it).as_secs_f64(), it.to, it.reason))
        .collect()
}
