//! The errors that the TOML parser reports, and the lines whose meaning is then unknown.

use toml::de::Error;

use super::lines::Lines;
use super::value::meant_by;
use super::words::shown;
use crate::config::grammar::advice::Advice;

/// A problem at a byte of the text; `None` for the whole file.
#[derive(Clone, Debug)]
pub(super) struct TextProblem {
    pub(super) at: Option<usize>,
    pub(super) message: String,
}

/// The errors in the syntax of a text.
#[derive(Debug, Default)]
pub(super) struct Syntax {
    pub(super) problems: Vec<TextProblem>,
    /// The first and the last line, from 0, of each part whose meaning is unknown, in order.
    unclear: Vec<(usize, usize)>,
}

impl Syntax {
    pub(super) fn new(errors: &[Error], text: &str, lines: &Lines<'_>) -> Self {
        let mut errors: Vec<_> = errors.iter().map(|error| (error.span(), error)).collect();
        errors.sort_by_key(|(span, _)| span.as_ref().map(|span| span.start));
        let mut syntax = Self::default();
        for (span, error) in errors {
            let Some(span) = span else {
                syntax.problems.push(TextProblem {
                    at: None,
                    message: error.message().to_owned(),
                });
                continue;
            };
            let line = lines.line(span.start);
            // The rest of a line with a mistake often causes further errors.
            if syntax
                .unclear
                .last()
                .is_some_and(|(first, _)| *first == line)
            {
                continue;
            }
            let word = text.get(span.clone()).unwrap_or_default();
            syntax.problems.push(TextProblem {
                at: Some(span.start),
                message: message(error.message(), word, lines.text(line)),
            });
            syntax.unclear.push((line, last_unclear(line, lines)));
        }
        syntax
    }

    /// Returns whether the meaning of a line is unknown.
    pub(super) fn is_unclear(&self, line: usize) -> bool {
        let before = self.unclear.partition_point(|(first, _)| *first <= line);
        let nearest = before.checked_sub(1).and_then(|at| self.unclear.get(at));
        nearest.is_some_and(|(_, last)| line <= *last)
    }
}

fn is_head(line: &str) -> bool {
    line.trim_start().starts_with('[')
}

/// The last line that an error makes unclear. If the head of a table is wrong, all of its settings are.
fn last_unclear(line: usize, lines: &Lines<'_>) -> usize {
    if !is_head(lines.text(line)) {
        return line;
    }
    let next = (line + 1..lines.count()).find(|next| is_head(lines.text(*next)));
    next.unwrap_or(lines.count()) - 1
}

/// Adds to the parser's message what the parser does not report: a name, or what the value means.
fn message(message: &str, word: &str, line: &str) -> String {
    match message {
        "duplicate key" if is_head(line) => format!("duplicate table `{}`", shown(line.trim())),
        "duplicate key" => format!("duplicate key `{}`", shown(word)),
        _ if message.starts_with("invalid unquoted key") => {
            format!("{message}; quote a name that has other characters")
        }
        _ => value_message(line).unwrap_or_else(|| message.to_owned()),
    }
}

/// Describes the value of a setting by what it means, if that is known.
fn value_message(line: &str) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    let word = key.rsplit('.').next()?.trim();
    let value = value.split('#').next()?.trim().trim_end_matches([',', ';']);
    let forms = meant_by(word, value);
    let problem = format!("`{}` has an invalid value", shown(word));
    (!forms.is_empty()).then(|| Advice::Write(forms).about(&problem))
}

#[cfg(test)]
mod tests;
