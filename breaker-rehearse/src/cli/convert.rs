//! The subcommand `convert`.

use std::path::Path;

use super::args::ConvertArguments;
use super::input::Input;
use super::output::print;
use super::record::record;
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
    // A recording that is not complete has another name.
    let partial = path.with_extension("trace.partial");
    let (count, notes) = record(&mut input, &arguments.input.stretch(), &breaker, &partial)?;
    let renamed = std::fs::rename(&partial, path);
    renamed.map_err(|error| Stop::of_file(&path.display().to_string(), &error))?;
    for note in &notes.lines {
        eprintln!("note: {note}");
    }
    print(&format!(
        "{}: {count} calls of the breaker {breaker}\n",
        path.display()
    ))
}

/// Returns the name of a file without its extension.
pub(super) fn stem(path: &Path) -> String {
    let stem = path.file_stem().map(|it| it.to_string_lossy().into_owned());
    stem.filter(|it| !it.is_empty())
        .unwrap_or_else(|| "imported".to_owned())
}
