//! An error of an input: the file, the line, and what to do.

use std::{error, fmt};

/// Something that is wrong with an input, with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The path of the file as it was given.
    pub file: String,
    /// The line, from 1; `None` if the problem is not in one line.
    pub line: Option<u64>,
    /// The problem, and what to do.
    pub message: String,
}

impl Problem {
    /// Makes a problem of a whole file.
    pub fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            message: message.into(),
        }
    }

    /// Makes a problem in one line.
    pub fn at(file: &str, line: u64, message: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            ..Self::of_file(file, message)
        }
    }
}

/// As in `access.log:3: the column …`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl error::Error for Problem {}

/// Returns the word that was probably meant, as the end of a message: ``; did you mean `threshold`?``.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let word = word.to_lowercase();
    let similarity = |name: &str| strsim::jaro_winkler(&word, &name.to_lowercase());
    known
        .into_iter()
        .map(|name| (similarity(name), name))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

/// Shortens a text from an input, so that a message stays one readable line.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let clean = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    if text.chars().count() <= LONGEST {
        return text.chars().map(clean).collect();
    }
    let start = text.chars().take(LONGEST).map(clean);
    start.chain(['…']).collect()
}

#[cfg(test)]
mod tests;
