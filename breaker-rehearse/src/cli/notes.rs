//! What there is to say about an input besides its calls.

use breaker_rehearse::{Counts, Problem, counted, thousands};
use breaker_runtime::rehearsal::{Timeline, TraceInfo};

use super::stop::Stop;

/// What else there is to say about an input.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Sentences for the report.
    pub(super) lines: Vec<String>,
}

impl Notes {
    /// Prints them next to the report.
    pub(super) fn print(&self) {
        for note in &self.lines {
            eprintln!("note: {note}");
        }
    }

    /// Says that the trace lacks the outcomes of calls that were rejected when it was recorded.
    pub(super) fn add_rejected(&mut self, timeline: &Timeline) {
        if timeline.rejected > 0 {
            self.lines.push(format!(
                "{} of {} were rejected when they were recorded, so nobody knows how they would have ended; record \
                 with the setting `shadow` to know",
                thousands(timeline.rejected),
                counted(timeline.calls, "call")
            ));
        }
    }
}

/// Says what is missing from a recording.
pub(super) fn notes_of(info: &TraceInfo) -> Notes {
    let mut lines = Vec::new();
    if info.dropped_calls > 0 {
        let dropped = counted(info.dropped_calls, "call");
        lines.push(format!("the recorder dropped {dropped} under pressure"));
    }
    if info.broken_blocks > 0 {
        let broken = counted(info.broken_blocks, "broken block");
        lines.push(format!("skipped {broken}"));
    }
    Notes { lines }
}

/// Explains why there are no calls.
pub(super) fn explained(stop: Stop, counts: &Counts) -> Stop {
    let (lines, filtered, skipped) = (counts.lines, counts.filtered, counts.skipped);
    if !stop.is_empty_trace() {
        return stop;
    }
    let mut parts = vec![format!(
        "there are no calls to play: {} were read",
        counted(lines, "line")
    )];
    if filtered > 0 {
        parts.push(format!("`--where` leaves out {}", thousands(filtered)));
    }
    if skipped > 0 {
        let first = counts.first_skipped.first();
        let first = first.map_or_else(String::new, Problem::to_string);
        let skipped = thousands(skipped);
        parts.push(format!("{skipped} are broken, the first one at {first}"));
    }
    if lines > filtered + counts.skipped {
        parts.push("`--from` and `--to` leave out all others".to_owned());
    }
    Stop::new(parts.join("; "))
}

/// Says what was skipped.
pub(super) fn skipped(counts: &Counts) -> Notes {
    let mut lines = Vec::new();
    if counts.lacks_durations {
        let note = "the text has no durations: each call ends when it begins, and no call is slow";
        lines.push(note.to_owned());
    }
    if counts.skipped > 0 {
        let (skipped, all) = (thousands(counts.skipped), thousands(counts.lines));
        let start = format!("{skipped} of {all} lines are broken and were skipped");
        let mut shown: Vec<_> = counts.first_skipped.iter().collect();
        match counts.common_problem() {
            Some((problem, count)) => {
                let count = thousands(count);
                lines.push(format!("{start}, {count} of them because {problem}"));
                shown.retain(|it| it.message != problem);
                if !shown.is_empty() {
                    lines.push("others, such as:".to_owned());
                }
            }
            None => lines.push(format!("{start}, such as:")),
        }
        lines.extend(shown.iter().map(|it| format!("  {it}")));
    }
    Notes { lines }
}
