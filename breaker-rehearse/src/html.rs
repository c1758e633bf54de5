//! The report as one page for a browser: a timeline, tables, and the settings to copy.
//!
//! The page loads nothing, and only its own script runs in it. The data is a block of JSON, which the script turns into
//! text; nothing in it is parsed as HTML.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use breaker_runtime::rehearsal::{Opening, Report, Timeline, attribute_line, file_lines};
use breaker_runtime::{Settings, State};
use serde_json::{Value, json};

use crate::figures::Delays;

const PAGE: &str = include_str!("html/page/page.html");
const STYLE: &str = include_str!("html/page/style.css");
const SCRIPT: &str = concat!(
    include_str!("html/page/text.js"),
    include_str!("html/page/dom.js"),
    include_str!("html/page/view.js"),
    include_str!("html/page/chart.js"),
    include_str!("html/page/pointers.js"),
    include_str!("html/page/timeline.js"),
    include_str!("html/page/tables.js"),
    include_str!("html/page/main.js"),
);
/// The hashes by which the policy of the page allows the style and the script. A test compares them.
const STYLE_HASH: &str = "sha256-wqj4+sMwOaWuQzyMPDz3MqasMARC9vIqUGXNux6Bek0=";
const SCRIPT_HASH: &str = "sha256-QrqA6ygwtnW42e92lj6aIe0uet4loUoY4Y5XntOSJMg=";

/// The number of openings of a candidate that the page lists at most.
const OPENINGS: usize = 200;

/// Returns the page about a trace and the candidates that were played on it.
///
/// The `title` names the trace, the settings to copy are those of `breaker`, and the `notes` say what the reader should know, such as how many lines were skipped.
/// Both are shown as text.
pub fn render(
    title: &str,
    breaker: &str,
    notes: &[String],
    timeline: &Timeline,
    reports: &[Report],
) -> String {
    let data = json!({
        "tool": concat!("breaker-rehearse ", env!("CARGO_PKG_VERSION")),
        "title": title,
        "notes": notes,
        "trace": trace(timeline),
        "outages": timeline.outages.iter().map(|it| json!({
            "from": millis(it.began),
            "to": millis(it.ended),
            "unended": it.unended,
            "calls": it.calls,
            "failures": it.failures,
        })).collect::<Vec<_>>(),
        "candidates": reports.iter().map(|it| candidate(it, breaker, timeline)).collect::<Vec<_>>(),
        "limits": Report::limits().split_inclusive(". ").map(str::trim).collect::<Vec<_>>(),
    });
    // The data is put in last, because it may contain the marks of the template.
    let page = PAGE
        .replace("{{style-hash}}", STYLE_HASH)
        .replace("{{script-hash}}", SCRIPT_HASH)
        .replace("{{style}}", STYLE)
        .replace("{{script}}", SCRIPT);
    page.replace("{{data}}", &embedded(&data))
}

/// Returns JSON that can be part of a page: no text in it ends the script or begins a comment.
fn embedded(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

fn trace(timeline: &Timeline) -> Value {
    let slots = &timeline.slots;
    let width = timeline.width.as_secs_f64() * 1e3;
    let from = millis(timeline.began);
    #[expect(clippy::cast_precision_loss, reason = "there are about 2,000 slots")]
    let last = from + slots.len() as f64 * width;
    json!({
        "from": from,
        "to": last.max(millis(timeline.ended)),
        "bucket": width,
        "calls": slots.iter().map(|it| it.calls).collect::<Vec<_>>(),
        "failures": slots.iter().map(|it| it.failures).collect::<Vec<_>>(),
        "rejected": slots.iter().map(|it| it.rejected).collect::<Vec<_>>(),
        "median": slots.iter().map(|it| it.p50.map(duration)).collect::<Vec<_>>(),
        "p99": slots.iter().map(|it| it.p99.map(duration)).collect::<Vec<_>>(),
        "total": timeline.calls,
        "failed": timeline.failures,
        "unknown": timeline.rejected,
    })
}

fn candidate(report: &Report, breaker: &str, timeline: &Timeline) -> Value {
    let openings = report.opening_list.iter().take(OPENINGS);
    json!({
        "name": report.candidate,
        "attribute": attribute_line(breaker, &report.settings),
        "file": file_lines(breaker, &report.settings).trim_end(),
        "is_default": is_default(&report.settings),
        "figures": figures(report),
        "bands": report.bands.iter().map(|it| json!([millis(it.from), millis(it.to), label(it.state)])).collect::<Vec<_>>(),
        "merged": report.bands_merged,
        "openings": openings.map(|it| opening(it, timeline)).collect::<Vec<_>>(),
        "outages": report.outages.iter().map(|it| json!({
            "opened": it.opening_delay.map(duration),
            "recovered": it.recovery_delay.map(duration),
        })).collect::<Vec<_>>(),
    })
}

/// Returns whether settings are the defaults, so that there is nothing to copy.
fn is_default(settings: &Settings) -> bool {
    file_lines("", settings).lines().count() == 1
}

fn figures(report: &Report) -> Value {
    let opened = Delays::of_openings(report);
    let closed = Delays::of_recoveries(report);
    json!({
        "openings": report.openings,
        "false_openings": report.false_openings,
        "missed_outages": report.missed_outages(),
        "time_open": duration(report.time_open),
        "rejected": report.rejected,
        "rejected_failed": report.rejected_failed,
        "rejected_succeeded": report.rejected_succeeded,
        "rejected_unknown": report.rejected_unknown + report.rejected_other,
        "admitted_failed": report.admitted_failed,
        "admitted_unknown": report.admitted_unknown,
        "not_waited": duration(report.not_waited),
        "opening_delay": longest(&opened),
        "recovery_delay": longest(&closed),
        "some_never": { "opening_delay": some_never(&opened), "recovery_delay": some_never(&closed) },
    })
}

fn opening(opening: &Opening, timeline: &Timeline) -> Value {
    let end = opening.closed.unwrap_or(timeline.ended);
    let overlaps = |from, to| opening.opened <= to && end >= from;
    let outages = timeline.outages.iter();
    let outage = outages
        .take_while(|_| !opening.is_false)
        .position(|it| overlaps(it.began, it.ended));
    json!({
        "at": millis(opening.opened),
        "until": opening.closed.map(millis),
        "reason": opening.reason.as_str(),
        "key": opening.key,
        "rejected": opening.rejected,
        "succeeded": opening.rejected_succeeded,
        "false": opening.is_false,
        "outage": outage,
    })
}

/// The states that the page draws. A rehearsal has no overrides.
fn label(state: State) -> &'static str {
    match state {
        State::Closed | State::ForcedClosed => "closed",
        State::HalfOpen => "half_open",
        _ => "open",
    }
}

/// Returns the longest delay in milliseconds, `never` if one never ended, and null if there are none.
fn longest(delays: &Delays) -> Value {
    if delays.never > 0 {
        return Value::from("never");
    }
    delays.longest.map(duration).into()
}

/// Returns the longest delay that ended, how many did not, and of how many, if there are both.
fn some_never(delays: &Delays) -> Value {
    let longest = delays.longest.filter(|_| delays.never > 0);
    longest.map_or(Value::Null, |longest| {
        json!([duration(longest), delays.never, delays.outages])
    })
}

fn duration(duration: Duration) -> f64 {
    // Microseconds are exact enough to draw, and short to write.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// Returns milliseconds since 1970.
fn millis(at: SystemTime) -> f64 {
    duration(at.duration_since(UNIX_EPOCH).unwrap_or_default())
}

#[cfg(test)]
mod tests;
