//! Finds the line and the column of a byte in a text, in a time that hardly depends on the text.

/// The number of bytes between two marks. Only the characters between a byte and the mark before it have
/// to be counted.
const STEP: usize = 256;

#[derive(Debug)]
pub(super) struct Lines<'a> {
    text: &'a str,
    /// The byte at which each line begins.
    starts: Vec<usize>,
    /// The number of characters before each mark.
    marks: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        // A byte order mark is not a column.
        let first = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut starts = vec![first];
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        starts.extend(breaks.map(|(at, _)| at + 1));
        let mut marks = vec![0];
        let mut before = 0;
        for part in text.as_bytes().chunks(STEP) {
            before += characters(part);
            marks.push(before);
        }
        Self {
            text,
            starts,
            marks,
        }
    }

    /// The line of a byte, from 0.
    pub(super) fn line(&self, at: usize) -> usize {
        let begun = self.starts.partition_point(|start| *start <= at);
        begun.saturating_sub(1)
    }

    /// The text of a line, from 0.
    pub(super) fn text(&self, line: usize) -> &'a str {
        let start = self.starts.get(line).copied();
        let rest = start.and_then(|start| self.text.get(start..));
        rest.and_then(|rest| rest.lines().next())
            .unwrap_or_default()
    }

    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line and the column of a byte, both from 1, the column in characters.
    pub(super) fn position(&self, at: usize) -> (u32, u32) {
        let line = self.line(at);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let column = self.before(at).saturating_sub(self.before(start));
        let from_one = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
        (from_one(line), from_one(column))
    }

    /// The number of characters before a byte.
    fn before(&self, at: usize) -> usize {
        let at = at.min(self.text.len());
        let mark = at / STEP;
        let counted = self.marks.get(mark).copied().unwrap_or_default();
        let rest = self.text.as_bytes().get(mark * STEP..at);
        counted + characters(rest.unwrap_or_default())
    }
}

/// The number of characters that begin in these bytes.
fn characters(bytes: &[u8]) -> usize {
    let begins = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
    bytes.iter().filter(begins).count()
}

#[cfg(test)]
mod tests;
