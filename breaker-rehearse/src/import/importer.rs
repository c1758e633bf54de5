//! Reads the calls of one text.

use std::io::BufRead;
use std::time::{Duration, SystemTime};

use breaker_runtime::rehearsal::Call;

use super::cells::{Row, RowError, Rows};
use super::counts::Counts;
use super::csv::CsvRows;
use super::format::Format;
use super::json::JsonRows;
use super::judge::Judge;
use super::keys::Keys;
use super::leaps::{Leaps, Read, Trusted};
use super::lines::Lines;
use super::log::LogRows;
use super::mapping::Target;
use super::options::ImportOptions;
use super::order::{MOST as MOST_HELD, Sorter, Waiting};
use super::plan::Plan;
use super::sample::{format as usual_format, sample};
use crate::problem::Problem;

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
    leaps: Leaps,
    sorter: Sorter,
    disorder: Duration,
    keys: Keys,
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
        let lines: Vec<Vec<u8>> = sample(start).into_iter().map(<[u8]>::to_vec).collect();
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let format = options.format.unwrap_or_else(|| usual_format(&lines));
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
        let mut rows = rows(format, input, file, &lines, &names).map_err(of_row)?;
        let columns = rows.columns();
        let mapping = options.mapping.completed(&format.preset(), columns);
        let is_envoy = matches!(format, Format::Envoy | Format::EnvoyJson);
        let is_envoy = is_envoy || mapping.of(Target::Flags).is_some();
        let judge = Judge::new(options.rules.clone(), is_envoy);
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
        let mut counts = Counts::default();
        counts.lacks_durations = plan.lacks_durations();
        let disorder = i64::try_from(options.disorder.as_nanos()).unwrap_or(i64::MAX);
        Ok(Self {
            file: file.to_owned(),
            rows,
            plan,
            row: Row::default(),
            leaps: Leaps::default(),
            sorter: Sorter::new(disorder),
            disorder: options.disorder,
            keys: Keys::default(),
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
            leaps,
            sorter,
            keys,
            mut counts,
            ..
        } = previous;
        let next = Self::new(input, file, options)?;
        counts.lacks_durations |= next.counts.lacks_durations;
        Ok(Self {
            leaps,
            sorter,
            keys,
            counts,
            ..next
        })
    }

    /// Says that no file follows after all, so that the last calls can leave.
    pub fn finish(&mut self) {
        self.has_successor = false;
        if let Some(call) = self.leaps.finish() {
            // It is later than all that were released.
            let _ = self
                .sorter
                .push(call.started, call.took, call.outcome, call.key);
        }
        self.sorter.finish();
    }

    /// Returns the rules for outcomes that have decided nothing in this file so far, as they were written.
    pub fn unused_rules(&self) -> impl Iterator<Item = &str> {
        self.plan.unused_rules()
    }

    /// Returns what was read and skipped so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Reads the next line. Returns `false` at the end.
    fn read_line(&mut self) -> Result<bool, Problem> {
        let read = match self.rows.read(&mut self.row) {
            Ok(false) => return Ok(false),
            Ok(true) => self.read_row(),
            Err(RowError::Fatal(problem)) => return Err(problem),
            Err(RowError::Row(problem)) => Err(problem),
        };
        self.counts.lines += 1;
        match read {
            Ok(None) => self.counts.filtered += 1,
            Ok(Some(call)) => self.take(call)?,
            Err(problem) => self.skip(problem)?,
        }
        Ok(true)
    }

    /// Makes a call from the row, unless a condition leaves it out.
    fn read_row(&mut self) -> Result<Option<Read>, Problem> {
        if !self.plan.passes(&self.row) {
            return Ok(None);
        }
        let line = self.row.line;
        let cells = self.plan.read(&self.row);
        let cells = cells.map_err(|message| Problem::at(&self.file, line, message))?;
        Ok(Some(Read {
            line,
            started: cells.started,
            took: cells.took,
            outcome: cells.outcome,
            key: cells.key.map(|key| self.keys.shared(key)),
        }))
    }

    /// Goes on with a call, and with one that was doubted.
    fn take(&mut self, call: Read) -> Result<(), Problem> {
        let Trusted { far, calls } = self.leaps.push(call);
        if let Some(line) = far {
            let message =
                "the time is more than a day after the lines around it: is a clock wrong?";
            self.skip(Problem::at(&self.file, line, message))?;
        }
        for call in calls.into_iter().flatten() {
            let pushed = self
                .sorter
                .push(call.started, call.took, call.outcome, call.key);
            if let Err(by) = pushed {
                let message = self.late(by);
                self.skip(Problem::at(&self.file, call.line, message))?;
            }
        }
        Ok(())
    }

    /// Describes a call that began too early.
    fn late(&self, by: u64) -> String {
        let by = Duration::from_nanos(by);
        let start = format!("the call began {by:.1?} before one that had to be played already: ");
        if self.sorter.was_full() {
            return format!(
                "{start}there are more than {MOST_HELD} calls within `--disorder`; sort the lines by the start of the \
                 calls"
            );
        }
        format!(
            "{start}times run back by more than {:?}; allow more with `--disorder`, or sort the lines by the start of \
             the calls. Local times without an offset run back when summer time ends",
            self.disorder
        )
    }

    /// Counts a broken line, or ends the import with its problem.
    fn skip(&mut self, problem: Problem) -> Result<(), Problem> {
        if !self.lenient {
            return Err(problem);
        }
        self.counts.skip(problem);
        Ok(())
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
                        self.finish();
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
    sample: &[&[u8]],
    names: &[String],
) -> Result<Box<dyn Rows + 'a>, RowError> {
    Ok(match format {
        Format::Csv => Box::new(CsvRows::new(input, file, names)?),
        Format::Json | Format::EnvoyJson => {
            Box::new(JsonRows::new(Lines::new(input, file), sample))
        }
        Format::Log | Format::Nginx | Format::Envoy => {
            Box::new(LogRows::new(Lines::new(input, file), sample, names))
        }
    })
}

fn of_row(error: RowError) -> Problem {
    match error {
        RowError::Row(problem) | RowError::Fatal(problem) => problem,
    }
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
