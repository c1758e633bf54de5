//! The texts of the files from which settings are loaded.

use std::path::Path;

use crate::config::file::{ConfigProblems, Position};

/// Files with their texts; later ones override earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Texts(Vec<(String, String)>);

impl Texts {
    /// Reads all files with `read`, or returns the problems of all that cannot be read.
    pub(super) fn read<P: AsRef<Path>>(
        paths: &[P],
        mut read: impl FnMut(&Path) -> Result<String, ConfigProblems>,
    ) -> Result<Self, ConfigProblems> {
        let (mut texts, mut problems) = (Vec::new(), Vec::new());
        for path in paths {
            let path = path.as_ref();
            match read(path) {
                Ok(text) => texts.push((path.display().to_string(), text)),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(Self(texts))
        } else {
            Err(ConfigProblems::new(problems))
        }
    }

    /// Returns the path and the text of each file.
    pub(super) fn files(&self) -> Vec<(&str, &str)> {
        let files = self.0.iter();
        files
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect()
    }

    /// Returns the paths of the files that contain no settings, only comments and the heads of tables. A file that an
    /// editor has truncated is one.
    pub(super) fn empty(&self) -> impl Iterator<Item = &str> {
        let empty = self.0.iter().filter(|(_, text)| is_empty(text));
        empty.map(|(path, _)| path.as_str())
    }
}

fn is_empty(text: &str) -> bool {
    let is_blank = |line: &str| line.is_empty() || line.starts_with('#');
    let is_head = |line: &str| line.starts_with('[') && !line.contains('=');
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().map(str::trim);
    lines.all(|line| is_blank(line) || is_head(line))
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<String, ConfigProblems> {
    let problem = |problem| {
        let place = Position::whole(&path.display().to_string());
        ConfigProblems::new(vec![place.problem(problem)])
    };
    let held = std::fs::read(path).map_err(|error| problem(format!("cannot be read: {error}")))?;
    String::from_utf8(held).map_err(|error| problem(format!("is not UTF-8: {error}")))
}
