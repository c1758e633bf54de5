//! What is wrong with a file or a variable, and where it stands.

use std::error::Error;
use std::{fmt, slice, vec};

/// A place in a file, or a variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

impl Place {
    /// A whole file, or a variable.
    pub(crate) fn whole(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: None,
        }
    }

    /// Says what is wrong here.
    pub(crate) fn problem(&self, message: impl Into<String>) -> ConfigProblem {
        let Self { file, line, column } = self.clone();
        ConfigProblem {
            file,
            line,
            column,
            message: message.into(),
        }
    }
}

/// As in `breakers.toml:3:1`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// Something that is wrong with a file of settings, or with a variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    /// The file as it was named; for a variable of the environment, its name.
    pub file: String,
    /// The line, from 1; `None` for a variable.
    pub line: Option<u32>,
    /// The column, from 1, in characters; `None` for a variable.
    pub column: Option<u32>,
    /// What is wrong, in one line.
    pub message: String,
}

/// Says where and what, as in
/// ``breakers.toml:3:1: unknown setting `treshold`; did you mean `threshold`?``.
impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Everything that is wrong with a file of settings or with the environment; nothing was applied.
///
/// Displays one problem a line, in the order in which they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblems(Vec<ConfigProblem>);

impl ConfigProblems {
    pub(crate) fn new(problems: Vec<ConfigProblem>) -> Self {
        Self(problems)
    }

    /// Returns the problems, in the order in which they stand.
    pub fn iter(&self) -> slice::Iter<'_, ConfigProblem> {
        self.0.iter()
    }
}

impl IntoIterator for ConfigProblems {
    type Item = ConfigProblem;
    type IntoIter = vec::IntoIter<ConfigProblem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a ConfigProblems {
    type Item = &'a ConfigProblem;
    type IntoIter = slice::Iter<'a, ConfigProblem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl Error for ConfigProblems {}

#[cfg(test)]
mod tests;
