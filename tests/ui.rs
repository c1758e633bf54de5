//! The diagnostics: what a mistake gets, and the lints that go on firing.
//!
//! The texts in `tests/ui/**/*.stderr` are those of one compiler. Under another one the same cases
//! have to fail to compile, but what it says is its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The compiler whose words the snapshots hold.
const SNAPSHOTS_OF: &str = "rustc 1.95.0";

/// Set for the run over copies without snapshots.
const COPIES: &str = "BREAKER_UI_COPIES";

#[test]
fn every_mistake_is_a_compile_error_at_the_right_token() {
    if let Some(copies) = env::var_os(COPIES) {
        trybuild::TestCases::new().compile_fail(Path::new(&copies).join("*.rs"));
    } else if words_are_compared() {
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

/// Runs this test again with snapshots being written rather than asked for: a case that compiles
/// fails it all the same.
fn fails_without_snapshots(copies: &Path) {
    let test = env::current_exe().expect("a test runs from a file");
    let status = Command::new(test)
        .env(COPIES, copies)
        .env("TRYBUILD", "overwrite")
        .status()
        .expect("the test can be started");
    assert!(
        status.success(),
        "a case that has to fail compiles, see above"
    );
}

fn words_are_compared() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    let same = version.starts_with(SNAPSHOTS_OF);
    if !same {
        println!(
            "the diagnostics' words are not compared: they are those of {SNAPSHOTS_OF}, this is {}",
            version.trim()
        );
    }
    same
}

/// Copies the cases to where no snapshot lies beside them.
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
