//! The report as a table for a terminal.

use std::fmt::Write;
use std::time::SystemTime;

use breaker_runtime::rehearsal::{Opening, Report, Timeline};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use jiff::Timestamp;

use crate::assertion::brief;
use crate::figures::{Delays, FIGURES, Value};
use crate::problem::shown;

/// How many outages, and openings of a candidate, are listed.
const LISTED: usize = 10;

/// Returns the report as text: what the trace says, a column for each candidate, and the openings.
///
/// The table is at most `width` columns wide, if there is a width.
pub fn table(timeline: &Timeline, reports: &[Report], width: Option<u16>) -> String {
    let mut text = trace(timeline);
    text.push('\n');
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    if let Some(width) = width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    let names = reports.iter().map(|it| it.candidate.clone());
    let lacks_durations = timeline.slots.iter().all(|it| it.longest.is_zero());
    table.set_header([String::new()].into_iter().chain(names));
    for figure in FIGURES.iter().filter(|it| !it.label.is_empty()) {
        let values: Vec<_> = reports.iter().map(|report| (figure.of)(report)).collect();
        if is_rare(figure.name) && values.iter().all(|it| is_zero(*it)) {
            continue;
        }
        let texts = reports.iter().zip(&values);
        let texts = texts.map(|(report, value)| match figure.name {
            "opening_delay" => Delays::of_openings(report).to_string(),
            "recovery_delay" => Delays::of_recoveries(report).to_string(),
            "not_waited" | "not_spent" if lacks_durations => "–".to_owned(),
            _ => cell(*value),
        });
        table.add_row([figure.label.to_owned()].into_iter().chain(texts));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    // Writing to a string does not fail.
    let _ = writeln!(text, "{table}");
    for report in reports {
        openings(&mut text, report);
    }
    text.push_str("\nwhat no rehearsal can know:\n");
    for limit in Report::limits().split_inclusive(". ") {
        let _ = writeln!(text, "  {}", limit.trim());
    }
    text
}

/// Describes the trace.
fn trace(timeline: &Timeline) -> String {
    let mut text = String::new();
    let length = timeline
        .ended
        .duration_since(timeline.began)
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "{} in {}, from {} to {}: {} succeeded, {} failed{}{}",
        counted(timeline.calls, "call"),
        brief(length),
        shown_time(timeline.began),
        shown_time(timeline.ended),
        thousands(timeline.successes),
        thousands(timeline.failures),
        more(timeline.others, "had no outcome"),
        more(timeline.rejected, "were rejected when they were recorded"),
    );
    if timeline.outages.is_empty() {
        text.push_str("no outages; `--outage` changes what counts as one\n");
    }
    for outage in timeline.outages.iter().take(LISTED) {
        let length = outage
            .ended
            .duration_since(outage.began)
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "outage from {} for {}{}: {} of {} calls failed",
            shown_time(outage.began),
            brief(length),
            if outage.unended {
                ", not over when the trace ended"
            } else {
                ""
            },
            thousands(outage.failures),
            thousands(outage.calls),
        );
    }
    if timeline.outages.len() > LISTED {
        let _ = writeln!(
            text,
            "… and {}",
            counted((timeline.outages.len() - LISTED) as u64, "more outage")
        );
    }
    text
}

fn openings(text: &mut String, report: &Report) {
    if report.opening_list.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nopenings of {}:", report.candidate);
    for opening in report.opening_list.iter().take(LISTED) {
        let _ = writeln!(text, "  {}", described(opening));
    }
    let more = report.openings.saturating_sub(LISTED as u64);
    if more > 0 {
        let more = thousands(more);
        let _ = writeln!(text, "  … and {more} more; `--json` lists them");
    }
}

fn described(opening: &Opening) -> String {
    let lasted = opening
        .closed
        .and_then(|closed| closed.duration_since(opening.opened).ok());
    let mut text = format!(
        "{} {}, {}; rejected {}, of which {} would have succeeded",
        shown_time(opening.opened),
        opening.reason,
        lasted.map_or_else(
            || "not closed again".to_owned(),
            |it| format!("closed after {}", brief(it))
        ),
        thousands(opening.rejected),
        thousands(opening.rejected_succeeded),
    );
    if let Some(key) = &opening.key {
        let _ = write!(text, "; key {}", printable(key));
    }
    if opening.is_false {
        text.push_str("; false");
    }
    text
}

/// Returns a text from an input as a terminal can show it: short, and without control characters.
pub fn printable(text: &str) -> String {
    shown(text)
}

/// Writes an instant to the millisecond, in UTC.
pub fn shown_time(at: SystemTime) -> String {
    Timestamp::try_from(at).map_or_else(|_| "?".to_owned(), |at| format!("{at:.3}"))
}

fn more(count: u64, words: &str) -> String {
    if count == 0 {
        String::new()
    } else {
        format!(", {} {words}", thousands(count))
    }
}

/// Whether the table leaves a figure out if it is zero for all candidates.
fn is_rare(name: &str) -> bool {
    matches!(
        name,
        "rejected_other" | "rejected_unknown" | "admitted_unknown" | "timed_out"
    )
}

fn is_zero(value: Value) -> bool {
    value == Value::Number(0.0)
}

fn cell(value: Value) -> String {
    match value {
        Value::Unknown => "–".to_owned(),
        other => other.to_string(),
    }
}

/// Writes a count and what is counted, as in `1 file` and `12,222 calls`.
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(count))
}

/// Writes a count with a comma between thousands.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
