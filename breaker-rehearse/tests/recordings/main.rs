//! Rehearsals on calls that really happened. `tests/data/README.md` says where they are from.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

mod flights;
mod outages;

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use breaker_rehearse::{read_duration, read_time};
use breaker_runtime::FailureKind;
use breaker_runtime::rehearsal::{Call, CallOutcome};
use flate2::read::GzDecoder;

fn instant(text: &str) -> SystemTime {
    let nanos = read_time(text, None).unwrap();
    UNIX_EPOCH + Duration::from_nanos(nanos.unsigned_abs())
}

/// Reads the calls of a file: when they began, how long they took, and how they ended.
fn read(name: &str) -> Vec<Call> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    let mut file = csv::Reader::from_reader(GzDecoder::new(File::open(path).unwrap()));
    let call = |row: csv::StringRecord| {
        let outcome = match &row[2] {
            "503" | "failure" => CallOutcome::Failure(FailureKind::Returned),
            _ => CallOutcome::Success,
        };
        let took = read_duration(&row[1], None).unwrap();
        Call::new(instant(&row[0]), Duration::from_nanos(took), outcome)
    };
    file.records().map(|row| call(row.unwrap())).collect()
}
