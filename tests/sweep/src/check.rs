//! Compiles copies, and finds the functions that cause errors.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Result;
use crate::annotate::{self, Function};
use crate::known::Known;
use crate::options::Options;
use crate::package::{Copy, list, text};
use crate::report::{Finding, Kind, Row};

/// How often a copy is compiled. Each time, functions with an error lose the attribute; the phases of the
/// compiler are fewer.
const ROUNDS: usize = 20;

pub struct Diagnostic {
    pub is_error: bool,
    /// The code of an error, or the name of a lint.
    pub code: String,
    pub message: String,
    /// Places in the source: the main one first, then those around it and those of its notes.
    places: Vec<Place>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    file: PathBuf,
    line: usize,
}

/// Compiles the library and the binaries of a copy.
pub fn diagnostics(copy: &Copy, options: &Options) -> Result<Vec<Diagnostic>> {
    let mut cargo = copy.cargo(if options.clippy { "clippy" } else { "check" }, options);
    let output = cargo
        .args(["--quiet", "--lib", "--bins", "--message-format", "json"])
        .output()?;
    let stdout = String::from_utf8(output.stdout)?;
    let manifest = copy.root.join("Cargo.toml");
    let mut found = Vec::new();
    for line in stdout.lines() {
        let Ok(report) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        if report["reason"] == "compiler-message"
            && Path::new(text(&report["manifest_path"])) == manifest
        {
            found.extend(diagnostic(&report["message"]));
        }
    }
    if !output.status.success() && !found.iter().any(|it| it.is_error) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo failed: {}", stderr.trim()).into());
    }
    Ok(found)
}

/// Reads a diagnostic; a summary, which has no place, is not one.
fn diagnostic(message: &Value) -> Option<Diagnostic> {
    let mut places = Vec::new();
    let (main, others): (Vec<_>, Vec<_>) = list(&message["spans"])
        .iter()
        .partition(|it| it["is_primary"] == true);
    let notes = list(&message["children"])
        .iter()
        .flat_map(|it| list(&it["spans"]));
    for span in main.into_iter().chain(others).chain(notes) {
        add_places(span, &mut places);
    }
    let is_error = text(&message["level"]).starts_with("error");
    (!places.is_empty()).then(|| Diagnostic {
        is_error,
        code: text(&message["code"]["code"]).to_owned(),
        message: text(&message["message"]).to_owned(),
        places,
    })
}

/// Adds the place of a span and of the macro calls around it, where they are in the package.
fn add_places(span: &Value, places: &mut Vec<Place>) {
    let file = Path::new(text(&span["file_name"]));
    if file.is_relative() {
        let line = span["line_start"]
            .as_u64()
            .and_then(|line| usize::try_from(line).ok());
        places.push(Place {
            file: file.to_owned(),
            line: line.unwrap_or(0),
        });
    }
    if !span["expansion"].is_null() {
        add_places(&span["expansion"]["span"], places);
    }
}

/// Compiles an annotated copy, and takes the attribute off the functions that have an error until there is
/// none, or none that a function accounts for. Then it compares the warnings.
pub fn compile(
    bare: &Copy,
    copy: &Copy,
    functions: &mut [Function],
    options: &Options,
    known: &Known,
    before: &[Diagnostic],
    row: &mut Row,
) -> Result<()> {
    row.annotated = functions.len();
    for _ in 0..ROUNDS {
        annotate::write(bare, copy, functions, row.mode)?;
        let found = diagnostics(copy, options)?;
        let mut errors = found.iter().filter(|it| it.is_error).peekable();
        if errors.peek().is_none() {
            compare_warnings(before, &found, functions, row);
            return Ok(());
        }
        let mut blamed: BTreeMap<usize, &Diagnostic> = BTreeMap::new();
        let mut others = Vec::new();
        for error in errors {
            match error
                .places
                .iter()
                .find_map(|it| function_at(it, functions, true))
            {
                Some(function) => {
                    blamed.entry(function).or_insert(error);
                }
                None => others.push(error),
            }
        }
        if blamed.is_empty() {
            row.findings.extend(
                others
                    .into_iter()
                    .map(|it| finding(Kind::Unplaced, it, functions)),
            );
            return Ok(());
        }
        for (function, error) in blamed {
            if known.is_rejection(error) {
                row.rejected += 1;
            } else {
                row.findings.push(finding(Kind::Error, error, functions));
            }
            functions[function].is_annotated = false;
        }
    }
    Err(format!("there are still errors after {ROUNDS} rounds").into())
}

/// Compares warnings by lint, file and line: the attribute leaves the lines as they are.
fn compare_warnings(
    before: &[Diagnostic],
    after: &[Diagnostic],
    functions: &[Function],
    row: &mut Row,
) {
    for (kind, those, others) in [(Kind::Gone, before, after), (Kind::New, after, before)] {
        let mut counts = HashMap::new();
        for other in others {
            *counts.entry((&other.code, &other.places[0])).or_insert(0) += 1;
        }
        for warning in those {
            match counts.get_mut(&(&warning.code, &warning.places[0])) {
                Some(left @ 1..) => *left -= 1,
                _ => row.findings.push(finding(kind, warning, functions)),
            }
        }
    }
}

fn finding(kind: Kind, diagnostic: &Diagnostic, functions: &[Function]) -> Finding {
    let place = &diagnostic.places[0];
    let function = function_at(place, functions, false).map(|it| functions[it].name.clone());
    Finding {
        kind,
        what: diagnostic.code.clone(),
        place: format!("{}:{}", place.file.display(), place.line),
        function: function.unwrap_or_default(),
        message: diagnostic.message.clone(),
        reason: None,
    }
}

/// Returns the innermost function around a place.
fn function_at(place: &Place, functions: &[Function], only_annotated: bool) -> Option<usize> {
    let around = functions.iter().enumerate().filter(|(_, it)| {
        it.file == place.file
            && it.lines.contains(&place.line)
            && (it.is_annotated || !only_annotated)
    });
    let length = |function: &Function| function.lines.end() - function.lines.start();
    around
        .min_by_key(|(_, it)| length(it))
        .map(|(index, _)| index)
}
