use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::super::call::{Call, CallOutcome};
use super::super::trace::TraceReader;
use super::segments::Segments;
use super::{Recorder, RecorderError, RecorderOptions};
use crate::config::Config;
use crate::registry::Registry;
use crate::time::hand_clock::HandClock;
use crate::values::{FailureKind, Outcome};

mod exactness;

const DAY: Duration = Duration::from_secs(86_400);

fn registry() -> (Registry, HandClock) {
    // The monotonic clock has another origin.
    let clock = HandClock::with_origin(DAY);
    clock.pass(Duration::from_secs(5));
    (Registry::with_clock(clock.clone()), clock)
}

fn in_memory(registry: &Registry) -> Recorder {
    RecorderOptions::new()
        .in_memory(DAY)
        .start(registry)
        .unwrap()
}

fn recent(recorder: &Recorder, breaker: &str) -> Vec<Call> {
    let mut trace = recorder.recent(DAY).unwrap();
    let calls = trace.calls(breaker).unwrap();
    calls.collect::<Result<_, _>>().unwrap()
}

fn outcomes(calls: &[Call]) -> Vec<CallOutcome> {
    calls.iter().map(Call::outcome).collect()
}

/// Returns a folder that does not exist.
fn folder(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("breaker-recorder-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn files(folder: &PathBuf) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn each_end_of_a_call_is_recorded() {
    let (registry, clock) = registry();
    let recorder = in_memory(&registry);
    let config = Config::new().threshold(3).open_for(Duration::from_secs(9));
    let mail = registry.get_or_create("mail", config).unwrap();
    let permit = || mail.try_acquire().unwrap();
    let second = Duration::from_secs(1);
    let held = permit();
    clock.pass(second);
    permit().success();
    permit().ignore();
    drop(permit());
    permit().failure();
    let _ = std::panic::catch_unwind(|| mail.call(|| -> Result<(), ()> { panic!("for the test") }));
    clock.pass(second);
    permit().record_with_hint(Outcome::Trip, Some(second));
    mail.call(|| Ok::<_, ()>(1)).unwrap_err();
    held.success();

    let calls = recent(&recorder, "mail");
    let expected = [
        CallOutcome::Success,
        CallOutcome::Success,
        CallOutcome::Ignored,
        CallOutcome::Cancelled,
        CallOutcome::Failure(FailureKind::Returned),
        CallOutcome::Failure(FailureKind::Panicked),
        CallOutcome::Trip,
        CallOutcome::Rejected,
    ];
    assert_eq!(outcomes(&calls), expected);
    assert_eq!(calls[0].took(), 2 * second);
    let start = SystemTime::UNIX_EPOCH + DAY + Duration::from_secs(5);
    assert_eq!(calls[0].started(), start);
    assert_eq!(calls[6].started(), start + 2 * second);
    assert_eq!(calls[6].open_for_hint(), Some(second));
    assert_eq!(calls[1].open_for_hint(), None);
    assert_eq!(recorder.stats().calls, 8);
}

#[test]
fn calls_at_one_instant_keep_their_order() {
    let (registry, _clock) = registry();
    let recorder = in_memory(&registry);
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    let first = mail.try_acquire().unwrap();
    let second = mail.try_acquire().unwrap();
    second.failure();
    mail.try_acquire().unwrap().success();
    first.ignore();

    let calls = recent(&recorder, "mail");
    let order = |call: &Call| {
        let order = call.order().unwrap();
        (order.start, order.end)
    };
    let found: Vec<_> = calls.iter().map(|it| (it.outcome(), order(it))).collect();
    // The machine cannot tell calls apart that began at one instant.
    let expected = [
        (CallOutcome::Ignored, (0, 5)),
        (CallOutcome::Failure(FailureKind::Returned), (1, 2)),
        (CallOutcome::Success, (3, 4)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn shadow_records_how_calls_would_have_ended() {
    let (registry, _clock) = registry();
    let recorder = in_memory(&registry);
    let config = Config::new().threshold(1).shadow(true);
    let mail = registry.get_or_create("mail", config).unwrap();
    mail.try_acquire().unwrap().failure();
    mail.try_acquire().unwrap().failure();
    mail.try_acquire().unwrap().success();
    let failed = CallOutcome::Failure(FailureKind::Returned);
    let expected = [failed, failed, CallOutcome::Success];
    assert_eq!(outcomes(&recent(&recorder, "mail")), expected);
}

#[test]
fn calls_are_recorded_by_key_and_chosen_by_name() {
    let (registry, _clock) = registry();
    let before = registry.get_or_create("mail", Config::new()).unwrap();
    let recorder = RecorderOptions::new().breaker("mail").in_memory(DAY);
    let recorder = recorder.start(&registry).unwrap();
    let other = registry.get_or_create("bank", Config::new()).unwrap();
    let keyed = registry
        .get_or_create_keyed("mail", "a", Config::new())
        .unwrap();
    for breaker in [before, other, keyed] {
        breaker.try_acquire().unwrap().success();
    }
    let calls = recent(&recorder, "mail");
    let keys: Vec<_> = calls.iter().map(Call::key).collect();
    assert_eq!(keys, [None, Some("a")]);
    assert_eq!(recorder.recent(DAY).unwrap().info().breakers.len(), 1);
}

#[test]
fn a_dropped_future_is_recorded_as_dropped() {
    let (registry, clock) = registry();
    let recorder = in_memory(&registry);
    let config = Config::new().cancel_after(Some(Duration::from_secs(3)));
    let mail = registry.get_or_create("mail", config).unwrap();
    for pending in [1, 4] {
        let mut call = Box::pin(mail.call_async(std::future::pending::<Result<(), ()>>()));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
        clock.pass(Duration::from_secs(pending));
        drop(call);
    }
    let late = CallOutcome::Failure(FailureKind::Dropped);
    assert_eq!(
        outcomes(&recent(&recorder, "mail")),
        [CallOutcome::Dropped, late]
    );
}

#[test]
fn calls_through_every_path_of_a_breaker_are_recorded() {
    let slow = Duration::from_secs(1);
    for config in [
        Config::new().latency(true),
        Config::new().slow_call(slow),
        Config::new()
            .window(crate::Window::Calls(5))
            .max_failures(3),
        Config::new().max_in_flight(2),
    ] {
        let (registry, clock) = registry();
        let recorder = in_memory(&registry);
        let mail = registry.get_or_create("mail", config).unwrap();
        for _ in 0..3 {
            let permit = mail.try_acquire().unwrap();
            clock.pass(2 * slow);
            permit.success();
        }
        mail.try_acquire().unwrap().failure();
        assert_eq!(mail.snapshot().totals.calls, 4);
        let calls = recent(&recorder, "mail");
        assert_eq!(calls.len(), 4, "{config:?}");
        assert_eq!(calls[1].took(), 2 * slow, "{config:?}");
    }
}

#[test]
fn calls_of_many_threads_are_all_recorded() {
    let registry = Registry::new();
    let recorder = in_memory(&registry);
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    mail.call(|| Ok::<_, ()>(1)).unwrap();
                }
            });
        }
    });
    assert_eq!(recent(&recorder, "mail").len(), 2000);
}

#[test]
fn a_call_may_begin_and_end_on_different_threads() {
    let (registry, clock) = registry();
    let recorder = in_memory(&registry);
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    let permit = mail.try_acquire().unwrap();
    clock.pass(Duration::from_secs(1));
    std::thread::scope(|scope| scope.spawn(|| permit.success()).join()).unwrap();
    let calls = recent(&recorder, "mail");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].took(), Duration::from_secs(1));
}

#[test]
fn files_are_rotated_and_the_oldest_deleted() {
    let folder = folder("rotated");
    let (registry, _clock) = registry();
    let options = RecorderOptions::new().folder(&folder).file_size(1).files(3);
    let recorder = options.start(&registry).unwrap();
    fs::write(folder.join("other.trace"), "").unwrap();
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    for _ in 0..6 {
        mail.try_acquire().unwrap().success();
        recorder.flush();
    }
    let stats = recorder.stop();
    assert_eq!((stats.calls, stats.blocks, stats.dropped_calls), (6, 6, 0));
    assert_eq!(stats.files, 6);
    assert_eq!(files(&folder), 4);
    fs::remove_file(folder.join("other.trace")).unwrap();
    let trace = TraceReader::open([&folder]).unwrap();
    assert_eq!(trace.info().calls, 3);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn dropping_the_recorder_writes_what_is_left() {
    let folder = folder("dropped");
    let (registry, _clock) = registry();
    let options = RecorderOptions::new().folder(&folder).flush_every(DAY);
    let recorder = options.start(&registry).unwrap();
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    mail.try_acquire().unwrap().success();
    drop(recorder);
    mail.try_acquire().unwrap().success();
    let mut trace = TraceReader::open([&folder]).unwrap();
    assert_eq!(trace.calls("mail").unwrap().count(), 1);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_recorder_can_follow_another() {
    let (registry, _clock) = registry();
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    let first = in_memory(&registry);
    let second = RecorderOptions::new().in_memory(DAY).start(&registry);
    assert!(matches!(second, Err(RecorderError::Running)));
    let held = mail.try_acquire().unwrap();
    drop(first);
    let second = in_memory(&registry);
    held.success();
    mail.try_acquire().unwrap().failure();
    let calls = recent(&second, "mail");
    assert_eq!(
        outcomes(&calls),
        [CallOutcome::Failure(FailureKind::Returned)]
    );
}

#[test]
fn a_breaker_that_is_made_while_a_recorder_ends_is_recorded_by_the_next() {
    let (registry, _clock) = registry();
    let recorder = in_memory(&registry);
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    let id = mail.shared().recorded_id();
    drop(recorder);
    // As if it had been made after the recorder had looked at all breakers.
    mail.shared().set_recorded_id(id);
    let recorder = in_memory(&registry);
    mail.try_acquire().unwrap().success();
    assert_eq!(recent(&recorder, "mail").len(), 1);
}

#[test]
fn keys_that_have_been_idle_are_recorded() {
    let (registry, clock) = registry();
    let config = Config::new().idle_ttl(Duration::from_secs(1));
    let key = || registry.get_or_create_keyed("mail", "a", config).unwrap();
    key().try_acquire().unwrap().success();
    clock.pass(DAY);
    let recorder = in_memory(&registry);
    key().try_acquire().unwrap().success();
    assert_eq!(recent(&recorder, "mail").len(), 1);
    clock.pass(DAY);
    drop(recorder);
    assert_eq!(key().shared().recorded_id(), 0);
}

#[test]
fn a_call_at_the_end_of_a_recording_needs_a_place() {
    let (registry, _clock) = registry();
    let recorder = in_memory(&registry);
    let mail = registry
        .get_or_create("mail", Config::new().max_in_flight(1))
        .unwrap();
    mail.trip();
    mail.reset();
    let _held = mail.try_acquire().unwrap();
    drop(recorder);
    let rejection = mail.admit_recorded().unwrap_err();
    assert_eq!(rejection.reason(), crate::values::RejectionReason::Full);
}

#[test]
fn after_an_error_the_same_file_is_written_and_no_other_deleted() {
    let folder = folder("same");
    let mut segments = Segments::begin(folder.clone(), 1 << 20, DAY, 1).unwrap();
    segments.write(b"one").unwrap().unwrap();
    let second = Segments::begin(folder.clone(), 1 << 20, DAY, 1).unwrap();
    // It has no block yet, and the other file belongs to a recorder that still writes.
    assert_eq!(files(&folder), 2);
    drop(second);
    let mut third = Segments::begin(folder.clone(), 1 << 20, DAY, 1).unwrap();
    third.write(b"two").unwrap().unwrap();
    assert_eq!(files(&folder), 3);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn nobody_waits_for_a_recorder_that_has_ended() {
    let (registry, _clock) = registry();
    let recorder = in_memory(&registry);
    let ask = registry.recording().recent().unwrap();
    drop(recorder);
    assert_eq!(ask(DAY), None);
    assert!(Recorder::recent_of(&registry, DAY).is_none());
}

#[cfg(feature = "tower")]
#[test]
fn calls_that_a_service_rejects_are_recorded() {
    let (registry, _clock) = registry();
    let recorder = in_memory(&registry);
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    mail.trip();
    let _ = mail.reject(crate::values::RejectionReason::Open);
    assert_eq!(
        outcomes(&recent(&recorder, "mail")),
        [CallOutcome::Rejected]
    );
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_and_nothing_is_recorded() {
    let (registry, _clock) = registry();
    let nowhere = RecorderOptions::new().start(&registry);
    assert!(matches!(nowhere, Err(RecorderError::NoPlace)));
    let file = folder("file");
    fs::write(&file, "").unwrap();
    let error = RecorderOptions::new().folder(&file).start(&registry);
    let text = error.unwrap_err().to_string();
    assert!(text.starts_with("cannot write to"), "{text}");
    assert!(text.contains(&*file.to_string_lossy()), "{text}");
    fs::remove_file(file).unwrap();
    drop(in_memory(&registry));
}

#[test]
fn errors_of_the_folder_are_counted_and_recording_goes_on() {
    let folder = folder("gone");
    let (registry, _clock) = registry();
    let options = RecorderOptions::new()
        .folder(&folder)
        .file_size(1)
        .in_memory(DAY);
    let recorder = options.start(&registry).unwrap();
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    mail.try_acquire().unwrap().success();
    recorder.flush();
    fs::remove_dir_all(&folder).unwrap();
    mail.try_acquire().unwrap().success();
    recorder.flush();
    let stats = recorder.stats();
    assert_eq!(
        (
            stats.write_errors,
            stats.dropped_calls,
            stats.dropped_blocks
        ),
        (1, 1, 1)
    );
    assert!(stats.last_error.unwrap().contains("gone"));
    assert_eq!(recent(&recorder, "mail").len(), 2);
}

#[test]
fn memory_keeps_the_last_calls_only() {
    let (registry, clock) = registry();
    let minute = Duration::from_secs(60);
    let recorder = RecorderOptions::new()
        .in_memory(10 * minute)
        .start(&registry)
        .unwrap();
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    for _ in 0..20 {
        clock.pass(minute);
        mail.try_acquire().unwrap().success();
        recorder.flush();
    }
    let calls = |span| recorder.recent(span).unwrap().info().calls;
    assert_eq!(calls(3 * minute), 4);
    assert_eq!(calls(DAY), 11);
}

#[test]
fn a_breaker_that_is_removed_leaves_its_calls() {
    let (registry, _clock) = registry();
    let recorder = in_memory(&registry);
    let mail = registry.get_or_create("mail", Config::new()).unwrap();
    mail.try_acquire().unwrap().success();
    registry.remove("mail");
    drop(mail);
    assert_eq!(recent(&recorder, "mail").len(), 1);
    let again = registry.get_or_create("mail", Config::new()).unwrap();
    again.try_acquire().unwrap().success();
    assert_eq!(recent(&recorder, "mail").len(), 2);
}
