//! The command line.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use breaker_rehearse::{
    Assertion, Filter, Format, ImportOptions, Mapping, OutcomeRule, read_duration, read_instant,
};
use breaker_runtime::rehearsal::{Candidate, OutageRule};
use clap::{ArgAction, Args, Parser, Subcommand};

use super::rule::read_rule;

const EXAMPLES: &str = "\
Examples:
  # What is in an access log, and what would five failures in a row have done?
  breaker-rehearse play access.log --candidate 'five: threshold = 5, open_for = \"10s\"'

  # Which settings fit these calls?
  breaker-rehearse suggest calls.csv

Each subcommand has more: breaker-rehearse play --help";

/// Plays recorded calls through a circuit breaker, and says which settings would have opened when.
///
/// The calls come from a recording of `breaker_runtime`, or from CSV, JSON lines or an access log. The circuit breaker is
/// the real one, so the answer is exact for the calls that are played. Its windows of time hold up to a tenth more than
/// their length, as in a program (rule R5 of docs/semantics.md).
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    RecordInfo(InfoArguments),
    Convert(ConvertArguments),
    Play(PlayArguments),
    Suggest(SuggestArguments),
}

/// Says what recordings contain: breakers, keys, calls, time, and what is missing.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  breaker-rehearse record-info /var/lib/shop/traces
  breaker-rehearse record-info --lenient monday.trace tuesday.trace")]
pub(crate) struct InfoArguments {
    /// The files of a recording, or folders with `*.trace` files
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Skip broken blocks, and count them
    #[arg(long)]
    pub(super) lenient: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Where the calls come from.
#[derive(Args, Debug)]
pub(crate) struct InputArguments {
    /// Recordings or folders of them; or CSV, JSON lines or access logs, also with gzip; `-` is the standard input
    ///
    /// Several files are read in the order given, as parts of one.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The name of the breaker: its calls in a recording, its table in `--settings`, and in what is printed
    ///
    /// A text has no names, so it gets this one. Without this option, the only breaker in a recording is read, and the
    /// calls of a text are named after the file.
    #[arg(long, value_name = "NAME")]
    pub(super) breaker: Option<String>,
    /// The breaker in a recording, if it has another name than in `--breaker`
    #[arg(long, value_name = "NAME")]
    pub(super) trace_breaker: Option<String>,
    /// Leave out calls that began earlier, such as `2026-11-03T10:00` (UTC)
    #[arg(long, value_name = "TIME", value_parser = read_instant)]
    pub(super) from: Option<SystemTime>,
    /// Leave out calls that began at this time or later
    #[arg(long, value_name = "TIME", value_parser = read_instant)]
    pub(super) to: Option<SystemTime>,
    /// Skip broken lines and blocks, and count them
    #[arg(long)]
    pub(super) lenient: bool,
    /// The format of a text: csv, json, log, nginx, envoy, envoy-json [default: recognized]
    ///
    /// `nginx` is the format `combined`, better with `$request_time` at the end; `log` is any other log of fields between
    /// spaces.
    #[arg(long, help_heading = "Texts", value_name = "FORMAT")]
    pub(super) format: Option<Format>,
    /// Which column is what, such as `at=time,took=request_time:s,status=code,key=upstream`
    ///
    /// `at` is the start of a call and `end` its end; `took` is its duration, with the unit s, ms, us or ns. Two of the
    /// three are needed. `status` is an HTTP status, `grpc` a code of gRPC, `outcome` a word such as success, failure,
    /// `timed_out`, ignored or rejected, `flags` the response flags of Envoy. With `key`, each key has its own circuit.
    /// The usual names are found without this option. `took=-` and `key=-` leave these out. A column can be given by its
    /// number from 1; a member of a member in JSON by its path, `http.status`.
    #[arg(long, help_heading = "Texts", value_name = "WHAT=COLUMN,…")]
    pub(super) map: Vec<Mapping>,
    /// The names of the columns of a log, or of CSV without a header
    #[arg(
        long,
        help_heading = "Texts",
        value_name = "NAME,…",
        value_delimiter = ','
    )]
    pub(super) columns: Vec<String>,
    /// Only lines that meet a condition: `upstream=payments`, `method!=GET`, `request~/pay/` [several: all must hold]
    #[arg(long = "where", help_heading = "Texts", value_name = "CONDITION")]
    pub(super) filters: Vec<Filter>,
    /// What a status, a code or a word means: `404=failure`, `400-499=ignored`, `declined=ignored` [several: the last wins]
    #[arg(long = "outcome", help_heading = "Texts", value_name = "VALUE=OUTCOME")]
    pub(super) rules: Vec<OutcomeRule>,
    /// By how much the starts of calls may run back from line to line
    ///
    /// The lines of an access log are in the order of the ends, so the longest call is what counts.
    #[arg(long, help_heading = "Texts", value_name = "TIME", default_value = "60s", value_parser = read_time)]
    pub(super) disorder: Duration,
}

/// Writes calls as a recording, which is small and quick to play.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  breaker-rehearse convert access.log.gz -o payment.trace --where request~/pay/
  breaker-rehearse convert calls.jsonl -o payment.trace --map 'at=ts,took=latency:ms,outcome=result'")]
pub(crate) struct ConvertArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// The recording to write
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,
}

/// Plays calls with one or several candidates, and compares what they would have done.
#[derive(Args, Debug)]
#[command(after_help = "\
A text needs three columns: when a call began, how long it took, and how it ended. The usual names
are found, such as at,took_ms,status; `--map` names others.

The settings are those of the attribute and of the file of settings, and a whole attribute can be
given. Those that are left out have their defaults: threshold = 5 (unless failure_rate or max_failures
is set) and open_for = \"30s\". Most used are threshold (failures in a row); window with failure_rate
or max_failures, and min_calls; slow_call with slow_rate; open_for, backoff and half_open_calls.

How a call ended, unless `--outcome` says something else:
  HTTP status   429 and 500 to 599 are failures; 499 was dropped, because the client went away;
                all others are successes, also 4xx. 0 has to be explained, but means dropped in
                logs of Envoy.
  code of gRPC  4 timed out; 2, 8, 13, 14 and 15 are failures; 1 is ignored; others are successes.
  flags         UO was rejected; DC was dropped; UT and SI timed out. Others say nothing.
  word          success, failure, timed_out, panicked, trip, ignored, dropped, cancelled, rejected,
                and the usual words for these, such as ok, error and timeout.

The figures, and their names in `--json` and `--assert`:
  openings                     openings: how often the circuit left the closed state
  … false: no outage           false_openings: openings that overlap no outage
  opened again by probes       reopenings
  time open, time half open    time_open, time_half_open
  outages missed               missed_outages: outages during which the circuit did not open
  opened after (longest)       opening_delay: since the beginning of the outage
  recovered after (longest)    recovery_delay: since the end of the outage
  calls rejected               rejected
  … that failed in truth       rejected_failed: the benefit
  … that would have succeeded  rejected_succeeded: the price
  … that had no outcome        rejected_other: ignored, dropped early or cancelled in truth
  … that nobody knows of       rejected_unknown: also rejected when they were recorded
  failures that went through   admitted_failed
  went through, outcome unknown  admitted_unknown: rejected when they were recorded
  ended by call_timeout        timed_out
  not waited for failures      not_waited: how long the rejected calls that failed took in truth
  not spent in rejected calls  not_spent: the same for all rejected calls

Assertions compare these figures, and calls, admitted, outages, share_rejected,
share_rejected_succeeded and trace_time. openings_within(\"2026-11-03T10:00/12:00\"),
false_openings_within(…) and open_within(…) ask about a stretch of time (UTC), in which calls have
to begin. Each candidate has to meet each assertion.

Exit status: 0; 1 if an assertion failed; 2 if the input or the command is wrong.

Examples:
  # Two candidates on an access log of nginx, side by side
  breaker-rehearse play access.log \\
    --candidate 'row: threshold = 5, open_for = \"10s\"' \\
    --candidate 'rate: window = \"30s\", failure_rate = 0.5, min_calls = 20'

  # The settings that are in the repository, on yesterday's recording, as a page with a timeline
  breaker-rehearse play payment.trace --settings breakers.toml --breaker payment \\
    --html report.html

  # In CI: fails if the settings would have opened on a good day, or slept through the outage
  breaker-rehearse play november.trace --settings breakers.toml --breaker payment \\
    --assert 'false_openings == 0 && openings_within(\"2026-11-03T10:00/12:00\") >= 1'

  # CSV with columns of any name
  breaker-rehearse play calls.csv --map 'at=ts,took=millis:ms,outcome=result' \\
    --candidate 'five: threshold = 5'")]
pub(crate) struct PlayArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// Settings to play, with a name: `five: threshold = 5, open_for = "10s"` [several are compared]
    #[arg(short, long = "candidate", value_name = "NAME: SETTINGS", value_parser = read_candidate)]
    pub(super) candidates: Vec<Candidate>,
    /// A file of settings, of which the table of `--breaker` is a candidate [several are compared]
    #[arg(
        long = "settings",
        visible_alias = "file",
        value_name = "FILE",
        requires = "breaker"
    )]
    pub(super) settings: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

/// Searches for settings that fit the calls.
#[derive(Args, Debug)]
#[command(after_help = "\
A text needs three columns: when a call began, how long it took, and how it ended. The usual names
are found, such as at,took_ms,status; `--map` names others.

With several days of calls, the settings are chosen on some days and judged on the others. The
picks differ in what is worse: to reject a good call (cautious), or to let one fail (eager). They
are compared with the default settings, threshold = 5, open_for = \"30s\".

A text is read once and becomes a recording in the folder for temporary files (TMPDIR), with a few
bytes for each call.

Examples:
  breaker-rehearse suggest payment.trace
  breaker-rehearse suggest access.log.gz --where request~/pay/ --html report.html")]
pub(crate) struct SuggestArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// The most candidates that are tried
    #[arg(long, value_name = "COUNT", default_value_t = 300)]
    pub(super) most: usize,
    #[command(flatten)]
    pub(super) output: OutputArguments,
}

/// What is done with the report.
#[derive(Args, Debug)]
pub(crate) struct OutputArguments {
    /// Print JSON instead of a table
    #[arg(long, help_heading = "Report")]
    pub(super) json: bool,
    /// Write the report as one page for a browser, with a timeline
    #[arg(long, help_heading = "Report", value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// A condition that every candidate has to meet: `false_openings == 0` [several: all must hold]
    #[arg(long = "assert", help_heading = "Report", value_name = "CONDITION", action = ArgAction::Append)]
    pub(super) assertions: Vec<Assertion>,
    /// What counts as an outage of the trace, such as `share=20%,least=30s`
    ///
    /// share: of the calls that failed [50%]; slot: the least time that is judged [1s]; `min_calls`: the fewest calls that are
    /// judged [10]; gap: nearer outages are one [10s]; least: shorter ones are none [5s]; tolerance: how far an opening may
    /// be from an outage without being false [10s]; slow: from which duration a call counts as failed [never].
    #[arg(
        long,
        help_heading = "Report",
        value_name = "NAME=VALUE,…",
        value_parser = read_rule,
        default_value = "",
        hide_default_value = true
    )]
    pub(super) outage: OutageRule,
}

fn read_time(text: &str) -> Result<Duration, String> {
    let nanos = read_duration(text, None);
    let nanos = nanos.map_err(|_| "a duration has a unit: `60s`, `5m`, `1h`".to_owned())?;
    Ok(Duration::from_nanos(nanos))
}

fn read_candidate(text: &str) -> Result<Candidate, String> {
    Candidate::parse(text).map_err(|problems| problems.to_string())
}

impl InputArguments {
    pub(super) fn import_options(&self) -> Result<ImportOptions, String> {
        let mut options = ImportOptions::default();
        options.format = self.format;
        options.columns.clone_from(&self.columns);
        for mapping in &self.map {
            options.mapping.add(mapping.clone())?;
        }
        options.filters.clone_from(&self.filters);
        options.rules.clone_from(&self.rules);
        options.disorder = self.disorder;
        options.lenient = self.lenient;
        Ok(options)
    }

    pub(super) fn stretch(&self) -> super::input::Stretch {
        super::input::Stretch {
            from: self.from,
            to: self.to,
        }
    }
}
