//! The diagnostics: the errors that mistakes cause, and the lints that still fire.
//!
//! The texts in `tests/ui/**/*.stderr` come from one compiler. Another compiler must reject the same cases,
//! but its messages may differ.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The compiler whose messages the snapshots hold.
const SNAPSHOTS_OF: &str = "rustc 1.95.0";

/// The variable that is set for the run over copies without snapshots.
const COPIES: &str = "BREAKER_UI_COPIES";

#[test]
fn every_mistake_is_a_compile_error_at_the_right_token() {
    if let Some(copies) = env::var_os(COPIES) {
        trybuild::TestCases::new().compile_fail(Path::new(&copies).join("*.rs"));
    } else if messages_are_compared() {
        let cases = trybuild::TestCases::new();
        cases.compile_fail("tests/ui/fail/*.rs");
        cases.compile_fail("tests/ui/lints/*.rs");
    } else {
        fails_without_snapshots(&without_snapshots(&["fail", "lints"]));
    }
}

#[test]
fn what_compiles_without_the_attribute_compiles_with_it() {
    if env::var_os(COPIES).is_none() {
        trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
    }
}

/// Runs this test again and writes snapshots instead of comparing them. A case that compiles still fails it.
fn fails_without_snapshots(copies: &Path) {
    let test = env::current_exe().expect("a test runs from a file");
    let status = Command::new(test)
        .env(COPIES, copies)
        .env("TRYBUILD", "overwrite")
        .status()
        .expect("the test can be started");
    assert!(
        status.success(),
        "a case that must fail compiles, see above"
    );
}

fn messages_are_compared() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    let same = version.starts_with(SNAPSHOTS_OF);
    if !same {
        println!(
            "the messages are not compared: the snapshots are from {SNAPSHOTS_OF}, this is {}",
            version.trim()
        );
    }
    same
}

/// Copies the cases into a folder that holds no snapshots.
fn without_snapshots(folders: &[&str]) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui-without-snapshots");
    let _ = fs::remove_dir_all(&target);
    fs::create_dir_all(&target).expect("the target folder can be written to");
    for folder in folders {
        let cases = fs::read_dir(Path::new("tests/ui").join(folder)).expect("it holds the cases");
        for case in cases {
            let case = case.expect("it can be read").path();
            if case.extension().is_some_and(|extension| extension == "rs") {
                let name = case.file_name().expect("it is a file");
                fs::copy(&case, target.join(name)).expect("it can be copied");
            }
        }
    }
    target
}
