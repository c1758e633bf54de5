//! Runs a package's tests, and compares the result of each.

use std::collections::BTreeMap;
use std::process::Command;

use crate::Result;
use crate::options::Options;
use crate::package::{Copy, Target};
use crate::report::{Finding, Kind};

/// How long the tests of one target may run, in seconds.
const LIMIT: &str = "600";

/// The results of tests, by target and test. A whole target has a result too, under the name "exit status".
pub type Results = BTreeMap<(String, String), String>;

/// Runs the unit tests and the integration tests.
pub fn run(copy: &Copy, options: &Options) -> Result<Results> {
    let mut results = Results::new();
    for target in copy.targets.iter().filter(|it| it.tested) {
        results.extend(run_target(copy, target, options)?);
    }
    Ok(results)
}

/// Returns the tests of the annotated copy whose result differs twice.
pub fn compare(
    bare: &Copy,
    copy: &Copy,
    before: &Results,
    options: &Options,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for target in copy.targets.iter().filter(|it| it.tested) {
        let label = label(target);
        let mut expected: Results = before.clone();
        expected.retain(|(target, _), _| *target == label);
        let first = differences(&expected, &run_target(copy, target, options)?);
        if first.is_empty() {
            continue;
        }
        let second = differences(
            &run_target(bare, target, options)?,
            &run_target(copy, target, options)?,
        );
        let again = first.into_iter().filter(|it| second.contains(it));
        findings.extend(again.map(|(test, message)| Finding {
            kind: Kind::Test,
            what: test,
            place: label.clone(),
            function: String::new(),
            message,
            reason: None,
        }));
    }
    Ok(findings)
}

/// Returns the tests that differ, each with both results.
fn differences(expected: &Results, found: &Results) -> Vec<(String, String)> {
    let mut names: Vec<_> = expected.keys().chain(found.keys()).collect();
    names.sort();
    names.dedup();
    let of = |results: &Results, name| {
        results
            .get(name)
            .map_or("missing", String::as_str)
            .to_owned()
    };
    names
        .into_iter()
        .map(|name| (name.1.clone(), of(expected, name), of(found, name)))
        .filter(|(_, expected, found)| expected != found)
        .map(|(test, expected, found)| {
            (
                test,
                format!("{expected} without the attribute, {found} with it"),
            )
        })
        .collect()
}

fn run_target(copy: &Copy, target: &Target, options: &Options) -> Result<Results> {
    let mut cargo = copy.cargo("test", options);
    match target.kind.as_str() {
        "bin" => cargo.args(["--bin", &target.name]),
        "test" => cargo.args(["--test", &target.name]),
        "example" => cargo.args(["--example", &target.name]),
        "bench" => cargo.args(["--bench", &target.name]),
        _ => cargo.arg("--lib"),
    };
    let mut limited = Command::new("timeout");
    limited
        .arg(LIMIT)
        .arg(cargo.get_program())
        .args(cargo.get_args());
    limited.envs(
        cargo
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let output = limited.output()?;
    let label = label(target);
    let mut results = Results::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some((test, result)) = line
            .strip_prefix("test ")
            .and_then(|it| it.rsplit_once(" ... "))
        {
            results.insert((label.clone(), test.to_owned()), result.trim().to_owned());
        }
    }
    let status = output
        .status
        .code()
        .map_or("a signal".to_owned(), |code| code.to_string());
    results.insert((label, "exit status".to_owned()), status);
    Ok(results)
}

fn label(target: &Target) -> String {
    format!("{} {}", target.kind, target.name)
}
