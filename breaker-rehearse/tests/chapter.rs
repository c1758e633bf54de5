//! The commands of `docs/choosing-numbers.md` do what the chapter shows.

#![allow(clippy::unwrap_used, reason = "a test fails with the error")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const CHAPTER: &str = include_str!("../../docs/choosing-numbers.md");
const FILE: &str = "flights.csv.gz";

/// Returns the commands of the chapter, each with the block of text that follows it.
fn commands() -> impl Iterator<Item = (String, &'static str)> {
    CHAPTER.split("```sh\n").skip(1).map(|part| {
        let (command, rest) = part.split_once("```").unwrap();
        let shown = rest.trim_start().strip_prefix("```text\n");
        let shown = shown.and_then(|it| it.split_once("```"));
        (
            command.replace("\\\n", " "),
            shown.map_or("", |(text, _)| text),
        )
    })
}

/// Splits a command into words, as a shell does.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (nth, part) in command.split('\'').enumerate() {
        if nth % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn run(folder: &Path, command: &str) -> Output {
    let words = words(command);
    assert_eq!(words[0], "breaker-rehearse");
    let mut program = Command::new(env!("CARGO_BIN_EXE_breaker-rehearse"));
    program
        .args(&words[1..])
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn the_commands_of_the_chapter_print_what_it_shows() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("chapter");
    fs::create_dir_all(&folder).unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    fs::copy(data.join(FILE), folder.join(FILE)).unwrap();
    let mut count = 0;
    for (command, shown) in commands() {
        let output = run(&folder, &command);
        let printed = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}: {errors}");
        for line in shown.lines() {
            assert!(printed.contains(line), "{command}: {line}\n{printed}");
        }
        count += 1;
    }
    assert_eq!(count, 5);
    assert!(folder.join("report.html").exists());
}
