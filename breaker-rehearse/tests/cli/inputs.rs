//! What the program reads: texts, recordings, and what is wrong with them.

use std::fs;
use std::process::Command;

use super::{FIVE, Folder, Ran, calls};

#[test]
fn a_recording_can_have_another_name_than_the_settings() {
    let folder = Folder::new("names");
    folder.write("calls.csv", calls());
    folder.write("b.toml", "[breakers.payments]\nthreshold = 7\n");
    folder
        .run(&["convert", "calls.csv", "-o", "pay.trace"])
        .ok();
    let play = |more: &[&str]| {
        let play = [
            "play",
            "pay.trace",
            "--settings",
            "b.toml",
            "--breaker",
            "payments",
            "--json",
        ];
        folder.run(&[&play[..], more].concat())
    };
    assert_eq!(
        play(&[]).error(),
        "error: the recording has no calls of `payments`, but of pay; if these are the same calls, add `--trace-breaker pay`"
    );
    let json: serde_json::Value =
        serde_json::from_str(&play(&["--trace-breaker", "pay"]).ok()).unwrap();
    assert_eq!(json["candidates"][0]["candidate"], "payments");
    let said = folder.run(&[
        "convert",
        "pay.trace",
        "--trace-breaker",
        "pay",
        "--breaker",
        "payments",
        "-o",
        "payments.trace",
    ]);
    assert_eq!(
        said.ok(),
        "payments.trace: 600 calls of the breaker payments\n"
    );
    let suggested = folder.run(&[
        "suggest",
        "pay.trace",
        "--trace-breaker",
        "pay",
        "--breaker",
        "payments",
        "--most",
        "20",
    ]);
    assert!(suggested.ok().contains("[breakers.payments]"));
}

#[test]
fn a_converted_log_plays_as_the_log_does() {
    let folder = Folder::new("convert");
    folder.write("calls.csv", calls());
    let said = folder
        .run(&["convert", "calls.csv", "-o", "payment.trace"])
        .ok();
    assert_eq!(said, "payment.trace: 600 calls of the breaker payment\n");
    let play = |file: &str| folder.run(&["play", file, "-c", FIVE, "--json"]).ok();
    assert_eq!(play("payment.trace"), play("calls.csv"));
    let info = folder.run(&["record-info", "payment.trace"]).ok();
    assert!(
        info.starts_with("600 calls in 1 file and 1 block, "),
        "{info}"
    );
    assert!(info.contains("\nbreaker payment: 600 calls\n"), "{info}");
}

#[test]
fn the_standard_input_and_compressed_files_are_read() {
    let folder = Folder::new("gzip");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, calls().as_bytes()).unwrap();
    folder.write("calls.csv.gz", encoder.finish().unwrap());
    let out = folder.run(&["play", "calls.csv.gz", "-c", FIVE]).ok();
    assert!(out.starts_with("600 calls"), "{out}");
    let mut program = Command::new(env!("CARGO_BIN_EXE_breaker-rehearse"));
    let program = program
        .args(["play", "-", "-c", FIVE])
        .current_dir(&folder.0);
    let input = fs::File::open(folder.0.join("calls.csv.gz")).unwrap();
    let ran = Ran::of(&program.stdin(input).output().unwrap());
    assert!(ran.ok().starts_with("600 calls"));
}

#[test]
fn a_stretch_of_time_and_conditions_choose_calls() {
    let folder = Folder::new("stretch");
    let text = calls()
        .replace("status\n", "status,host\n")
        .replace("200\n", "200,a\n")
        .replace("503\n", "503,b\n");
    folder.write("calls.csv", text);
    let calls = |more: &[&str]| {
        let out = folder.run(&[&["play", "calls.csv", "-c", FIVE][..], more].concat());
        out.out.split(' ').next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        calls(&["--from", "2026-11-03T10:04", "--to", "2026-11-03T10:05"]),
        "60"
    );
    assert_eq!(calls(&["--where", "host=b"]), "120");
    let none = folder.run(&["play", "calls.csv", "-c", FIVE, "--where", "host=c"]);
    assert_eq!(
        none.error(),
        "error: there are no calls to play: 600 lines were read; `--where` leaves out 600"
    );
}

#[test]
fn broken_lines_end_the_run_unless_it_is_lenient() {
    let folder = Folder::new("lenient");
    folder.write("calls.csv", format!("{}\nbroken\n,,\n", calls()));
    let play = |more: &[&str]| folder.run(&[&["play", "calls.csv", "-c", FIVE][..], more].concat());
    assert_eq!(
        play(&[]).error(),
        "error: calls.csv:603: the row has 1 cells, but there are 3 columns (`--lenient` skips such lines and counts them)"
    );
    let lenient = play(&["--lenient"]);
    assert_eq!(lenient.status, 0);
    assert_eq!(
        lenient.err,
        "note: 2 of 602 lines are broken and were skipped, such as:\n\
         note:   calls.csv:603: the row has 1 cells, but there are 3 columns\n\
         note:   calls.csv:604: `at`: `` is empty\n"
    );
}

#[test]
fn a_word_among_statuses_is_named_with_its_count_and_its_rule() {
    let folder = Folder::new("words");
    let text = calls().replace("status", "http_code");
    folder.write("calls.csv", text.replace(",503\n", ",timeout\n"));
    let play = |map: &str, more: &[&str]| {
        let play = ["play", "calls.csv", "-c", FIVE, "--map", map];
        folder.run(&[&play[..], more].concat())
    };
    let advice = "`timeout` is not an HTTP status; say what it means with `--outcome timeout=timed_out`, or map a column \
                  that has only words with `--map outcome=http_code`";
    assert_eq!(
        play("status=http_code", &[]).error(),
        format!("error: calls.csv:242: {advice} (`--lenient` skips such lines and counts them)")
    );
    assert_eq!(
        play("status=http_code", &["--lenient"]).err,
        format!(
            "note: 120 of 600 lines are broken and were skipped, 120 of them because {advice}\n"
        )
    );
    let error = play("outcome=http_code", &[]).error();
    assert!(
        error.starts_with("error: calls.csv:2: `200` is an HTTP status and not a word; map the column with `--map status=http_code`"),
        "{error}"
    );
    let out = play("status=http_code", &["--outcome", "timeout=timed_out"]).ok();
    assert!(out.contains("480 succeeded, 120 failed"), "{out}");
}

#[test]
fn files_that_cannot_be_used_are_named_with_the_reason() {
    let folder = Folder::new("files");
    folder.write("calls.csv", calls());
    folder.write("empty.csv", "");
    folder.write("header.csv", "at,took_ms,status\n");
    folder.write("program", b"\x7fELF\x02\x01\x00\x00");
    let play = |file: &str| folder.run(&["play", file, "-c", FIVE]).error();
    assert_eq!(
        play("none.csv"),
        "error: none.csv: No such file or directory (os error 2)"
    );
    assert_eq!(play("empty.csv"), "error: empty.csv: is empty");
    assert_eq!(
        play("header.csv"),
        "error: there are no calls to play: 0 lines were read"
    );
    assert!(play("program").starts_with("error: program: is neither a recording nor a text"));
    let foreign = folder.run(&["record-info", "calls.csv"]).error();
    assert!(
        foreign.contains("`breaker-rehearse convert calls.csv -o calls.trace` makes a recording"),
        "{foreign}"
    );
}

#[test]
fn damaged_recordings_are_named_with_the_block_and_can_be_skipped() {
    let folder = Folder::new("damaged");
    folder.write("calls.csv", calls());
    folder
        .run(&["convert", "calls.csv", "-o", "whole.trace"])
        .ok();
    let whole = folder.read("whole.trace");
    folder.write("cut.trace", &whole[..whole.len() - 10]);
    let mut corrupt = whole.clone();
    let middle = corrupt.len() / 2;
    corrupt[middle] ^= 0x55;
    folder.write("corrupt.trace", corrupt);
    for file in ["cut.trace", "corrupt.trace"] {
        let error = folder.run(&["play", file, "-c", FIVE]).error();
        assert!(
            error.starts_with(&format!("error: `{file}`, block 1 at byte 16: ")),
            "{error}"
        );
        assert!(error.ends_with("(`--lenient`)"), "{error}");
        let lenient = folder.run(&["play", file, "-c", FIVE, "--lenient"]);
        assert_eq!(lenient.status, 2, "the only block is broken");
    }
    let mixed = folder
        .run(&["play", "whole.trace", "calls.csv", "-c", FIVE])
        .error();
    assert_eq!(
        mixed,
        "error: whole.trace is a recording and others are not: give either recordings or texts"
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_once_and_from_its_beginning() {
    let folder = Folder::new("pipe");
    folder.write("calls.csv", calls());
    let program = env!("CARGO_BIN_EXE_breaker-rehearse");
    let script = format!("cat calls.csv | '{program}' play /dev/stdin -c '{FIVE}'");
    let mut shell = Command::new("sh");
    let ran = Ran::of(
        &shell
            .args(["-c", &script])
            .current_dir(&folder.0)
            .output()
            .unwrap(),
    );
    assert!(ran.ok().starts_with("600 calls"));
}

#[test]
fn a_log_that_is_rotated_may_have_an_empty_file() {
    let folder = Folder::new("rotated");
    folder.write("one.csv", calls());
    folder.write("two.csv", "");
    let ran = folder.run(&["play", "one.csv", "two.csv", "-c", FIVE]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (0, "note: two.csv is empty\n")
    );
    assert!(ran.out.starts_with("600 calls"), "{}", ran.out);
    let none = folder.run(&["play", "two.csv", "two.csv", "-c", FIVE]);
    assert_eq!(
        none.error(),
        "error: there are no calls to play: 0 lines were read"
    );
}

#[test]
fn a_rule_that_decides_nothing_is_named() {
    let folder = Folder::new("rules");
    folder.write("calls.csv", calls());
    let play = [
        "play",
        "calls.csv",
        "-c",
        FIVE,
        "--outcome",
        "5yx=ignored",
        "--outcome",
        "503=ignored",
    ];
    let ran = folder.run(&play);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (0, "note: `--outcome '5yx=ignored'` decided nothing\n")
    );
    assert!(
        ran.out
            .contains("480 succeeded, 0 failed, 120 had no outcome"),
        "{}",
        ran.out
    );
}

#[test]
fn calls_that_were_rejected_when_they_were_recorded_are_named() {
    let folder = Folder::new("rejected");
    let text =
        "at,took_ms,outcome\n1793700000,5,success\n1793700001,0,rejected\n1793700002,5,success\n";
    folder.write("calls.csv", text);
    let ran = folder.run(&["play", "calls.csv", "-c", FIVE]);
    assert_eq!(ran.status, 0);
    let note = "note: 1 of 3 calls were rejected when they were recorded, so nobody knows how they would have ended; record \
                with the setting `shadow` to know\n";
    assert_eq!(ran.err, note);
    let line = ran
        .out
        .lines()
        .find(|it| it.contains("went through, outcome unknown"));
    assert_eq!(line.unwrap().split_whitespace().last(), Some("1"));
}

#[test]
fn a_recording_has_a_name_that_a_breaker_can_have() {
    let folder = Folder::new("name");
    folder.write("my calls.csv", calls());
    let said = folder
        .run(&["convert", "my calls.csv", "-o", "my calls.v1.trace"])
        .ok();
    assert_eq!(
        said,
        "my calls.v1.trace: 600 calls of the breaker my-calls\n"
    );
    let wrong = folder
        .run(&[
            "convert",
            "my calls.csv",
            "-o",
            "a.trace",
            "--breaker",
            "my calls",
        ])
        .error();
    assert!(wrong.starts_with("error: --breaker: "), "{wrong}");
    assert!(!folder.0.join("a.trace").exists() && !folder.0.join("a.trace.partial").exists());
}
