//! The subcommand `convert`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use breaker_runtime::{Config, Registry};

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
        Input::Texts(..) => named(arguments.input.breaker.as_deref(), path)?,
    };
    if arguments.input.files.contains(path) {
        return Err(Stop::new(format!("{} is an input too", path.display())));
    }
    let failed = |error: io::Error| Stop::of_file(&path.display().to_string(), &error);
    let stretch = arguments.input.stretch();
    let (count, notes) = if path.exists() && !path.is_file() {
        // A device or a pipe.
        record(&mut input, &stretch, &breaker, path)?
    } else {
        // A recording that is not complete has another name.
        let mut partial = path.clone().into_os_string();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let recorded = record(&mut input, &stretch, &breaker, &partial);
        if recorded.is_err() {
            // An error of the input matters more than a file that stays.
            let _ = fs::remove_file(&partial);
        }
        let recorded = recorded?;
        fs::rename(&partial, path).map_err(failed)?;
        recorded
    };
    for note in &notes.lines {
        eprintln!("note: {note}");
    }
    print(&format!(
        "{}: {count} calls of the breaker {breaker}\n",
        path.display()
    ))
}

/// Returns the breaker that was asked for, or the name of a file without its extensions as the name of a breaker.
pub(super) fn named(asked: Option<&str>, path: &Path) -> Result<String, Stop> {
    if let Some(asked) = asked {
        let made = Registry::new().get_or_create(asked, Config::new());
        made.map_err(|error| Stop::new(format!("--breaker: {error}")))?;
        return Ok(asked.to_owned());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let stem: String = stem.chars().map(plain).collect();
    let stem = stem.trim_matches('-');
    Ok(if stem.is_empty() {
        "imported".to_owned()
    } else {
        stem.to_owned()
    })
}
