//! What other settings would have made of the last ten minutes, played again from what a recorder keeps.

use std::time::{Duration, SystemTime};

use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::incoming::{Answer, Incoming, LateAnswer};
use super::problem::Problem;
use super::settings::{patch_of, rejected};
use super::words::Lasts;
use crate::registry::Registry;
use crate::rehearsal::{Call, Candidate, OutageRule, Recorder, Report, TraceError, rehearse_all};
use crate::serialize::Timestamp;

/// How far back a rehearsal looks.
const SPAN: Duration = Duration::from_secs(600);
/// So many calls are played at most: the last ones. It takes about two seconds of one core.
const MOST_CALLS: u64 = 400_000;
/// How long a request waits for a rehearsal.
const LONGEST: Duration = Duration::from_secs(8);

/// Answers with what the settings in force and those of a patch would have made of the last calls.
pub(super) fn rehearse<'a>(incoming: &'a Incoming<'a>) -> LateAnswer<'a> {
    Box::pin(answer(incoming))
}

async fn answer(incoming: &Incoming<'_>) -> Answer {
    let breaker = incoming.named()?;
    let patch = patch_of(incoming)?;
    let changed = breaker.settings_with(&patch);
    let changed = changed.map_err(|errors| rejected(&errors))?;
    let candidates = [
        Candidate::of_breaker(&breaker),
        Candidate::in_force(breaker.name(), changed),
    ];
    let registry = incoming.site.registry.clone();
    let name = breaker.name().to_owned();
    // The work goes on if it takes longer.
    let played = timeout(
        LONGEST,
        spawn_blocking(move || play(&registry, &name, &candidates)),
    );
    let played = played.await.ok().and_then(Result::ok);
    let played = played.ok_or_else(takes_too_long)?.ok_or_else(|| {
        let detail = "no recorder of the program keeps calls in memory";
        Problem::new(StatusCode::CONFLICT, "not-recorded", detail)
    })?;
    Ok(incoming.json(&played.to_json(breaker.name())))
}

fn takes_too_long() -> Problem {
    let detail = "the rehearsal takes too long; the program may be busy";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
        .with_header(RETRY_AFTER, HeaderValue::from_static("10"))
}

/// The last calls, and what two candidates would have made of them: the settings in force and the changed ones.
struct Played {
    began: SystemTime,
    ended: SystemTime,
    /// `None` if there were no calls.
    reports: Option<[Report; 2]>,
}

/// Plays the last calls of a breaker; returns `None` if nobody has kept them.
fn play(registry: &Registry, name: &str, candidates: &[Candidate; 2]) -> Option<Played> {
    let now = registry.wall_now();
    let mut span = SPAN;
    let mut trace = Recorder::recent_of(registry, span)?;
    let all = trace.info().breakers.iter();
    let calls: u64 = all.filter(|it| it.name == name).map(|it| it.calls).sum();
    if calls > MOST_CALLS {
        #[expect(
            clippy::cast_precision_loss,
            reason = "there are fewer than 2^53 calls"
        )]
        let part = MOST_CALLS as f64 / calls as f64;
        span = span.mul_f64(part);
        trace = Recorder::recent_of(registry, span)?;
    }
    // The trace may have a few earlier calls.
    let since = now.checked_sub(span).unwrap_or(SystemTime::UNIX_EPOCH);
    let is_recent = |call: &Result<Call, TraceError>| {
        let call = call.as_ref().ok();
        call.is_none_or(|call| call.started() >= since)
    };
    // Without calls, neither the name nor a report exists.
    let played = trace.calls(name).and_then(|calls| {
        let calls = calls.filter(is_recent);
        rehearse_all(calls, candidates, OutageRule::new())
    });
    let reports = played.ok().map(|(_, reports)| reports);
    let reports = reports.and_then(|reports| <[Report; 2]>::try_from(reports).ok());
    Some(Played {
        began: reports.as_ref().map_or(since, |it| it[0].began),
        ended: now,
        reports,
    })
}

impl Played {
    fn to_json(&self, name: &str) -> Value {
        let reports = self.reports.as_ref();
        json!({
            "breaker": name,
            "from": Timestamp(self.began),
            "to": Timestamp(self.ended),
            "calls": reports.map_or(0, |it| it[0].calls),
            "present": reports.map(|it| figures(&it[0])),
            "changed": reports.map(|it| figures(&it[1])),
            "limits": Report::limits(),
        })
    }
}

fn figures(report: &Report) -> Value {
    json!({
        "openings": report.openings,
        "open": Lasts(report.time_open).to_string(),
        "rejected": report.rejected,
        "rejected_failed": report.rejected_failed,
        "rejected_succeeded": report.rejected_succeeded,
        "admitted_failed": report.admitted_failed,
    })
}
