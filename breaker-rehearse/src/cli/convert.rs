//! The subcommand `convert`.

use std::path::Path;

use breaker_runtime::rehearsal::{TraceError, TraceWriter};

use super::args::ConvertArguments;
use super::input::Input;
use super::output::print;
use super::stop::Stop;

pub(super) fn run(arguments: &ConvertArguments) -> Result<(), Stop> {
    let mut input = Input::open(&arguments.input)?;
    let path = &arguments.output;
    let breaker = match &input {
        Input::Trace(_, breaker) => breaker.clone(),
        Input::Texts(..) => arguments
            .input
            .breaker
            .clone()
            .unwrap_or_else(|| stem(path)),
    };
    if arguments.input.files.contains(path) {
        return Err(Stop::new(format!("{} is an input too", path.display())));
    }
    let failed = |error: std::io::Error| Stop::of_file(&path.display().to_string(), &error);
    // A recording that is not complete has another name.
    let partial = path.with_extension("trace.partial");
    let mut count = 0_u64;
    let written = input.read(&arguments.input.stretch(), |calls| {
        let mut writer = TraceWriter::create(&partial).map_err(failed)?;
        for call in calls {
            writer.push(&breaker, &call?).map_err(failed)?;
            count += 1;
        }
        if count == 0 {
            return Err(TraceError::Empty.into());
        }
        writer.finish().map(drop).map_err(failed)
    });
    let notes = match written {
        Ok(((), notes)) => notes,
        Err(stop) => {
            // What is wrong with the input is more important than a file that stays.
            let _ = std::fs::remove_file(&partial);
            return Err(stop);
        }
    };
    std::fs::rename(&partial, path).map_err(failed)?;
    for note in &notes.lines {
        eprintln!("note: {note}");
    }
    print(&format!(
        "{}: {count} calls of the breaker {breaker}\n",
        path.display()
    ))
}

/// Returns the name of a file without its extension, or another one if no breaker can have it.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().map(|it| it.to_string_lossy().into_owned());
    stem.filter(|it| !it.is_empty())
        .unwrap_or_else(|| "imported".to_owned())
}
