//! Checks the assertions.

use breaker_rehearse::{Assertion, Failed};
use breaker_runtime::rehearsal::Report;

/// Checks all assertions of all candidates, and prints those that failed.
pub(super) fn check(assertions: &[Assertion], reports: &[Report]) -> Vec<Failed> {
    let mut failures = Vec::new();
    for report in reports {
        failures.extend(assertions.iter().filter_map(|it| it.check(report).err()));
    }
    for failed in &failures {
        eprintln!("assertion failed: {failed}");
    }
    failures
}
