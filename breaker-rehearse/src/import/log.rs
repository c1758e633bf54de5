//! Lines of fields between spaces, as nginx, Apache and Envoy write them, and `name=value` pairs.

use std::io::BufRead;
use std::str;

use super::cells::{Row, RowError, Rows, find_all};
use super::lines::Lines;

/// Reads lines of fields. A field in quotes or brackets can contain spaces.
pub(super) struct LogRows<R> {
    lines: Lines<R>,
    columns: Vec<String>,
    /// The number of the field of each wanted cell.
    wanted: Vec<usize>,
}

impl<R: BufRead> LogRows<R> {
    /// Takes the fields of one of the first lines. `names` are the names of the first fields.
    pub(super) fn new(lines: Lines<R>, sample: &[&[u8]], names: &[String]) -> Self {
        let usual = usual(sample);
        let column = |(index, field): (usize, &[u8])| {
            let number = || (index + 1).to_string();
            let pair = || pair(field).map_or_else(number, |(name, _)| name.to_owned());
            names.get(index).cloned().unwrap_or_else(pair)
        };
        Self {
            lines,
            columns: fields(usual).enumerate().map(column).collect(),
            wanted: Vec::new(),
        }
    }
}

/// Returns the first line with the number of fields that most lines have.
fn usual<'a>(sample: &[&'a [u8]]) -> &'a [u8] {
    let counts: Vec<_> = sample.iter().map(|line| fields(line).count()).collect();
    let alike = |index: usize| counts.iter().filter(|it| **it == counts[index]).count();
    // The first of several that are equally frequent.
    let first = (0..sample.len()).rev().max_by_key(|index| alike(*index));
    first.map_or(&[], |index| sample[index])
}

impl<R: BufRead> Rows for LogRows<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn want(&mut self, names: &[String]) -> Result<(), String> {
        self.wanted = find_all(&self.columns, names)?;
        Ok(())
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, RowError> {
        row.clear(self.wanted.len());
        let Some(line) = self.lines.next()? else {
            return Ok(false);
        };
        for (number, field) in fields(line).enumerate() {
            for (cell, wanted) in self.wanted.iter().enumerate() {
                if *wanted == number {
                    let name = self.columns[number].as_bytes();
                    let value = field.strip_prefix(name);
                    let value = value.and_then(|it| it.strip_prefix(b"=")).unwrap_or(field);
                    // A path or an agent need not be UTF-8.
                    row.fill(cell)
                        .push_str(&String::from_utf8_lossy(bare(value)));
                }
            }
        }
        row.line = self.lines.number;
        Ok(true)
    }
}

/// Splits a field `name=value`.
fn pair(field: &[u8]) -> Option<(&str, &[u8])> {
    let at = field.iter().position(|byte| *byte == b'=')?;
    let name = str::from_utf8(&field[..at]).ok()?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.-@".contains(c);
    (!name.is_empty() && name.chars().all(is_word)).then(|| (name, &field[at + 1..]))
}

/// Removes the quotes or brackets around a value.
fn bare(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] | [b'[', inner @ .., b']'] => inner,
        _ => value,
    }
}

/// Splits a line at the spaces outside of quotes and brackets.
fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        let (field, after) = rest.split_at(end_of_field(rest));
        rest = after;
        Some(field)
    })
}

fn end_of_field(text: &[u8]) -> usize {
    let mut at = 0;
    let mut closing = None;
    while let Some(byte) = text.get(at) {
        match (closing, byte) {
            (Some(b'"'), b'\\') => at += 1,
            (Some(mark), _) if mark == *byte => closing = None,
            (None, b' ' | b'\t') => return at,
            (None, b'[') if at == 0 => closing = Some(b']'),
            (None, b'"') if at == 0 || text[at - 1] == b'=' => closing = Some(b'"'),
            (Some(_) | None, _) => {}
        }
        at += 1;
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests;
