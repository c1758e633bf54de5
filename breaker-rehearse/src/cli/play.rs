//! The subcommand `play`.

use std::path::Path;

use breaker_rehearse::as_json;
use breaker_runtime::rehearsal::{Candidate, rehearse_all};

use super::args::PlayArguments;
use super::check::{Watch, check};
use super::input::Input;
use super::output::{print, report};
use super::stop::Stop;

pub(super) fn run(arguments: &PlayArguments) -> Result<bool, Stop> {
    let mut candidates = arguments.candidates.clone();
    for path in &arguments.settings {
        let breaker = arguments.input.breaker.as_deref().unwrap_or_default();
        candidates.push(of_file(path, breaker, arguments.settings.len())?);
    }
    if candidates.is_empty() {
        candidates.push(Candidate::parse("default:")?);
        eprintln!(
            "note: these are the default settings, threshold = 5, open_for = \"30s\"; give others with --candidate 'ten: threshold = 10, open_for = \"10s\"'"
        );
    }
    twice(&candidates)?;
    let (rule, assertions) = (arguments.output.outage, &arguments.output.assertions);
    let mut watch = Watch::new(assertions);
    let mut input = Input::open(&arguments.input)?;
    let breaker = input.breaker(&arguments.input)?;
    let ((timeline, reports), mut notes) = input.read(&arguments.input.stretch(), |calls| {
        let calls = calls.inspect(|it| it.iter().for_each(|call| watch.note(call)));
        Ok(rehearse_all(calls, &candidates, rule)?)
    })?;
    watch.finish()?;
    notes.add_rejected(&timeline);
    notes.print();
    report(
        &arguments.input,
        &arguments.output,
        &breaker,
        &notes,
        &timeline,
        &reports,
    )?;
    let failures = check(assertions, &reports, arguments.output.json)?;
    if arguments.output.json {
        let json = as_json(
            &timeline,
            &reports,
            &notes.lines,
            assertions.len(),
            &failures,
        );
        print(&format!("{json:#}\n"))?;
    }
    Ok(failures.is_empty())
}

fn of_file(path: &Path, breaker: &str, files: usize) -> Result<Candidate, Stop> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Stop::of_file(&shown, &error))?;
    let name = if files > 1 { &shown } else { breaker };
    Ok(Candidate::from_file(name, &text, &shown, breaker)?)
}

/// Rejects two candidates of one name.
fn twice(candidates: &[Candidate]) -> Result<(), Stop> {
    for (index, candidate) in candidates.iter().enumerate() {
        if candidates[..index]
            .iter()
            .any(|it| it.name() == candidate.name())
        {
            let name = candidate.name();
            return Err(Stop::new(format!(
                "there are two candidates `{name}`: give each its own name"
            )));
        }
    }
    Ok(())
}
