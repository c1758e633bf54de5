//! Prints and writes the results.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use breaker_rehearse::{html, table};
use breaker_runtime::rehearsal::{Report, Timeline};

use super::args::{InputArguments, OutputArguments};
use super::notes::Notes;
use super::stop::Stop;

/// Prints a text. A reader that went away, such as `head`, is not an error.
pub(super) fn print(text: &str) -> Result<(), Stop> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::of_file("standard output", &error))
        }
        _ => Ok(()),
    }
}

/// Writes a file.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Stop> {
    std::fs::write(path, text).map_err(|error| Stop::of_file(&path.display().to_string(), &error))
}

/// The width of the terminal, if the standard output is one.
pub(super) fn width() -> Option<u16> {
    let is_terminal = io::stdout().is_terminal();
    let size = is_terminal.then(terminal_size::terminal_size).flatten();
    size.map(|(width, _)| width.0)
}

/// Prints the table, and writes the page.
pub(super) fn report(
    input: &InputArguments,
    output: &OutputArguments,
    breaker: &str,
    notes: &Notes,
    timeline: &Timeline,
    reports: &[Report],
) -> Result<(), Stop> {
    if let Some(path) = &output.html {
        let page = html::render(&title(input), breaker, &notes.lines, timeline, reports);
        write(path, &page)?;
    }
    if !output.json {
        print(&table(timeline, reports, width()))?;
    }
    Ok(())
}

fn title(input: &InputArguments) -> String {
    let names: Vec<_> = input
        .files
        .iter()
        .map(|it| it.display().to_string())
        .collect();
    names.join(", ")
}
