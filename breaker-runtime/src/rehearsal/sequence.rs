//! The order of the calls of a trace.

use std::time::Duration;

use super::call::Call;
use super::error::TraceError;

/// Checks that the calls of a trace come in the order in which they began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sequence {
    calls: u64,
    latest: u64,
}

impl Sequence {
    pub(super) fn next(&mut self, call: &Call) -> Result<(), TraceError> {
        let at = call.started_nanos();
        if at < self.latest {
            return Err(TraceError::TimeRunsBack {
                call: self.calls + 1,
                by: Duration::from_nanos(self.latest - at),
            });
        }
        self.calls += 1;
        self.latest = at;
        Ok(())
    }

    pub(super) fn is_empty(self) -> bool {
        self.calls == 0
    }
}
