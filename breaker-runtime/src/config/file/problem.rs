//! Problems in a file or a variable, and their positions.

use std::{fmt, slice, vec};

use thiserror::Error;

/// A position in a file, a whole file, or a variable of the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// The file, or the variable.
    pub(crate) file: String,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
}

impl Position {
    /// A whole file, or a variable.
    pub(crate) fn whole(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: None,
        }
    }

    /// Makes a problem at this position.
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
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_position(f, &self.file, self.line, self.column)
    }
}

fn write_position(
    f: &mut fmt::Formatter<'_>,
    file: &str,
    line: Option<u32>,
    column: Option<u32>,
) -> fmt::Result {
    f.write_str(file)?;
    for number in [line, column].into_iter().flatten() {
        write!(f, ":{number}")?;
    }
    Ok(())
}

/// Something that is wrong with a file of settings, or with a variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigProblem {
    /// The path of the file as it was given to the registry, or the name of the variable.
    pub file: String,
    /// The line, from 1; `None` for a variable.
    pub line: Option<u32>,
    /// The column, from 1, in characters; `None` for a variable.
    pub column: Option<u32>,
    /// The problem, in one line.
    pub message: String,
}

/// Shows the position and the message, as in
/// ``breakers.toml:3:1: unknown setting `treshold`; did you mean `threshold`?``.
impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_position(f, &self.file, self.line, self.column)?;
        write!(f, ": {}", self.message)
    }
}

/// Everything that is wrong with a file of settings or with the environment; nothing was applied.
///
/// Displays each problem on a line, in the order of their positions.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct ConfigProblems(Vec<ConfigProblem>);

impl ConfigProblems {
    pub(crate) fn new(problems: Vec<ConfigProblem>) -> Self {
        Self(problems)
    }

    /// Returns the problems, in the order of their positions.
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
        for (index, problem) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
