//! Writes the calls of an input as a recording.

use std::io;
use std::path::Path;

use breaker_runtime::rehearsal::{TraceError, TraceWriter};

use super::input::{Input, Stretch};
use super::notes::Notes;
use super::stop::Stop;

/// Writes a recording, and returns the number of its calls.
pub(super) fn record(
    input: &mut Input,
    stretch: &Stretch,
    breaker: &str,
    path: &Path,
) -> Result<(u64, Notes), Stop> {
    let failed = |error: io::Error| Stop::of_file(&path.display().to_string(), &error);
    let mut count = 0_u64;
    let written = input.read(stretch, |calls| {
        let mut writer = TraceWriter::create(path).map_err(failed)?;
        for call in calls {
            writer.push(breaker, &call?).map_err(failed)?;
            count += 1;
        }
        if count == 0 {
            return Err(TraceError::Empty.into());
        }
        writer.finish().map(drop).map_err(failed)
    });
    let ((), notes) = written?;
    Ok((count, notes))
}
