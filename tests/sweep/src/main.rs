//! Puts `#[circuit_breaker]` on every function of published crates, and compares each crate with and
//! without it: errors, warnings and test results. `ci/sweep.sh` runs this program and documents it.

mod annotate;
mod check;
mod known;
mod mode;
mod options;
mod package;
mod report;
mod suite;

use std::error::Error;
use std::process::ExitCode;

use known::Known;
use options::Options;
use package::Package;
use report::{Kind, Report, Row};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match sweep_all() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Sweeps the crates that the command line names and prints the report. Returns whether all of them passed.
fn sweep_all() -> Result<bool> {
    let options = Options::parse(std::env::args().skip(1))?;
    let known = Known::read(&options.project)?;
    let mut report = Report::default();
    for krate in &options.crates {
        report.add(krate, sweep(krate, &options, &known));
    }
    Ok(report.print())
}

/// Sweeps one crate: one row for each mode.
fn sweep(krate: &str, options: &Options, known: &Known) -> Result<Vec<Row>> {
    let package = Package::download(krate, options)?;
    let bare = package.copy("bare", options)?;
    let before = check::diagnostics(&bare, options)?;
    if let Some(error) = before.iter().find(|it| it.is_error) {
        return Err(format!("does not compile without the attribute: {}", error.message).into());
    }
    let tests = options
        .tests
        .then(|| suite::run(&bare, options))
        .transpose()?;
    let modes = options.modes.iter();
    modes
        .map(|&mode| {
            let copy = package.copy(mode.name(), options)?;
            let mut functions = annotate::functions(&bare, mode)?;
            let mut row = Row::new(&package, mode);
            check::compile(
                &bare,
                &copy,
                &mut functions,
                options,
                known,
                &before,
                &mut row,
            )?;
            if let Some(tests) = &tests
                && !row.findings.iter().any(|it| it.kind == Kind::Unplaced)
            {
                // The tests of a crate may run under an executor other than tokio's.
                annotate::write(&bare, &copy, &functions, mode.without_timeout())?;
                row.tests = Some(tests.len());
                row.findings
                    .extend(suite::compare(&bare, &copy, tests, options)?);
            }
            known.explain(&mut row);
            Ok(row)
        })
        .collect()
}
