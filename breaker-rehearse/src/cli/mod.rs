//! The subcommands of the program.

mod args;
mod check;
mod convert;
mod info;
mod input;
mod name;
mod notes;
mod output;
mod play;
mod progress;
mod record;
mod rule;
mod spool;
mod stop;
mod suggest;

pub(crate) use self::args::{Arguments, Command};
pub(crate) use self::stop::Stop;

/// Runs a subcommand. Returns whether all assertions hold.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Stop> {
    match &arguments.command {
        Command::RecordInfo(arguments) => info::run(arguments).map(|()| true),
        Command::Convert(arguments) => convert::run(arguments).map(|()| true),
        Command::Play(arguments) => play::run(arguments),
        Command::Suggest(arguments) => suggest::run(arguments),
    }
}
