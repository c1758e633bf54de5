//! Checks the assertions.

use std::time::SystemTime;

use breaker_rehearse::{Assertion, Failed, Interval, shown_time};
use breaker_runtime::rehearsal::{Call, Report};

use super::output::print;
use super::stop::Stop;

/// Looks whether calls began within each stretch of time that assertions ask about.
pub(super) struct Watch {
    intervals: Vec<(String, Interval, bool)>,
    began: Option<(SystemTime, SystemTime)>,
}

impl Watch {
    pub(super) fn new(assertions: &[Assertion]) -> Self {
        let intervals = assertions.iter().flat_map(Assertion::intervals);
        Self {
            intervals: intervals.map(|(text, it)| (text, it, false)).collect(),
            began: None,
        }
    }

    /// Looks at the next call.
    pub(super) fn note(&mut self, call: &Call) {
        if self.intervals.is_empty() {
            return;
        }
        let at = call.started();
        self.began = Some((self.began.map_or(at, |(first, _)| first), at));
        for (_, interval, is_met) in &mut self.intervals {
            *is_met |= interval.holds(at);
        }
    }

    /// Rejects assertions that would hold or fail because there was nothing to see.
    pub(super) fn finish(self) -> Result<(), Stop> {
        let missed = self.intervals.iter().find(|(_, _, is_met)| !is_met);
        let (Some((text, ..)), Some((first, last))) = (missed, self.began) else {
            return Ok(());
        };
        Err(Stop::new(format!(
            "an assertion asks about `{text}`, in which no call began; the calls began from {} to {}",
            shown_time(first),
            shown_time(last)
        )))
    }
}

/// Checks all assertions of all candidates, and says whether they hold.
pub(super) fn check(
    assertions: &[Assertion],
    reports: &[Report],
    is_json: bool,
) -> Result<Vec<Failed>, Stop> {
    let mut failures = Vec::new();
    for report in reports {
        failures.extend(assertions.iter().filter_map(|it| it.check(report).err()));
    }
    for failed in &failures {
        eprintln!("assertion failed: {failed}");
    }
    if failures.is_empty() && !assertions.is_empty() && !is_json {
        let count = match assertions.len() {
            1 => "1 assertion holds".to_owned(),
            several => format!("{several} assertions hold"),
        };
        let whose = match reports.len() {
            1 => String::new(),
            several => format!(" for each of {several} candidates"),
        };
        print(&format!("\n{count}{whose}\n"))?;
    }
    Ok(failures)
}
