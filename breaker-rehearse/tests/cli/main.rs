//! The program as a person or a build runs it: what it prints, what it writes, and with which status it ends.

#![allow(clippy::unwrap_used, reason = "a test fails with the error")]

mod inputs;

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
