use std::fmt::Write;
use std::time::{Duration, SystemTime};

use breaker_runtime::FailureKind;
use breaker_runtime::rehearsal::{Call, CallOutcome};
use proptest::prelude::*;

use super::{Format, ImportOptions, Importer, Mapping};
use crate::problem::Problem;

/// 2026-11-03T09:00:00Z in seconds since 1970.
const NINE: u64 = 1_793_696_400;
const FAILURE: CallOutcome = CallOutcome::Failure(FailureKind::Returned);

fn read_with(text: &str, options: &ImportOptions) -> Result<Vec<Call>, Problem> {
    Importer::new(text.as_bytes(), "log", options)?.collect()
}

fn read(text: &str) -> Result<Vec<Call>, Problem> {
    read_with(text, &ImportOptions::default())
}

fn error(text: &str) -> String {
    read(text).expect_err("a mistake").to_string()
}

fn mapped(mapping: &str) -> ImportOptions {
    ImportOptions {
        mapping: mapping.parse().expect("a mapping"),
        ..ImportOptions::default()
    }
}

fn call(millis: u64, took: u64, outcome: CallOutcome) -> Call {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(NINE) + Duration::from_millis(millis);
    Call::new(at, Duration::from_millis(took), outcome)
}

#[test]
fn csv_between_any_marks_is_recognized_with_its_columns() {
    for mark in [",", ";", "\t"] {
        let text = "at,took_ms,status,key\n2026-11-03T09:00:00Z,12,200,a\n\"2026-11-03T09:00:01Z\",30,503,\n";
        let expected = vec![
            call(0, 12, CallOutcome::Success).with_key("a"),
            call(1_000, 30, FAILURE),
        ];
        assert_eq!(read(&text.replace(',', mark)), Ok(expected));
    }
}

#[test]
fn json_lines_have_members_of_members() {
    let text = r#"{"time":"2026-11-03T09:00:00Z","http":{"status_code":503},"took":"7ms","more":[{"x":1}]}
{"took":"1ms","time":1793696401,"http":{"status_code":"200"},"extra":null}
"#;
    let expected = vec![call(0, 7, FAILURE), call(1_000, 1, CallOutcome::Success)];
    assert_eq!(read(text), Ok(expected));
}

#[test]
fn the_log_of_nginx_has_ends_and_seconds() {
    let text = "\
10.0.0.1 - - [03/Nov/2026:10:00:01 +0100] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl/8\" 0.250 0.250\n\
10.0.0.1 - - [03/Nov/2026:10:00:02 +0100] \"GET / HTTP/1.1\" 504 0 \"-\" \"a \\\"b\\\"\" 2.000 2.000\n";
    // The second line ended later and began earlier.
    let expected = vec![
        call(0, 2_000, FAILURE),
        call(750, 250, CallOutcome::Success),
    ];
    assert_eq!(read(text), Ok(expected));
}

#[test]
fn the_log_of_apache_has_no_durations() {
    let text = "\
10.0.0.1 - - [03/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl/8\"\n\
10.0.0.1 - - [03/Nov/2026:10:00:01 +0100] \"GET / HTTP/1.1\" 500 0 \"-\" \"curl/8\"\n";
    let mut calls =
        Importer::new(text.as_bytes(), "log", &ImportOptions::default()).expect("a log");
    let read: Result<Vec<_>, _> = calls.by_ref().collect();
    let expected = vec![call(0, 0, CallOutcome::Success), call(1_000, 0, FAILURE)];
    assert_eq!(read, Ok(expected));
    assert!(calls.counts().lacks_durations);
}

#[test]
fn durations_and_keys_can_be_left_out() {
    let text = "at,took_ms,status,key\n2026-11-03T09:00:00Z,12,200,a\n";
    let read = read_with(text, &mapped("took=-,key=-"));
    assert_eq!(read, Ok(vec![call(0, 0, CallOutcome::Success)]));
    let error = "at=-".parse::<Mapping>().expect_err("a call has a time");
    assert_eq!(error, "`at` cannot be left out, only `took` and `key`");
}

#[test]
fn the_log_of_envoy_has_starts_milliseconds_and_flags() {
    let text = "\
[2026-11-03T09:00:00.000Z] \"POST /pay HTTP/2\" 503 UO 0 91 0 - \"-\" \"curl\" \"id\" \"pay\" \"-\"\n\
[2026-11-03T09:00:00.500Z] \"POST /pay HTTP/2\" 200 - 15 91 20 18 \"-\" \"curl\" \"id\" \"pay\" \"10.0.0.2:80\"\n";
    let expected = vec![
        call(0, 0, CallOutcome::Rejected),
        call(500, 20, CallOutcome::Success),
    ];
    assert_eq!(read(text), Ok(expected));
    let json = r#"{"start_time":"2026-11-03T09:00:00.000Z","response_code":0,"response_flags":"DC","duration":40}"#;
    assert_eq!(read(json), Ok(vec![call(0, 40, CallOutcome::Dropped)]));
}

#[test]
fn a_log_of_any_fields_has_named_and_numbered_columns() {
    let text = "2026-11-03T09:00:00Z GET rt=0.004 st=\"200\" up=a\n";
    let options = ImportOptions {
        format: Some(Format::Log),
        filters: vec![
            "up=a".parse().expect("a filter"),
            "2=GET".parse().expect("a filter"),
        ],
        ..mapped("at=1,took=rt:s,status=st")
    };
    assert_eq!(
        read_with(text, &options),
        Ok(vec![call(0, 4, CallOutcome::Success)])
    );
}

#[test]
fn lines_that_a_condition_leaves_out_need_not_be_calls() {
    let text = "at,took_ms,status,host\n-,-,-,b\n2026-11-03T09:00:00Z,1,200,a\n";
    let options = ImportOptions {
        filters: vec!["host=a".parse().expect("a filter")],
        ..ImportOptions::default()
    };
    let mut calls = Importer::new(text.as_bytes(), "log", &options).expect("columns");
    assert_eq!(calls.by_ref().count(), 1);
    assert_eq!((calls.counts().lines, calls.counts().filtered), (2, 1));
}

#[test]
fn a_file_without_calls_or_text_is_an_error() {
    assert_eq!(error(""), "log: is empty");
    assert_eq!(error("\n \n"), "log: is empty");
    assert_eq!(
        error("\u{7f}ELF\0\0"),
        "log: is neither a recording nor a text: a recording of breaker_runtime, CSV, JSON lines or an access log are \
         read, also compressed by gzip"
    );
}

#[test]
fn missing_columns_are_named_with_what_to_do() {
    assert_eq!(
        error("when,took_ms,status\n"),
        "log:1: no column says when a call began; name it with `--map at=COLUMN`, or with `--map end=COLUMN` if it \
         says when the call ended; the columns are when, took_ms, status (read as `--format csv`)"
    );
    assert_eq!(
        error("at,how_long,status\n"),
        "log:1: no column says how long a call took; name it with `--map took=COLUMN:ms`, with its unit s, ms, us or \
         ns, or leave it out with `--map took=-`; the columns are at, how_long, status (read as `--format csv`)"
    );
    assert_eq!(
        error("at,took_ms,answer\n"),
        "log:1: no column says how a call ended; name it with `--map status=COLUMN` for an HTTP status, `grpc=COLUMN` \
         for a code of gRPC, or `outcome=COLUMN` for a word; the columns are at, took_ms, answer (read as `--format \
         csv`)"
    );
    let misspelled = read_with("time,duration_ms,status\n", &mapped("at=tiem"));
    assert_eq!(
        misspelled.expect_err("a mistake").to_string(),
        "log:1: there is no column `tiem`; did you mean `time`?; the columns are time, duration_ms, status (read as \
         `--format csv`)"
    );
}

#[test]
fn broken_cells_are_named_with_their_line() {
    let with = |line: &str| {
        error(&format!(
            "at,took,status\n2026-11-03T09:00:00Z,1ms,200\n{line}\n"
        ))
    };
    assert_eq!(
        with("yesterday,1ms,200"),
        "log:3: `at`: `yesterday` is not a time: RFC 3339 (`2026-11-03T10:00:00.250Z`), the time of an access log \
         (`03/Nov/2026:10:00:00 +0100`) and Unix times are read"
    );
    assert_eq!(
        with("2026-11-03T09:00:00Z,12,200"),
        "log:3: the unit of `took` is unknown; say it: `--map took=took:ms` for milliseconds, or s, us, ns"
    );
    assert_eq!(
        with("2026-11-03T09:00:00Z,-,200"),
        "log:3: `took` is empty; `--where 'took!=-'` leaves such lines out"
    );
    assert_eq!(
        with("2026-11-03T09:00:00Z,1ms,teapot"),
        "log:3: `teapot` is not an HTTP status; say what it means with `--outcome teapot=failure`"
    );
    assert_eq!(
        with("2026-11-03T09:00:00Z,1ms,"),
        "log:3: `status` says nothing, so how the call ended is unknown"
    );
    assert_eq!(
        with("2026-11-03T09:00:00Z,1ms"),
        "log:3: the row has 2 cells, but there are 3 columns"
    );
    assert_eq!(
        error("{\"at\":1,\"took\":\"1ms\",\"outcome\":\"ok\"}\n{\"at\":2,\"to"),
        "log:2: the JSON is cut off: `{\"at\":2,\"to`"
    );
    assert!(
        error("{\"at\":1,\"took\":\"1ms\",\"outcome\":\"ok\"}\nHello\n").starts_with(
            "log:2: is not a JSON object on one line (expected value at line 1 column 1): `Hello`"
        )
    );
}

#[test]
fn lines_have_the_same_numbers_whatever_ends_them() {
    let text = "at,took,status\n2026-11-03T09:00:00Z,1ms,200\n\n2026-11-03T09:00:01Z,1ms,teapot\n2026-11-03T09:00:02Z,1ms\n";
    let options = ImportOptions {
        lenient: true,
        ..ImportOptions::default()
    };
    let windows = text.replace('\n', "\r\n");
    let mixed = text.replace("200\n", "200\r\n");
    let unended = windows.trim_end();
    for text in [text, &windows, &mixed, unended] {
        let mut calls = Importer::new(text.as_bytes(), "log", &options).expect("columns");
        assert_eq!(calls.by_ref().flatten().count(), 1);
        let skipped = &calls.counts().first_skipped;
        let lines: Vec<_> = skipped.iter().map(|it| it.line).collect();
        assert_eq!(lines, [Some(4), Some(5)], "{text:?}");
    }
}

#[test]
fn a_return_at_the_end_of_a_block_does_not_hide_the_end_of_its_line() {
    use std::io::{BufReader, Read as _};
    let text =
        "at,took,status\r\n2026-11-03T09:00:00Z,1ms,200\r\n2026-11-03T09:00:01Z,1ms,teapot\r\n";
    // The first block has to have the header.
    for at in "at,took,status\r\n".len()..text.len() {
        let (one, two) = text.as_bytes().split_at(at);
        let input = BufReader::new(one.chain(two));
        let problem = Importer::new(input, "log", &ImportOptions::default())
            .expect("columns")
            .find_map(Result::err);
        assert_eq!(problem.and_then(|it| it.line), Some(3), "{at}");
    }
}

#[test]
fn times_that_run_back_too_far_are_an_error_with_the_line() {
    let text = "at,took,status\n2026-11-03T09:02:00Z,1ms,200\n2026-11-03T09:04:00Z,1ms,200\n2026-11-03T09:01:00Z,1ms,200\n";
    assert_eq!(
        error(text),
        "log:4: the call began 60.0s before one that had to be played already: times run back by more than 60s; allow \
         more with `--disorder`, or sort the lines by the start of the calls. Local times without an offset run back when \
         summer time ends"
    );
    let patient = ImportOptions {
        disorder: Duration::from_secs(600),
        ..ImportOptions::default()
    };
    let calls = read_with(text, &patient).expect("sorted");
    assert!(calls.is_sorted_by_key(Call::started));
}

#[test]
fn broken_lines_can_be_skipped_and_are_counted() {
    let text = "at,took,status\nx,1ms,200\n2026-11-03T09:00:00Z,1ms,200\n,,\ny\n2026-11-03T09:00:01Z,1ms,200\n";
    let options = ImportOptions {
        lenient: true,
        ..ImportOptions::default()
    };
    let mut calls = Importer::new(text.as_bytes(), "log", &options).expect("columns");
    assert_eq!(calls.by_ref().flatten().count(), 2);
    let counts = calls.counts();
    assert_eq!(
        (counts.lines, counts.skipped, counts.first_skipped.len()),
        (5, 3, 3)
    );
    assert_eq!(counts.first_skipped[2].line, Some(5));
}

#[test]
fn a_quote_that_is_not_closed_does_not_fill_the_memory() {
    let mut text = "at,took,status\n\"".to_owned();
    while text.len() < 3 << 20 {
        text.push_str("2026-11-03T09:00:00Z,1ms,200\n");
    }
    assert_eq!(
        error(&text),
        "log:2: cannot be read any further: the row is longer than 1 MiB: is a quote not closed?"
    );
}

#[test]
fn a_line_that_is_too_long_is_skipped_as_one_line() {
    let long = "x".repeat(3 << 20);
    let text = format!(
        "{{\"at\":1,\"took\":\"1ms\",\"outcome\":\"ok\"}}\n{long}\n{{\"at\":2,\"took\":\"1ms\",\"outcome\":\"ok\"}}\n"
    );
    assert_eq!(
        error(&text),
        "log:2: the line is longer than 1 MiB: this is probably not a log"
    );
    let options = ImportOptions {
        lenient: true,
        ..ImportOptions::default()
    };
    let mut calls = Importer::new(text.as_bytes(), "log", &options).expect("columns");
    assert_eq!(calls.by_ref().flatten().count(), 2);
    assert_eq!(calls.counts().skipped, 1);
}

#[test]
fn a_log_continues_in_another_file_with_the_calls_that_wait() {
    let first = "at,took,status\n2026-11-03T09:00:01Z,1ms,200\n2026-11-03T09:00:02Z,1ms,200\n";
    let second = "at,took,status\n2026-11-03T09:00:00Z,1ms,503\n";
    let options = ImportOptions::default();
    let calls = Importer::new(first.as_bytes(), "one", &options).expect("columns");
    let mut calls = calls.with_successor();
    assert!(calls.next().is_none());
    let calls = Importer::after(calls, second.as_bytes(), "two", &options).expect("columns");
    let calls: Vec<_> = calls.map(|it| it.expect("a call")).collect();
    let expected = [
        call(0, 1, FAILURE),
        call(1_000, 1, CallOutcome::Success),
        call(2_000, 1, CallOutcome::Success),
    ];
    assert_eq!(calls, expected);
}

#[test]
fn one_wrong_clock_does_not_spoil_the_lines_after_it() {
    let line = |time: &str| format!("{time},1ms,200\n");
    let text = format!(
        "at,took,status\n{}{}{}{}",
        line("2026-11-03T09:00:00Z"),
        line("2100-01-01T00:00:00Z"),
        line("2026-11-03T09:00:02Z"),
        line("2026-11-03T09:00:01Z"),
    );
    assert_eq!(
        error(&text),
        "log:3: the time is more than a day after the lines around it: is a clock wrong?"
    );
    let options = ImportOptions {
        lenient: true,
        ..ImportOptions::default()
    };
    let expected = [0, 1_000, 2_000].map(|millis| call(millis, 1, CallOutcome::Success));
    assert_eq!(read_with(&text, &options), Ok(expected.to_vec()));
}

#[test]
fn a_broken_first_line_can_be_skipped_too() {
    let lenient = ImportOptions {
        lenient: true,
        ..ImportOptions::default()
    };
    let cut = "us\":200}\n{\"at\":1793696400,\"took\":\"1ms\",\"status\":200}\n{\"at\":1793696401,\"took\":\"1ms\",\"status\":200}\n";
    assert_eq!(read_with(cut, &lenient).map(|it| it.len()), Ok(2));
    let long = format!(
        "{}\n{}",
        "x".repeat(2 << 20),
        cut.split_once('\n').expect("lines").1
    );
    let options = ImportOptions {
        format: Some(Format::Json),
        ..lenient
    };
    // The columns that are not in the first lines have to be named.
    let options = ImportOptions {
        mapping: "at=at,took=took,status=status".parse().expect("a mapping"),
        ..options
    };
    assert_eq!(read_with(&long, &options).map(|it| it.len()), Ok(2));
}

#[test]
fn long_keys_are_cut_and_stay_different() {
    let key = |last: char| format!("{}{last}", "k".repeat(5_000));
    let text = format!(
        "at,took,status,key\n1793696400,1ms,200,{}\n1793696401,1ms,200,{}\n",
        key('a'),
        key('b')
    );
    let calls = read(&text).expect("calls");
    let keys: Vec<_> = calls.iter().filter_map(Call::key).collect();
    assert_eq!(
        keys.iter().map(|it| it.len()).collect::<Vec<_>>(),
        [256, 256]
    );
    assert_ne!(keys[0], keys[1]);
}

fn outcomes() -> impl Strategy<Value = CallOutcome> {
    prop::sample::select(vec![
        CallOutcome::Success,
        FAILURE,
        CallOutcome::Failure(FailureKind::TimedOut),
        CallOutcome::Failure(FailureKind::Panicked),
        CallOutcome::Trip,
        CallOutcome::Ignored,
        CallOutcome::Dropped,
        CallOutcome::Cancelled,
        CallOutcome::Rejected,
    ])
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    // Starts within a minute, so that the default allows any order.
    let keys = prop::option::of(r#"[a-z"',;\\ ]{0,3}[a-z]"#);
    let call = (0..60_000_000_000_u64, any::<u32>(), outcomes(), keys).prop_map(
        |(at, took, outcome, key)| {
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(NINE) + Duration::from_nanos(at);
            let call = Call::new(at, Duration::from_nanos(took.into()), outcome);
            match key {
                Some(key) => call.with_key(key.trim()),
                None => call,
            }
        },
    );
    prop::collection::vec(call, 1..40)
}

fn word(outcome: CallOutcome) -> &'static str {
    match outcome {
        CallOutcome::Failure(FailureKind::Returned) => "failure",
        CallOutcome::Failure(kind) => kind.as_str(),
        other => other.as_str(),
    }
}

fn nanos(call: &Call) -> u128 {
    let since = call.started().duration_since(SystemTime::UNIX_EPOCH);
    since.expect("after 1970").as_nanos()
}

/// Sorts by the start; equal starts keep their order.
fn in_order(mut calls: Vec<Call>) -> Vec<Call> {
    calls.sort_by_key(Call::started);
    calls
}

proptest! {
    #[test]
    fn calls_written_as_csv_are_read_as_they_were(calls in calls()) {
        let mut text = "at,took,outcome,key\n".to_owned();
        for call in &calls {
            let key = call.key().unwrap_or_default().replace('"', "\"\"");
            let (at, took) = (nanos(call), call.took().as_nanos());
            writeln!(text, "{at},{took}ns,{},\"{key}\"", word(call.outcome())).expect("a string");
        }
        prop_assert_eq!(read(&text), Ok(in_order(calls)));
    }

    #[test]
    fn calls_written_as_json_are_read_as_they_were(calls in calls()) {
        let mut text = String::new();
        for call in &calls {
            let at = u64::try_from(nanos(call)).expect("small");
            let line = serde_json::json!({
                "at": at,
                "took_ns": u64::try_from(call.took().as_nanos()).expect("small"),
                "outcome": word(call.outcome()),
                "key": call.key(),
            });
            writeln!(text, "{line}").expect("a string");
        }
        prop_assert_eq!(read(&text), Ok(in_order(calls)));
    }

    #[test]
    fn any_text_is_read_or_rejected_and_time_never_runs_back(text in "[a-z0-9:,;\"{}\\[\\]=. \n-]{0,200}") {
        let options = ImportOptions { lenient: true, ..mapped("at=1,took=2:s,status=3") };
        for format in Format::ALL {
            let options = ImportOptions { format: Some(format), ..options.clone() };
            if let Ok(calls) = read_with(&text, &options) {
                prop_assert!(calls.is_sorted_by_key(Call::started));
            }
        }
    }
}
