//! A file with the calls of the shop without a breaker, to find out what other settings would have done.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::load::{Answer, Outage};

/// Writes the calls as CSV, which `breaker-rehearse play` reads: when each began, how long it took, and how it ended.
pub(crate) fn write(path: &Path, outages: &[(&str, Outage)]) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "at,took,outcome")?;
    // Instants count from nowhere, so they are compared with the present.
    let (now, wall) = (Instant::now(), SystemTime::now());
    let calls = outages.iter().flat_map(|(_, outage)| &outage.without.calls);
    let mut calls: Vec<_> = calls.collect();
    // Each order is a separate task, so a later one may begin first.
    calls.sort_by_key(|call| call.began);
    for call in calls {
        let at = (wall - (now - call.began)).duration_since(UNIX_EPOCH)?;
        let outcome = match call.answer {
            Answer::Paid => "success",
            Answer::Failed => "failure",
            Answer::Later => continue,
        };
        let (seconds, micros) = (at.as_secs(), at.subsec_micros());
        writeln!(
            file,
            "{seconds}.{micros:06},{}us,{outcome}",
            call.took.as_micros()
        )?;
    }
    Ok(file.flush()?)
}
