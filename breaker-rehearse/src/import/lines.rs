//! Reads lines of bounded length.

use std::io::{BufRead, Read};

use super::cells::RowError;
use crate::problem::Problem;

/// The longest line, in bytes.
pub(super) const LONGEST: u64 = 1 << 20;

/// Reads the lines of an input.
pub(super) struct Lines<R> {
    input: R,
    pub(super) file: String,
    /// The number of the line that was read last, from 1.
    pub(super) number: u64,
    buffer: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R, file: &str) -> Self {
        Self {
            input,
            file: file.to_owned(),
            number: 0,
            buffer: Vec::new(),
        }
    }

    /// Returns the next line that is not blank, without its end; `None` at the end of the input.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, RowError> {
        loop {
            self.buffer.clear();
            let mut limited = self.input.by_ref().take(LONGEST + 1);
            let read = limited.read_until(b'\n', &mut self.buffer);
            let read = read.map_err(|error| self.cannot_be_read(&error))?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if read as u64 > LONGEST {
                self.skip_line()?;
                let message = "the line is longer than 1 MiB: this is probably not a log";
                return Err(RowError::Row(self.problem(message)));
            }
            if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            let end = self.buffer.trim_ascii_end().len();
            self.buffer.truncate(end);
            if end > 0 {
                break;
            }
        }
        Ok(Some(&self.buffer))
    }

    /// Makes a problem in the line that was read last.
    pub(super) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::at(&self.file, self.number, message)
    }

    fn skip_line(&mut self) -> Result<(), RowError> {
        while self.buffer.last() != Some(&b'\n') {
            self.buffer.clear();
            let mut limited = self.input.by_ref().take(LONGEST);
            let read = limited.read_until(b'\n', &mut self.buffer);
            if read.map_err(|error| self.cannot_be_read(&error))? == 0 {
                break;
            }
        }
        Ok(())
    }

    fn cannot_be_read(&self, error: &std::io::Error) -> RowError {
        let message = format!("cannot be read any further: {error}");
        RowError::Fatal(Problem::at(&self.file, self.number + 1, message))
    }
}
