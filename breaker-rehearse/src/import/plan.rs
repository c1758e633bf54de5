//! Which cells of a row make a call, and how.

use super::cells::{Row, find};
use super::filter::Filter;
use super::judge::Judge;
use super::mapping::{LEFT_OUT, Mapped, Mapping, Target};
use crate::problem::{did_you_mean, shown};
use crate::time::{BadDuration, Unit, read_duration, read_time};
use breaker_runtime::rehearsal::CallOutcome;

/// The number of a cell among the wanted ones, the name of its column, and the unit of its numbers.
#[derive(Clone, Debug)]
struct Place {
    cell: usize,
    column: String,
    unit: Option<Unit>,
}

/// Where a call begins and how long it takes.
#[derive(Clone, Debug)]
enum Timing {
    StartAndTook(Place, Place),
    EndAndTook(Place, Place),
    StartAndEnd(Place, Place),
    /// The text does not have the durations, so each call ends when it begins.
    Instant(Place),
}

/// Makes calls from rows.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) wanted: Vec<String>,
    timing: Timing,
    outcome: Option<Place>,
    grpc: Option<Place>,
    status: Option<Place>,
    flags: Option<Place>,
    key: Option<Place>,
    filters: Vec<(usize, Filter)>,
    judge: Judge,
    /// The time that was read last. Many lines in a row have the same one.
    last_time: (String, i64),
}

/// What one row says.
pub(super) struct Read<'a> {
    /// Nanoseconds since 1970.
    pub(super) started: i64,
    pub(super) took: u64,
    pub(super) outcome: CallOutcome,
    pub(super) key: Option<&'a str>,
}

impl Plan {
    /// Finds the columns. `is_open` says that lines may have columns that are not in `columns`.
    pub(super) fn new(
        mapping: &Mapping,
        filters: &[Filter],
        judge: Judge,
        columns: &[String],
        is_open: bool,
    ) -> Result<Self, String> {
        let mut wanted: Vec<String> = Vec::new();
        let mut want = |column: &str| {
            if find(columns, column).is_none() && !is_open {
                let meant = did_you_mean(column, columns.iter().map(String::as_str));
                return Err(format!(
                    "there is no column `{column}`{meant}; {}",
                    listed(columns)
                ));
            }
            let known = wanted.iter().position(|it| it == column);
            Ok(known.unwrap_or_else(|| {
                wanted.push(column.to_owned());
                wanted.len() - 1
            }))
        };
        let mut place = |target: Target| {
            let mapped = mapping.of(target).filter(|it| it.column != LEFT_OUT);
            let place = |it: &Mapped| {
                Ok::<_, String>(Place {
                    cell: want(&it.column)?,
                    column: it.column.clone(),
                    unit: it.unit,
                })
            };
            mapped.map(place).transpose()
        };
        let took = mapping.of(Target::Took);
        let no_durations = took.is_some_and(|it| it.column == LEFT_OUT);
        let timing = match (
            place(Target::At)?,
            place(Target::End)?,
            place(Target::Took)?,
        ) {
            (Some(at), None, Some(took)) => Timing::StartAndTook(at, took),
            (None, Some(end), Some(took)) => Timing::EndAndTook(end, took),
            (Some(at), Some(end), _) => Timing::StartAndEnd(at, end),
            (Some(at), None, None) | (None, Some(at), None) if no_durations => Timing::Instant(at),
            (None, None, _) => {
                return Err(format!(
                    "no column says when a call began; name it with `--map at=COLUMN`, or with `--map end=COLUMN` if it \
                 says when the call ended; {}",
                    listed(columns)
                ));
            }
            (_, _, None) => {
                return Err(format!(
                    "no column says how long a call took; name it with `--map took=COLUMN:ms`, with its unit s, ms, us or \
                 ns, or leave it out with `--map took=-`; {}",
                    listed(columns)
                ));
            }
        };
        let [outcome, grpc] = [place(Target::Outcome)?, place(Target::Grpc)?];
        let [status, flags] = [place(Target::Status)?, place(Target::Flags)?];
        if outcome.is_none() && grpc.is_none() && status.is_none() {
            return Err(format!(
                "no column says how a call ended; name it with `--map status=COLUMN` for an HTTP status, \
                 `grpc=COLUMN` for a code of gRPC, or `outcome=COLUMN` for a word; {}",
                listed(columns)
            ));
        }
        let key = place(Target::Key)?;
        let mut tests = Vec::new();
        for filter in filters {
            tests.push((want(&filter.column)?, filter.clone()));
        }
        Ok(Self {
            wanted,
            timing,
            outcome,
            grpc,
            status,
            flags,
            key,
            filters: tests,
            judge,
            last_time: (String::new(), 0),
        })
    }

    /// Returns whether the durations of the calls are unknown.
    pub(super) fn lacks_durations(&self) -> bool {
        matches!(self.timing, Timing::Instant(_))
    }

    /// The rules for outcomes that have decided nothing so far.
    pub(super) fn unused_rules(&self) -> impl Iterator<Item = &str> {
        self.judge.unused()
    }

    /// Returns whether a row meets the conditions.
    pub(super) fn passes(&self, row: &Row) -> bool {
        self.filters
            .iter()
            .all(|(cell, filter)| filter.passes(row.get(*cell)))
    }

    /// Makes a call from a row, or says what is wrong with the row.
    pub(super) fn read<'r>(&mut self, row: &'r Row) -> Result<Read<'r>, String> {
        let (started, took) = self.timing(row)?;
        let text = |place: &Place| {
            row.get(place.cell)
                .filter(|it| !it.is_empty() && *it != "-")
        };
        Ok(Read {
            started,
            took,
            outcome: self.outcome(row)?,
            key: self.key.as_ref().and_then(text),
        })
    }

    fn timing(&mut self, row: &Row) -> Result<(i64, u64), String> {
        let last = &mut self.last_time;
        match &self.timing {
            Timing::StartAndTook(at, took) => Ok((time(last, row, at)?, duration(row, took)?)),
            Timing::EndAndTook(end, took) => {
                let (ended, took) = (time(last, row, end)?, duration(row, took)?);
                let started = i64::try_from(took)
                    .ok()
                    .and_then(|took| ended.checked_sub(took));
                let started = started.filter(|it| *it >= 0);
                Ok((started.ok_or("the call began before 1970")?, took))
            }
            Timing::Instant(at) => Ok((time(last, row, at)?, 0)),
            Timing::StartAndEnd(at, end) => {
                let started = time(last, row, at)?;
                let ended = time(last, row, end)?;
                let took = ended
                    .checked_sub(started)
                    .and_then(|it| u64::try_from(it).ok());
                let took = took.ok_or_else(|| {
                    format!(
                        "the call ended before it began: `{}` is before `{}`",
                        end.column, at.column
                    )
                })?;
                Ok((started, took))
            }
        }
    }

    fn outcome<'p>(&'p self, row: &'p Row) -> Result<CallOutcome, String> {
        let cell = |place: &'p Option<Place>| {
            let place = place.as_ref()?;
            let text = row.get(place.cell)?;
            let is_given = !text.is_empty() && text != "-";
            is_given.then_some((text, place.column.as_str()))
        };
        let text = |place| cell(place).map(|(text, _)| text);
        if let Some((word, column)) = cell(&self.outcome) {
            return self.judge.of_word(word, column);
        }
        if let Some(outcome) = text(&self.flags).and_then(|it| self.judge.of_flags(it)) {
            return Ok(outcome);
        }
        if let Some(code) = text(&self.grpc) {
            return self.judge.of_code(code);
        }
        if let Some((status, column)) = cell(&self.status) {
            return self.judge.of_status(status, column);
        }
        let places = [&self.outcome, &self.grpc, &self.status];
        let names: Vec<_> = places
            .into_iter()
            .flatten()
            .map(|it| format!("`{}`", it.column))
            .collect();
        Err(format!(
            "{} says nothing, so how the call ended is unknown",
            names.join(" and ")
        ))
    }
}

fn cell<'r>(row: &'r Row, place: &Place) -> Result<&'r str, String> {
    let text = row.get(place.cell);
    text.ok_or_else(|| format!("the line has no `{}`", place.column))
}

fn time(last: &mut (String, i64), row: &Row, place: &Place) -> Result<i64, String> {
    let text = cell(row, place)?;
    if last.0 == text && place.unit.is_none() {
        return Ok(last.1);
    }
    let read = read_time(text, place.unit);
    let time =
        read.map_err(|problem| format!("`{}`: `{}` {problem}", place.column, shown(text)))?;
    if place.unit.is_none() {
        last.0.clear();
        last.0.push_str(text);
        last.1 = time;
    }
    Ok(time)
}

fn duration(row: &Row, place: &Place) -> Result<u64, String> {
    let text = cell(row, place)?;
    let column = &place.column;
    read_duration(text, place.unit).map_err(|problem| match problem {
        BadDuration::NoUnit => format!(
            "the unit of `{column}` is unknown; say it: `--map took={column}:ms` for milliseconds, or s, us, ns"
        ),
        BadDuration::Other("is empty") => format!(
            "`{column}` is empty; `--where '{column}!={text}'` leaves such lines out"
        ),
        BadDuration::Other(problem) => format!("`{column}`: `{}` {problem}", shown(text)),
    })
}

fn listed(columns: &[String]) -> String {
    const MOST: usize = 30;
    let names: Vec<_> = columns.iter().take(MOST).map(|it| shown(it)).collect();
    let more = if columns.len() > MOST { ", …" } else { "" };
    format!("the columns are {}{more}", names.join(", "))
}
