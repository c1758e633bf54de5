//! CSV with a header, between commas, semicolons or tabs.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;
use std::str;

use csv::{ByteRecord, ReaderBuilder};

use super::cells::{Row, RowError, Rows, find_all};
use super::lines::LONGEST;
use crate::problem::Problem;

/// Reads CSV.
pub(super) struct CsvRows<R> {
    reader: csv::Reader<Limited<R>>,
    /// The bytes that were read since the row began.
    read: Rc<Cell<u64>>,
    file: String,
    columns: Vec<String>,
    record: ByteRecord,
    wanted: Vec<usize>,
}

/// Fails when too much was read for one row: a quote that is never closed would else take the whole file into memory.
struct Limited<R> {
    input: R,
    read: Rc<Cell<u64>>,
    /// Whether a `\r` was read last, which may belong to a `\n`.
    holds_return: bool,
}

impl<R: Read> Read for Limited<R> {
    /// Reads text without the `\r` of each `\r\n`, since the reader of CSV counts the line of such an end too late.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read.get() > LONGEST {
            return Err(io::Error::other(
                "the row is longer than 1 MiB: is a quote not closed?",
            ));
        }
        loop {
            let held = usize::from(std::mem::take(&mut self.holds_return) && !buffer.is_empty());
            if held == 1 {
                buffer[0] = b'\r';
            }
            let read = self.input.read(&mut buffer[held..])?;
            self.read.set(self.read.get() + read as u64);
            if read == 0 {
                return Ok(held);
            }
            let text = &mut buffer[..held + read];
            self.holds_return = text.ends_with(b"\r");
            let kept = without_returns(text);
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

/// Moves a text together so that it lacks each `\r` before a `\n`, and at the end. Returns the length.
fn without_returns(text: &mut [u8]) -> usize {
    if !text.contains(&b'\r') {
        return text.len();
    }
    let mut kept = 0;
    for at in 0..text.len() {
        let next = text.get(at + 1);
        let is_end = text[at] == b'\r' && next.is_none_or(|it| *it == b'\n');
        if !is_end {
            text[kept] = text[at];
            kept += 1;
        }
    }
    kept
}

impl<R: BufRead> CsvRows<R> {
    /// Reads the header, or takes `names` as the names of the columns of a file without one.
    pub(super) fn new(mut input: R, file: &str, names: &[String]) -> Result<Self, RowError> {
        let fatal = |error: &dyn std::fmt::Display| {
            RowError::Fatal(Problem::of_file(file, format!("cannot be read: {error}")))
        };
        let start = input.fill_buf().map_err(|error| fatal(&error))?;
        let delimiter = delimiter(start);
        let read = Rc::new(Cell::new(0));
        let limited = Limited {
            input,
            read: Rc::clone(&read),
            holds_return: false,
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(names.is_empty())
            .flexible(true)
            .from_reader(limited);
        let columns = if names.is_empty() {
            let header = reader.byte_headers().map_err(|error| fatal(&error))?;
            let name = |it: &[u8]| String::from_utf8_lossy(it.trim_ascii()).into_owned();
            header.iter().map(name).collect()
        } else {
            names.to_vec()
        };
        Ok(Self {
            reader,
            read,
            file: file.to_owned(),
            columns,
            record: ByteRecord::new(),
            wanted: Vec::new(),
        })
    }
}

impl<R: BufRead> CsvRows<R> {
    /// Returns the line in which the record begins. `before` is the line after the last record; blank lines may follow it.
    fn line_of_record(&self, before: u64) -> u64 {
        let text = self.record.as_slice();
        let inside = text.split(|byte| *byte == b'\n').count() as u64;
        let after = self.reader.position().line();
        after.saturating_sub(inside).max(before)
    }
}

impl<R: BufRead> Rows for CsvRows<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn want(&mut self, names: &[String]) -> Result<(), String> {
        self.wanted = find_all(&self.columns, names)?;
        Ok(())
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, RowError> {
        row.clear(self.wanted.len());
        self.read.set(0);
        let line = self.reader.position().line();
        let is_read = self.reader.read_byte_record(&mut self.record);
        let is_read = is_read.map_err(|error| {
            let message = match error.into_kind() {
                csv::ErrorKind::Io(error) => format!("cannot be read any further: {error}"),
                other => format!("is not CSV: {other:?}"),
            };
            RowError::Fatal(Problem::at(&self.file, line, message))
        })?;
        if !is_read {
            return Ok(false);
        }
        row.line = self.line_of_record(line);
        if self.record.len() != self.columns.len() {
            let (has, columns) = (self.record.len(), self.columns.len());
            let message = format!("the row has {has} cells, but there are {columns} columns");
            return Err(RowError::Row(Problem::at(&self.file, row.line, message)));
        }
        for (cell, column) in self.wanted.iter().enumerate() {
            let bytes = &self.record[*column];
            let text = str::from_utf8(bytes).map_err(|_| {
                let message = format!("`{}` is not UTF-8", self.columns[*column]);
                RowError::Row(Problem::at(&self.file, row.line, message))
            })?;
            row.set(cell, text.trim());
        }
        Ok(true)
    }
}

/// Returns the mark that is between the names of the header.
fn delimiter(start: &[u8]) -> u8 {
    let header = start
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let count = |mark: &u8| header.split(|byte| byte == mark).count();
    // The last of several that are equally frequent.
    *b"\t;,"
        .iter()
        .max_by_key(|mark| count(mark))
        .unwrap_or(&b',')
}
