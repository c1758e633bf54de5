//! The program as a person or a build runs it: what it prints, what it writes, and with which status it ends.

#![allow(clippy::unwrap_used, reason = "a test fails with the error")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::{env, fs, process};

/// 2026-11-03T10:00:00Z in seconds since 1970.
const TEN: u64 = 1_793_700_000;

/// A folder of one test, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("breaker-rehearse-{}-{name}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap()
    }

    /// Runs the program in the folder.
    fn run(&self, arguments: &[&str]) -> Ran {
        let mut program = Command::new(env!("CARGO_BIN_EXE_breaker-rehearse"));
        Ran::of(
            &program
                .args(arguments)
                .current_dir(&self.0)
                .output()
                .unwrap(),
        )
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            status: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// The output of a run that succeeded.
    fn ok(self) -> String {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// The message of a run that ended because of bad input.
    fn error(self) -> String {
        assert_eq!((self.status, self.out.as_str()), (2, ""), "{}", self.err);
        self.err.trim_end().to_owned()
    }
}

/// A call each second for ten minutes; those of the minutes 4 and 5 failed.
fn calls() -> String {
    let mut text = "at,took_ms,status\n".to_owned();
    for second in 0..600 {
        let status = if (240..360).contains(&second) {
            503
        } else {
            200
        };
        writeln!(text, "{},{},{status}", TEN + second, 20 + second % 7).unwrap();
    }
    text
}

const FIVE: &str = r#"five: threshold = 5, open_for = "10s""#;

#[test]
fn candidates_are_compared_in_a_table() {
    let folder = Folder::new("table");
    folder.write("calls.csv", calls());
    let out = folder
        .run(&[
            "play",
            "calls.csv",
            "-c",
            FIVE,
            "-c",
            "never: threshold = 1000",
        ])
        .ok();
    let line = |start: &str| {
        let line = out.lines().find(|it| it.trim_start().starts_with(start));
        let line = line.unwrap_or_else(|| panic!("no line `{start}` in\n{out}"));
        line.trim()
            .trim_start_matches(start)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert!(
        out.starts_with("600 calls in 9m 59s, from 2026-11-03T10:00:00.000Z to"),
        "{out}"
    );
    assert!(out.contains("480 succeeded, 120 failed"), "{out}");
    assert_eq!(
        line("outage from"),
        "2026-11-03T10:04:00.000Z for 1m 59s: 120 of 120 calls failed"
    );
    assert_eq!(line("openings"), "1 0");
    assert_eq!(line("… false: no outage"), "0 0");
    assert_eq!(line("outages missed"), "0 1");
    assert_eq!(line("opened after (longest)"), "4.0s never");
    assert_eq!(line("failures that went through"), "15 120");
    assert!(
        out.contains("openings of five:\n  2026-11-03T10:04:04.026Z failures_in_a_row"),
        "{out}"
    );
    assert!(out.contains("what no rehearsal can know:"), "{out}");
}

#[test]
fn json_has_all_figures_by_the_names_of_assertions() {
    let folder = Folder::new("json");
    folder.write("calls.csv", calls());
    let out = folder
        .run(&["play", "calls.csv", "-c", FIVE, "--json"])
        .ok();
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let five = &json["candidates"][0];
    assert_eq!(json["trace"]["calls"], 600);
    assert_eq!(five["candidate"], "five");
    assert_eq!(five["openings"], 1);
    assert_eq!(five["missed_outages"], 0);
    assert_eq!(five["admitted_failed"], 15);
    assert_eq!(five["outages"], 1);
    assert_eq!(five["opening_list"][0]["is_false"], false);
    assert_eq!(json["assertions"]["checked"], 0);
}

#[test]
fn assertions_decide_the_status() {
    let folder = Folder::new("assert");
    folder.write("calls.csv", calls());
    let play =
        |assertion: &str| folder.run(&["play", "calls.csv", "-c", FIVE, "--assert", assertion]);
    let good = "false_openings == 0 && openings_within(\"2026-11-03T10:04/10:06\") >= 1";
    assert_eq!(play(good).status, 0);
    let failed = play("openings == 0 && time_open < 1h");
    assert_eq!(failed.status, 1);
    assert_eq!(
        failed.err,
        "assertion failed: `five` does not meet `openings == 0 && time_open < 1h`\n  openings is 1\n  time_open is 1m 50s\n"
    );
    let wrong = play("opening == 0");
    assert_eq!(wrong.status, 2);
    assert!(
        wrong
            .err
            .contains("column 1: there is no figure `opening`; did you mean `openings`?"),
        "{}",
        wrong.err
    );
    let json = folder.run(&[
        "play",
        "calls.csv",
        "-c",
        FIVE,
        "--json",
        "--assert",
        "openings == 0",
    ]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["assertions"]["failed"][0]["values"]["openings"], "1");
}

#[test]
fn an_assertion_about_a_time_without_calls_is_an_error() {
    let folder = Folder::new("no-calls");
    folder.write("calls.csv", calls());
    let good = "false_openings == 0";
    let play = |assertion: &str| {
        folder.run(&[
            "play",
            "calls.csv",
            "-c",
            FIVE,
            "--assert",
            good,
            "--assert",
            assertion,
        ])
    };
    assert_eq!(
        play("openings_within(\"2031-01-01T10:00/12:00\") == 0").error(),
        "error: an assertion asks about `2031-01-01T10:00/12:00`, in which no call began; the calls began from \
         2026-11-03T10:00:00.000Z to 2026-11-03T10:09:59.000Z"
    );
    let out = play("openings_within(\"2026-11-03T10:00/10:03\") == 0").ok();
    assert!(out.ends_with("\n2 assertions hold\n"), "{out}");
}

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
fn settings_come_from_a_file_too() {
    let folder = Folder::new("settings");
    folder.write("calls.csv", calls());
    folder.write(
        "new.toml",
        "[default]\nopen_for = \"10s\"\n[breakers.payment]\nthreshold = 5\n",
    );
    let play = |breaker: &str| {
        folder.run(&[
            "play",
            "calls.csv",
            "--settings",
            "new.toml",
            "--breaker",
            breaker,
            "--json",
        ])
    };
    let json: serde_json::Value = serde_json::from_str(&play("payment").ok()).unwrap();
    assert_eq!(json["candidates"][0]["candidate"], "payment");
    assert_eq!(json["candidates"][0]["admitted_failed"], 15);
    assert_eq!(
        play("paymnet").error(),
        "error: new.toml: there is no table `[breakers.paymnet]`; did you mean `payment`?"
    );
}

#[test]
fn a_page_is_written() {
    let folder = Folder::new("page");
    folder.write("calls.csv", calls());
    folder
        .run(&["play", "calls.csv", "-c", FIVE, "--html", "report.html"])
        .ok();
    let page = String::from_utf8(folder.read("report.html")).unwrap();
    assert!(page.starts_with("<!") && page.contains("calls.csv") && page.contains("five"));
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

#[test]
fn settings_that_cannot_be_met_are_named_with_what_to_write() {
    let folder = Folder::new("impossible");
    folder.write("calls.csv", calls());
    let play = |candidate: &str| {
        let ran = folder.run(&["play", "calls.csv", "-c", candidate]);
        assert_eq!(ran.status, 2);
        ran.err
    };
    let unknown = play("a: treshold = 5");
    assert!(
        unknown.contains("unknown setting `treshold`; did you mean `threshold`?"),
        "{unknown}"
    );
    let together = play("a: failure_rate = 0.5");
    assert!(
        together.contains("candidate `a`: `failure_rate` needs a `window`"),
        "{together}"
    );
    let unit = play("a: open_for = \"10\"");
    assert!(unit.contains("a duration needs a unit"), "{unit}");
    let twice = folder.run(&[
        "play",
        "calls.csv",
        "-c",
        "a: threshold = 1",
        "-c",
        "a: threshold = 2",
    ]);
    assert_eq!(
        twice.error(),
        "error: there are two candidates `a`: give each its own name"
    );
}

#[test]
fn suggestions_have_lines_for_the_attribute_and_the_file() {
    let folder = Folder::new("suggest");
    folder.write("payment.csv", calls());
    let suggest = |more: &[&str]| {
        folder.run(&[&["suggest", "payment.csv", "--most", "99"][..], more].concat())
    };
    let out = suggest(&[]).ok();
    assert!(out.contains("note: The trace has one day only"), "{out}");
    let marked = |name: &str| {
        let mut marks = out.lines().filter_map(|line| line.split_once("   <- "));
        marks.any(|(_, marks)| marks.split(", ").any(|it| it == name))
    };
    for pick in ["cautious", "balanced", "eager"] {
        let attribute = format!("\n{pick}: #[circuit_breaker(name = \"payment\", ");
        let same = format!("\n{pick}: the same settings as ");
        assert!(out.contains(&attribute) || out.contains(&same), "{out}");
        assert!(marked(pick), "{out}");
    }
    assert!(marked("default settings"), "{out}");
    assert!(
        out.contains("\ndefault settings: threshold = 5, open_for = \"30s\"\n"),
        "{out}"
    );
    assert!(out.contains("\n    [breakers.payment]\n"), "{out}");
    let json: serde_json::Value = serde_json::from_str(&suggest(&["--json"]).ok()).unwrap();
    let pick = &json["suggestions"]["picks"][0];
    // The pick can be played as it is written.
    let line = pick["attribute"].as_str().unwrap();
    let played = folder
        .run(&["play", "payment.csv", "-c", line, "--json"])
        .ok();
    let played: serde_json::Value = serde_json::from_str(&played).unwrap();
    for figure in [
        "openings",
        "rejected_failed",
        "rejected_succeeded",
        "admitted_failed",
    ] {
        assert_eq!(
            played["candidates"][0][figure], pick["chosen"][figure],
            "{figure}"
        );
    }
    let failed = suggest(&["--assert", "openings == 0"]);
    assert_eq!(failed.status, 1);
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

#[test]
fn the_help_explains_each_line_of_the_table() {
    let folder = Folder::new("lines");
    folder.write("calls.csv", calls());
    let help = folder.run(&["play", "--help"]).ok();
    let out = folder.run(&["play", "calls.csv", "-c", FIVE]).ok();
    let table = out.split("\n\n").nth(1).unwrap();
    let labels = table
        .lines()
        .skip(1)
        .filter_map(|it| it.trim().split("  ").next());
    for label in labels {
        assert!(help.contains(label), "{label}");
    }
}

#[test]
fn each_help_ends_with_examples() {
    let folder = Folder::new("help");
    for command in ["record-info", "convert", "play", "suggest"] {
        let help = folder.run(&[command, "--help"]).ok();
        let examples = help
            .split("Examples:")
            .nth(1)
            .unwrap_or_else(|| panic!("{help}"));
        assert!(
            examples.contains(&format!("breaker-rehearse {command}")),
            "{help}"
        );
    }
}
