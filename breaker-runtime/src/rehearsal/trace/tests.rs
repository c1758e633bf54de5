use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::Duration;

use proptest::prelude::*;

use super::super::call::{Call, CallOrder, CallOutcome};
use super::super::error::TraceError;
use super::format::{BLOCK_HEAD, FILE_HEAD, file_head};
use super::{TraceReader, TraceWriter};
use crate::values::FailureKind;

const NOON: u64 = 1_793_534_400_000_000_000;

fn success(started: u64, took: u64) -> Call {
    Call::at_nanos(NOON + started, took, CallOutcome::Success)
}

fn write(calls: &[(&str, Call)]) -> Vec<u8> {
    let mut writer = TraceWriter::new(Vec::new()).unwrap();
    for (breaker, call) in calls {
        writer.push(breaker, call).unwrap();
    }
    writer.finish().unwrap()
}

fn reader(trace: &[u8]) -> Result<TraceReader, TraceError> {
    TraceReader::of("memory", Cursor::new(trace.to_vec()))
}

fn lenient(trace: &[u8]) -> TraceReader {
    TraceReader::of_lenient("memory", Cursor::new(trace.to_vec())).unwrap()
}

fn read(reader: &mut TraceReader, breaker: &str) -> Vec<Call> {
    let calls = reader.calls(breaker).unwrap();
    calls.collect::<Result<_, _>>().unwrap()
}

/// Two blocks: the second has the calls that took longer.
fn two_blocks() -> Vec<u8> {
    write(&[("mail", success(0, 5)), ("mail", success(7, 5_000_000_000))])
}

/// Returns a new, empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("breaker-trace-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn outcome() -> impl Strategy<Value = CallOutcome> {
    prop_oneof![
        3 => Just(CallOutcome::Success),
        2 => prop::sample::select(FailureKind::ALL.to_vec()).prop_map(CallOutcome::Failure),
        1 => prop::sample::select(vec![
            CallOutcome::Trip,
            CallOutcome::Ignored,
            CallOutcome::Dropped,
            CallOutcome::Cancelled,
            CallOutcome::Rejected,
        ]),
    ]
}

prop_compose! {
    fn call()(
        started in prop_oneof![0_u64..8, 0_u64..1_000_000_000_000],
        took in prop_oneof![Just(0), 0_u64..1_000_000, 0_u64..200_000_000_000],
        outcome in outcome(),
        hint in prop::option::of(0_u64..1_000_000_000_000),
        key in prop::option::of(0_u8..4),
        limit in prop::option::of(0_u64..3),
    ) -> Call {
        let call = Call::at_nanos(NOON + started * 4_000_000, took, outcome);
        let mut call = call.with_call_timeout(limit);
        if let Some(hint) = hint {
            call = call.with_open_for_hint(Duration::from_nanos(hint));
        }
        match key {
            Some(key) => call.with_key(format!("key {key}")),
            None => call,
        }
    }
}

proptest! {
    #[test]
    fn calls_come_back_in_order_of_start(
        calls in prop::collection::vec((prop::sample::select(vec!["mail", "bank"]), call()), 1..50),
        ordered in any::<bool>(),
    ) {
        let calls: Vec<_> = (0..).zip(calls).map(|(nth, (breaker, call))| {
            let order = CallOrder { start: nth * 3, end: nth * 5 };
            (breaker, if ordered { call.with_order(order) } else { call })
        }).collect();
        let mut trace = reader(&write(&calls)).unwrap();
        prop_assert_eq!(trace.info().calls, calls.len() as u64);
        for breaker in ["bank", "mail"] {
            let mut expected: Vec<_> = calls.iter().filter(|it| it.0 == breaker).map(|it| it.1.clone()).collect();
            if expected.is_empty() {
                prop_assert!(trace.calls(breaker).is_err());
                continue;
            }
            let mut found = read(&mut trace, breaker);
            prop_assert!(found.is_sorted_by_key(Call::started_nanos));
            if ordered {
                expected.sort_by_key(|it| (it.started_nanos(), it.order().unwrap().start));
            } else {
                let all = |it: &Call| format!("{it:?}");
                expected.sort_by_key(all);
                found.sort_by_key(all);
            }
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_changed_byte_is_found(at in 0_usize..200, bit in 0_u8..8) {
        let mut trace = two_blocks();
        let at = at % trace.len();
        trace[at] ^= 1 << bit;
        prop_assert!(reader(&trace).is_err());
        if let Ok(reader) = TraceReader::of_lenient("memory", Cursor::new(trace)) {
            prop_assert!(reader.info().broken_blocks > 0);
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300), head in any::<bool>()) {
        let mut trace = if head { file_head().to_vec() } else { Vec::new() };
        trace.extend(bytes);
        let _ = reader(&trace);
        let _ = TraceReader::of_lenient("memory", Cursor::new(trace));
    }
}

#[test]
fn calls_at_one_instant_keep_their_order() {
    let calls: Vec<_> = (0..100)
        .map(|nth| ("mail", success(0, 0).with_key(format!("{nth}"))))
        .collect();
    let found = read(&mut reader(&write(&calls)).unwrap(), "mail");
    let expected: Vec<_> = calls.into_iter().map(|it| it.1).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_call_takes_a_few_bytes() {
    let calls: Vec<_> = (0..12_288_u64)
        .map(|nth| {
            let order = CallOrder {
                start: nth * 2,
                end: nth * 2 + 1,
            };
            let call = success(nth / 40 * 4_000_123, nth % 4 * 3_999_900);
            ("mail", call.with_order(order))
        })
        .collect();
    let bytes = write(&calls).len();
    assert!(bytes < calls.len() * 7, "{bytes} bytes");
}

#[test]
fn a_trace_that_ends_within_a_block_is_readable_up_to_it() {
    let trace = two_blocks();
    let second = trace.windows(4).rposition(|it| it == b"BLCK").unwrap();
    for length in 0..trace.len() {
        if length == FILE_HEAD || length == second {
            continue;
        }
        let cut = &trace[..length];
        let Err(TraceError::Broken { file, .. }) = reader(cut) else {
            panic!("{length} bytes are a trace");
        };
        assert_eq!(file, "memory");
        let mut cut = lenient(cut);
        assert_eq!(cut.info().broken_blocks, 1);
        if length > second {
            assert_eq!(read(&mut cut, "mail"), [success(0, 5)]);
        }
    }
}

#[test]
fn an_error_names_the_block_and_what_to_do() {
    let trace = two_blocks();
    let second = trace.windows(4).rposition(|it| it == b"BLCK").unwrap();
    let error = reader(&trace[..trace.len() - 1]).unwrap_err().to_string();
    let expected = format!("`memory`, block 2 at byte {second}: the file ends within the block");
    assert!(error.starts_with(&expected), "{error}");
    assert!(
        error.ends_with("a lenient reader skips the block"),
        "{error}"
    );
}

#[test]
fn a_lenient_reader_goes_on_behind_a_broken_block() {
    let mut trace = two_blocks();
    trace[FILE_HEAD + BLOCK_HEAD + 3] ^= 1;
    let mut reader = lenient(&trace);
    assert_eq!(reader.info().broken_blocks, 1);
    assert_eq!(read(&mut reader, "mail"), [success(7, 5_000_000_000)]);
}

#[test]
fn a_foreign_file_is_an_error_even_for_a_lenient_reader() {
    let log = b"GET /index.html 200\n".to_vec();
    for error in [
        TraceReader::of("access.log", Cursor::new(log.clone())).unwrap_err(),
        TraceReader::of_lenient("access.log", Cursor::new(log)).unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.starts_with("`access.log` is no trace"), "{text}");
    }
}

#[test]
fn a_newer_version_is_named() {
    let mut trace = two_blocks();
    trace[8] = 2;
    let sum = crc32fast::hash(&trace[..12]);
    trace[12..16].copy_from_slice(&sum.to_le_bytes());
    let error = reader(&trace).unwrap_err().to_string();
    assert!(error.contains("version 2"), "{error}");
}

#[test]
fn a_trace_without_calls_has_no_breaker() {
    let mut reader = reader(&write(&[])).unwrap();
    assert_eq!(reader.info().calls, 0);
    assert_eq!(reader.info().began, None);
    let error = reader.calls("mail").unwrap_err().to_string();
    assert_eq!(
        error,
        "the trace has no call of `mail`, but of no other breaker"
    );
}

#[test]
fn the_contents_are_counted_by_breaker_and_key() {
    let key = |key: &str| success(0, 0).with_key(key);
    let trace = reader(&write(&[
        ("mail", key("b")),
        ("mail", key("a")),
        ("mail", key("b")),
        ("bank", success(5, 10)),
    ]));
    let trace = trace.unwrap();
    let info = trace.info();
    let found: Vec<_> = info
        .breakers
        .iter()
        .map(|it| (&*it.name, it.calls))
        .collect();
    assert_eq!(found, [("bank", 1), ("mail", 3)]);
    let keys = &info.breakers[1].keys;
    assert_eq!(keys, &[("b".to_owned(), 2), ("a".to_owned(), 1)]);
    assert_eq!(info.began, Some(success(0, 0).started()));
    assert_eq!(info.ended, Some(success(5, 10).ended()));
    let error = reader(&write(&[("mail", key("b"))]))
        .unwrap()
        .calls("bank")
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the trace has no call of `bank`, but of `mail`"
    );
}

#[test]
fn files_of_a_folder_are_one_trace() {
    let folder = folder("folder");
    // More than are open at a time; the first call of the first file ends last.
    for nth in 0..20 {
        let took = if nth == 0 { 3_600_000_000_000 } else { 5 };
        let path = folder.join(format!("{nth:03}.trace"));
        let mut writer = TraceWriter::create(path).unwrap();
        writer.push("mail", &success(nth * 1000, took)).unwrap();
        writer.push("mail", &success(nth * 1000 + 1500, 5)).unwrap();
        writer.finish().unwrap();
    }
    fs::write(folder.join("notes.txt"), "no trace").unwrap();
    let mut trace = TraceReader::open([&folder]).unwrap();
    assert_eq!((trace.info().files, trace.info().calls), (20, 40));
    let calls = read(&mut trace, "mail");
    assert_eq!(calls.len(), 40);
    assert!(calls.is_sorted_by_key(Call::started_nanos));
    let error = TraceReader::open([folder.join("missing.trace")]).unwrap_err();
    assert!(error.to_string().contains("missing.trace"), "{error}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn calls_that_begin_at_one_instant_keep_their_order_whatever_they_take() {
    // More than a block of them, and every third is long.
    let calls: Vec<_> = (0..20_000_u64)
        .map(|nth| success(nth / 7, if nth % 3 == 0 { 3_600_000_000_000 } else { nth }))
        .collect();
    let named: Vec<_> = calls.iter().map(|call| ("mail", call.clone())).collect();
    let found = read(&mut reader(&write(&named)).unwrap(), "mail");
    assert!(found == calls);
}

#[test]
fn a_name_that_is_too_long_is_an_error_and_others_are_written() {
    let mut writer = TraceWriter::new(Vec::new()).unwrap();
    let long = "n".repeat(65_537);
    assert!(writer.push(&long, &success(0, 0)).is_err());
    for nth in 0..70 {
        let name = format!("{nth}{}", "n".repeat(65_000));
        writer.push(&name, &success(nth, 0)).unwrap();
    }
    let trace = writer.finish().unwrap();
    assert_eq!(reader(&trace).unwrap().info().breakers.len(), 70);
}

#[test]
fn a_long_call_does_not_keep_others_in_memory() {
    let hour = 3_600_000_000_000;
    let mut calls = vec![("mail", success(0, hour))];
    for nth in 0..30_000 {
        calls.push(("mail", success(nth * hour / 30_000, 5)));
    }
    let mut trace = reader(&write(&calls)).unwrap();
    let mut calls = trace.calls("mail").unwrap();
    let mut most = 0;
    while let Some(call) = calls.next() {
        call.unwrap();
        most = most.max(calls.waiting());
    }
    assert!(most <= 2 * super::block::FULL, "{most}");
}
