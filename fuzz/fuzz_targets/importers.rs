//! Reads any bytes as a log of each format, and any text as a mapping, a condition, a rule, a time and an assertion. The
//! result is calls in order or a problem in a line of the input, and never a panic.
#![no_main]

use std::time::Duration;

use breaker_rehearse::{
    Assertion, Filter, Format, ImportOptions, Importer, Interval, Mapping, OutcomeRule,
    read_duration, read_time,
};
use breaker_runtime::rehearsal::{Call, Candidate, TraceError, rehearse};
use libfuzzer_sys::fuzz_target;

fn check(input: &[u8], options: &ImportOptions) {
    let lines = input.split(|byte| *byte == b'\n').count() as u64;
    let Ok(mut calls) = Importer::new(input, "log", options) else {
        return;
    };
    let mut read: Vec<Call> = Vec::new();
    for call in calls.by_ref() {
        match call {
            Ok(call) => read.push(call),
            Err(problem) => {
                assert!(
                    !problem.message.is_empty() && !problem.message.contains('\n'),
                    "{problem}"
                );
                assert!(
                    problem
                        .line
                        .is_none_or(|line| (1..=lines + 1).contains(&line)),
                    "{problem}"
                );
                // Only what cannot be read any further ends a lenient import.
                assert!(
                    !options.lenient || problem.message.starts_with("cannot be read any further")
                );
            }
        }
    }
    assert!(read.is_sorted_by_key(Call::started));
    let counts = calls.counts();
    assert!(counts.skipped + counts.filtered + read.len() as u64 <= counts.lines);
    let candidate = Candidate::parse("three: threshold = 3").expect("valid settings");
    match rehearse(read.iter().cloned().map(Ok), candidate) {
        Ok(report) => assert_eq!(report.calls, read.len() as u64),
        Err(error) => assert!(read.is_empty() && matches!(error, TraceError::Empty)),
    }
}

fuzz_target!(|input: &[u8]| {
    let mut options = ImportOptions::default();
    for lenient in [false, true] {
        options.lenient = lenient;
        options.mapping = Mapping::default();
        options.format = None;
        options.disorder = Duration::from_secs(60);
        check(input, &options);
        options.mapping = "at=1,took=2:ms,status=3,key=4".parse().expect("a mapping");
        options.disorder = Duration::ZERO;
        for format in Format::ALL {
            options.format = Some(format);
            check(input, &options);
        }
    }
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let _ = text.parse::<Mapping>();
    let _ = text.parse::<Filter>();
    let _ = text.parse::<OutcomeRule>();
    let _ = text.parse::<Interval>();
    let _ = read_time(text, None);
    let _ = read_duration(text, None);
    if let Err(error) = text.parse::<Assertion>() {
        assert!(
            (1..=error.text.chars().count() + 1).contains(&error.column),
            "{error}"
        );
    }
    if let Err(problems) = Candidate::parse(text) {
        assert!(problems.iter().all(|it| !it.message.is_empty()));
    }
});
