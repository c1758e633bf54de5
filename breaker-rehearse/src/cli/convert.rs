//! The subcommand `convert`.

use std::path::PathBuf;
use std::{fs, io};

use breaker_rehearse::counted;

use super::args::ConvertArguments;
use super::input::Input;
use super::name::named;
use super::output::print;
use super::record::record;
use super::stop::Stop;

pub(super) fn run(arguments: &ConvertArguments) -> Result<(), Stop> {
    let mut input = Input::open(&arguments.input)?;
    let path = &arguments.output;
    let breaker = match (&input, &arguments.input.breaker) {
        (Input::Texts(..), None) => named(None, path)?,
        _ => input.breaker(&arguments.input)?,
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
    notes.print();
    print(&format!(
        "{}: {} of the breaker {breaker}\n",
        path.display(),
        counted(count, "call")
    ))
}
