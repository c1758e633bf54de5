//! Reads the calls of one text.

use std::collections::HashSet;
use std::io::BufRead;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use breaker_runtime::rehearsal::Call;

use super::cells::{Row, RowError, Rows};
use super::csv::CsvRows;
use super::format::Format;
use super::json::JsonRows;
use super::judge::Judge;
use super::lines::Lines;
use super::log::LogRows;
use super::options::ImportOptions;
use super::order::{Sorter, Waiting};
use super::plan::Plan;
use crate::problem::Problem;

/// How many of the skipped lines are shown.
const SHOWN: usize = 3;
/// How many keys share their memory. With more, some keys are stored more than once.
const MOST_KEYS: usize = 1 << 16;

/// What was read and skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// The lines that were read, without blank ones and the header.
    pub lines: u64,
    /// The lines that did not meet the conditions.
    pub filtered: u64,
    /// The broken lines that were skipped.
    pub skipped: u64,
    /// Whether the text has no durations, so that each call ends when it begins.
    pub lacks_durations: bool,
    /// The problems of the first skipped lines.
    pub first_skipped: Vec<Problem>,
}

/// Reads the calls of a text in the order of their starts, in constant memory.
///
/// # Examples
///
/// ```
/// use breaker_rehearse::{Importer, ImportOptions};
///
/// let text = "time,took_ms,status\n2026-11-03T10:00:00Z,12,200\n2026-11-03T10:00:01Z,30,503\n";
/// let calls = Importer::new(text.as_bytes(), "calls.csv", &ImportOptions::default())?;
/// let calls: Vec<_> = calls.collect::<Result<_, _>>()?;
/// assert_eq!(calls[1].took().as_millis(), 30);
/// assert_eq!(calls[1].outcome().as_str(), "failure");
/// # Ok::<(), breaker_rehearse::Problem>(())
/// ```
pub struct Importer<'a> {
    file: String,
    rows: Box<dyn Rows + 'a>,
    plan: Plan,
    row: Row,
    sorter: Sorter,
    disorder: Duration,
    keys: HashSet<Arc<str>>,
    counts: Counts,
    lenient: bool,
    is_done: bool,
    has_successor: bool,
}

impl std::fmt::Debug for Importer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut importer = f.debug_struct("Importer");
        importer
            .field("file", &self.file)
            .field("counts", &self.counts);
        importer.finish_non_exhaustive()
    }
}

impl<'a> Importer<'a> {
    /// Begins to read. `file` is the name that messages show.
    ///
    /// # Errors
    ///
    /// A [`Problem`] if the input is empty, or if its columns do not say what a call is.
    pub fn new(
        mut input: impl BufRead + 'a,
        file: &str,
        options: &ImportOptions,
    ) -> Result<Self, Problem> {
        let whole = |message: String| Problem::of_file(file, message);
        let start = input
            .fill_buf()
            .map_err(|error| whole(format!("cannot be read: {error}")))?;
        if start.trim_ascii().is_empty() {
            return Err(whole("is empty".to_owned()));
        }
        if start.contains(&0) {
            return Err(whole(
                "is neither a recording nor a text: a recording of breaker_runtime, CSV, JSON lines or an access log \
                 are read, also compressed by gzip"
                    .to_owned(),
            ));
        }
        let format = options.format.unwrap_or_else(|| Format::recognize(start));
        let names = if options.columns.is_empty() {
            format
                .columns()
                .iter()
                .copied()
                .map(str::to_owned)
                .collect()
        } else {
            options.columns.clone()
        };
        let mut rows = rows(format, input, file, &names).map_err(of_row)?;
        let columns = rows.columns();
        let mapping = options.mapping.completed(&format.preset(), columns);
        let judge = Judge::new(options.rules.clone());
        let is_open = matches!(format, Format::Json | Format::EnvoyJson);
        let plan = Plan::new(&mapping, &options.filters, judge, columns, is_open);
        let plan = plan.map_err(|message| {
            let advice = match (options.format, format) {
                (Some(_), _) | (None, Format::Json | Format::EnvoyJson) => String::new(),
                (None, _) => format!(" (read as `--format {}`)", format.as_str()),
            };
            Problem::at(file, 1, format!("{message}{advice}"))
        })?;
        let wanted = rows.want(&plan.wanted);
        wanted.map_err(|name| whole(format!("there is no column `{name}`")))?;
        let counts = Counts {
            lacks_durations: plan.lacks_durations(),
            ..Counts::default()
        };
        let disorder = i64::try_from(options.disorder.as_nanos()).unwrap_or(i64::MAX);
        Ok(Self {
            file: file.to_owned(),
            rows,
            plan,
            row: Row::default(),
            sorter: Sorter::new(disorder),
            disorder: options.disorder,
            keys: HashSet::new(),
            counts,
            lenient: options.lenient,
            is_done: false,
            has_successor: false,
        })
    }

    /// Says that [`after`](Self::after) continues with another file, so that the last calls of this one wait for it.
    #[must_use]
    pub fn with_successor(self) -> Self {
        Self {
            has_successor: true,
            ..self
        }
    }

    /// Continues in another file, such as the next one of a log that is rotated. Calls that wait in `previous` leave here.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn after(
        previous: Importer<'_>,
        input: impl BufRead + 'a,
        file: &str,
        options: &ImportOptions,
    ) -> Result<Self, Problem> {
        let Importer {
            mut sorter,
            keys,
            counts,
            ..
        } = previous;
        sorter.resume();
        Ok(Self {
            sorter,
            keys,
            counts,
            ..Self::new(input, file, options)?
        })
    }

    /// Returns what was read and skipped so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Reads the next line. Returns `false` at the end.
    fn read_line(&mut self) -> Result<bool, Problem> {
        let problem = match self.rows.read(&mut self.row) {
            Ok(false) => return Ok(false),
            Ok(true) => {
                self.counts.lines += 1;
                match self.take_row() {
                    Ok(()) => return Ok(true),
                    Err(message) => Problem::at(&self.file, self.row.line, message),
                }
            }
            Err(RowError::Fatal(problem)) => return Err(problem),
            Err(RowError::Row(problem)) => {
                self.counts.lines += 1;
                problem
            }
        };
        if !self.lenient {
            return Err(problem);
        }
        self.counts.skipped += 1;
        if self.counts.first_skipped.len() < SHOWN {
            self.counts.first_skipped.push(problem);
        }
        Ok(true)
    }

    fn take_row(&mut self) -> Result<(), String> {
        if !self.plan.passes(&self.row) {
            self.counts.filtered += 1;
            return Ok(());
        }
        let read = self.plan.read(&self.row)?;
        let key = read.key.map(|key| shared(&mut self.keys, key));
        let pushed = self.sorter.push(read.started, read.took, read.outcome, key);
        pushed.map_err(|by| {
            let (by, disorder) = (Duration::from_nanos(by), self.disorder);
            format!(
                "the call began {by:.1?} before one that had to be played already: times run back by more than \
                 {disorder:?}; allow more with `--disorder`, or sort the lines by the start of the calls"
            )
        })
    }
}

impl Iterator for Importer<'_> {
    type Item = Result<Call, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(call) = self.sorter.pop() {
                return Some(Ok(call_of(call)));
            }
            if self.is_done {
                return None;
            }
            match self.read_line() {
                Ok(true) => {}
                Ok(false) => {
                    self.is_done = true;
                    if !self.has_successor {
                        self.sorter.finish();
                    }
                }
                Err(problem) => {
                    self.is_done = true;
                    return Some(Err(problem));
                }
            }
        }
    }
}

fn rows<'a>(
    format: Format,
    input: impl BufRead + 'a,
    file: &str,
    names: &[String],
) -> Result<Box<dyn Rows + 'a>, RowError> {
    Ok(match format {
        Format::Csv => Box::new(CsvRows::new(input, file, names)?),
        Format::Json | Format::EnvoyJson => Box::new(JsonRows::new(Lines::new(input, file))?),
        Format::Log | Format::Nginx | Format::Envoy => {
            Box::new(LogRows::new(Lines::new(input, file), names)?)
        }
    })
}

fn of_row(error: RowError) -> Problem {
    match error {
        RowError::Row(problem) | RowError::Fatal(problem) => problem,
    }
}

/// Returns the key in shared memory.
fn shared(keys: &mut HashSet<Arc<str>>, key: &str) -> Arc<str> {
    if let Some(known) = keys.get(key) {
        return Arc::clone(known);
    }
    let key: Arc<str> = key.into();
    if keys.len() < MOST_KEYS {
        keys.insert(Arc::clone(&key));
    }
    key
}

fn call_of(waiting: Waiting) -> Call {
    let since = u64::try_from(waiting.started).unwrap_or_default();
    let started = SystemTime::UNIX_EPOCH + Duration::from_nanos(since);
    let call = Call::new(started, Duration::from_nanos(waiting.took), waiting.outcome);
    match waiting.key {
        Some(key) => call.with_key(key),
        None => call,
    }
}
