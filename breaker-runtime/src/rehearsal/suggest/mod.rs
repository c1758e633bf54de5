//! A search for settings.

mod days;
mod front;
mod options;
mod parameters;
mod result;
mod search;

pub use self::options::SuggestOptions;
pub use self::result::{Caveat, Pick, PickKind, Suggestions, Tried};
pub use self::search::suggest;

#[cfg(test)]
#[allow(clippy::pedantic, reason = "tests")]
mod tests;
