//! Reads settings from a file or from the environment: text in, sections or problems out.
//!
//! Nothing here opens a file, reads a variable or knows a registry. The caller passes the text, puts the
//! [`Section`]s over the other layers, and can look up the position of each setting.

mod environment;
mod files;
mod lines;
mod nested;
mod parse;
mod problem;
mod section;
mod syntax;
mod value;
mod words;

pub(crate) use self::environment::{Environment, environment, variable_name};
pub(crate) use self::files::parse;
pub(crate) use self::problem::Position;
pub use self::problem::{ConfigProblem, ConfigProblems};
pub(crate) use self::section::{File, Force, Section};
pub(crate) use self::value::{RawValue, read};
pub(crate) use self::words::unknown_setting;

#[cfg(test)]
mod tests;
