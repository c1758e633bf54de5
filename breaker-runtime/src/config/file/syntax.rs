//! What the parser of TOML says, and the lines about which nothing more can be said then.

use toml::de::Error;

use super::lines::Lines;
use super::words::shown;

/// Where a problem stands, in bytes, and what it is; `None` for the whole file.
pub(super) type Found = (Option<usize>, String);

/// What is no TOML.
#[derive(Debug, Default)]
pub(super) struct Syntax {
    pub(super) problems: Vec<Found>,
    /// The lines, from 0 and in order, whose meaning is not known.
    unclear: Vec<(usize, usize)>,
}

impl Syntax {
    pub(super) fn new(errors: &[Error], text: &str, lines: &Lines<'_>) -> Self {
        let mut found: Vec<_> = errors.iter().map(|error| (error.span(), error)).collect();
        found.sort_by_key(|(span, _)| span.as_ref().map(|span| span.start));
        let mut syntax = Self::default();
        for (span, error) in found {
            let Some(span) = span else {
                syntax.problems.push((None, error.message().to_owned()));
                continue;
            };
            let line = lines.line(span.start);
            // A mistake is often met a second time, by what comes after it on the line.
            if syntax
                .unclear
                .last()
                .is_some_and(|(first, _)| *first == line)
            {
                continue;
            }
            let word = text.get(span.clone()).unwrap_or_default();
            let message = words(error.message(), word, lines.text(line));
            syntax.problems.push((Some(span.start), message));
            syntax.unclear.push((line, last_unclear(line, lines)));
        }
        syntax
    }

    /// Whether it is not known what a line says.
    pub(super) fn is_unclear(&self, line: usize) -> bool {
        let before = self.unclear.partition_point(|(first, _)| *first <= line);
        let nearest = before.checked_sub(1).and_then(|at| self.unclear.get(at));
        nearest.is_some_and(|(_, last)| line <= *last)
    }
}

fn is_head(line: &str) -> bool {
    line.trim_start().starts_with('[')
}

/// Without its head it is not known what the keys of a table belong to.
fn last_unclear(line: usize, lines: &Lines<'_>) -> usize {
    if !is_head(lines.text(line)) {
        return line;
    }
    let next = (line + 1..lines.count()).find(|next| is_head(lines.text(*next)));
    next.unwrap_or(lines.count()) - 1
}

/// The parser's words, with those that it knows and does not say.
fn words(message: &str, word: &str, line: &str) -> String {
    match message {
        "duplicate key" if is_head(line) => {
            format!("the table `{}` is there twice", shown(line.trim()))
        }
        "duplicate key" => format!("the key `{}` is there twice", shown(word)),
        _ if message.starts_with("invalid unquoted key") => {
            format!("{message}; a name with other characters stands in quotes")
        }
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
