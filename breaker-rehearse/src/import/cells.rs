//! The cells of one row, of those columns that are wanted.

use crate::problem::Problem;

/// The wanted cells of one row. The buffers are used again for the next row.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// The line at which the row begins, from 1.
    pub(super) line: u64,
    cells: Vec<(bool, String)>,
}

impl Row {
    /// Empties the row and sets its number of wanted cells.
    pub(super) fn clear(&mut self, wanted: usize) {
        self.cells.resize_with(wanted, Default::default);
        for (is_present, text) in &mut self.cells {
            *is_present = false;
            text.clear();
        }
    }

    /// Sets a cell.
    pub(super) fn set(&mut self, cell: usize, text: &str) {
        self.fill(cell).push_str(text);
    }

    /// Sets a cell to what the caller writes into the returned buffer.
    pub(super) fn fill(&mut self, cell: usize) -> &mut String {
        let (is_present, buffer) = &mut self.cells[cell];
        *is_present = true;
        buffer.clear();
        buffer
    }

    /// Returns the text of a cell, unless the row lacks it.
    pub(super) fn get(&self, cell: usize) -> Option<&str> {
        let (is_present, text) = self.cells.get(cell)?;
        is_present.then_some(text)
    }
}

/// Why no row could be read.
#[derive(Debug)]
pub(super) enum RowError {
    /// This row is broken; the next one can be read.
    Row(Problem),
    /// Nothing more can be read.
    Fatal(Problem),
}

/// Reads the rows of one format.
pub(super) trait Rows {
    /// The names of the columns, as far as the header or the first line shows them.
    fn columns(&self) -> &[String];

    /// Chooses the columns to read, by name or by number from 1. Returns the first one that does not exist.
    ///
    /// A format whose lines can have other columns than the first line finds all of them.
    fn want(&mut self, names: &[String]) -> Result<(), String>;

    /// Reads the next row. Returns `false` at the end.
    fn read(&mut self, row: &mut Row) -> Result<bool, RowError>;
}

/// Finds columns, or returns the first name that is none of them.
pub(super) fn find_all(columns: &[String], names: &[String]) -> Result<Vec<usize>, String> {
    let found = |name: &String| find(columns, name).ok_or_else(|| name.clone());
    names.iter().map(found).collect()
}

/// Finds a column by its name, or by its number from 1.
pub(super) fn find(columns: &[String], name: &str) -> Option<usize> {
    let number = || name.parse().ok().and_then(|it: usize| it.checked_sub(1));
    let by_name = columns.iter().position(|it| it == name);
    by_name.or_else(|| number().filter(|it| *it < columns.len()))
}
