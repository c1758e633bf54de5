//! Opens the inputs: recordings, or texts that are imported. Both yield calls in order.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use breaker_rehearse::{Counts, ImportOptions, Importer};
use breaker_runtime::rehearsal::{Call, TraceError, TraceReader};
use flate2::bufread::MultiGzDecoder;

use super::args::InputArguments;
use super::name::named;
use super::notes::{Notes, explained, notes_of, skipped};
use super::progress::Progress;
use super::stop::Stop;

/// How many calls are read between two steps of the progress bar.
const STEP: u64 = 1 << 14;

/// What is read.
pub(super) enum Input {
    /// A recording, and the breaker in it.
    Trace(Box<TraceReader>, String),
    /// Texts in the order in which they continue.
    Texts(Vec<PathBuf>, ImportOptions),
}

type Calls<'a> = &'a mut dyn Iterator<Item = Result<Call, TraceError>>;

impl Input {
    /// Looks at the inputs and opens them.
    pub(super) fn open(arguments: &InputArguments) -> Result<Self, Stop> {
        let traces = arguments.files.iter().map(|path| is_trace(path));
        let traces = traces.collect::<Result<Vec<_>, _>>()?;
        if traces.iter().all(|it| *it) {
            let reader = open_trace(&arguments.files, arguments.lenient)?;
            let asked = arguments.trace_breaker.as_ref();
            let breaker = breaker_of(&reader, asked.or(arguments.breaker.as_ref()))?;
            return Ok(Self::Trace(Box::new(reader), breaker));
        }
        if let Some(at) = traces.iter().position(|it| *it) {
            let path = arguments.files[at].display();
            return Err(Stop::new(format!(
                "{path} is a recording and others are not: give either recordings or texts"
            )));
        }
        let options = arguments.import_options().map_err(Stop::new)?;
        Ok(Self::Texts(arguments.files.clone(), options))
    }

    /// Returns the name of the breaker for what is printed and written.
    pub(super) fn breaker(&self, arguments: &InputArguments) -> Result<String, Stop> {
        let asked = arguments.breaker.as_deref();
        match self {
            Self::Trace(_, breaker) if asked.is_none() => Ok(breaker.clone()),
            _ => named(asked, &arguments.files[0]),
        }
    }

    /// Hands the calls of a stretch of time to `use_calls`, with a progress bar.
    pub(super) fn read<T>(
        &mut self,
        stretch: &Stretch,
        use_calls: impl FnOnce(Calls<'_>) -> Result<T, Stop>,
    ) -> Result<(T, Notes), Stop> {
        match self {
            Self::Trace(reader, breaker) => {
                let info = reader.info().clone();
                let total = info.breakers.iter().find(|it| it.name == *breaker);
                let progress = Progress::of_calls(total.map_or(0, |it| it.calls));
                let calls = counted(reader.calls(breaker)?, progress.clone());
                let result = use_calls(&mut stretch.cut(calls));
                progress.finish();
                let notes = notes_of(&info);
                Ok((result?, notes))
            }
            Self::Texts(paths, options) => {
                let progress = Progress::of_bytes(size_of(paths));
                let texts = RefCell::new(Texts::new(paths, options, progress.clone()));
                let calls = std::iter::from_fn(|| texts.borrow_mut().next_call().map(Ok));
                let result = use_calls(&mut stretch.cut(calls));
                progress.finish();
                let texts = texts.into_inner();
                if let Some(stop) = texts.stop {
                    return Err(stop);
                }
                let unused = texts.unused.into_iter().flatten();
                let unused = unused.map(|rule| format!("`--outcome '{rule}'` decided nothing"));
                let more: Vec<_> = texts.notes.into_iter().chain(unused).collect();
                let counts = texts
                    .importer
                    .map_or_else(Counts::default, |it| it.counts().clone());
                let result = result.map_err(|stop| explained(stop, &counts))?;
                let mut notes = skipped(&counts);
                notes.lines.extend(more);
                Ok((result, notes))
            }
        }
    }
}

/// The time from which and until which calls are read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stretch {
    pub(super) from: Option<SystemTime>,
    pub(super) to: Option<SystemTime>,
}

impl Stretch {
    pub(super) fn cut(
        &self,
        calls: impl Iterator<Item = Result<Call, TraceError>>,
    ) -> impl Iterator<Item = Result<Call, TraceError>> {
        let Self { from, to } = *self;
        let is_before = move |call: &Call| from.is_some_and(|from| call.started() < from);
        let is_after = move |call: &Call| to.is_some_and(|to| call.started() >= to);
        calls
            .take_while(move |it| !it.as_ref().is_ok_and(is_after))
            .filter(move |it| !it.as_ref().is_ok_and(is_before))
    }
}

/// Opens recordings.
pub(super) fn open_trace(files: &[PathBuf], lenient: bool) -> Result<TraceReader, Stop> {
    let reader = if lenient {
        TraceReader::open_lenient(files)
    } else {
        TraceReader::open(files)
    };
    reader.map_err(|error| match error {
        TraceError::Broken { .. } => Stop::new(format!("{error} (`--lenient`)")),
        TraceError::Foreign { file } => Stop::new(format!(
            "`{file}` is not a recording; `play` and `suggest` read logs and tables as they are, and \
             `breaker-rehearse convert {file} -o calls.trace` makes a recording"
        )),
        other => other.into(),
    })
}

/// Returns the breaker whose calls are read.
fn breaker_of(reader: &TraceReader, asked: Option<&String>) -> Result<String, Stop> {
    let breakers = &reader.info().breakers;
    let names: Vec<_> = breakers.iter().map(|it| it.name.as_str()).collect();
    match (asked, names.as_slice()) {
        (_, []) => Err(TraceError::Empty.into()),
        (Some(asked), names) if names.contains(&asked.as_str()) => Ok(asked.clone()),
        (Some(asked), names) => {
            let meant = nearest(asked, names);
            Err(Stop::new(format!(
                "the recording has no calls of `{asked}`, but of {}; if these are the same calls, add \
                 `--trace-breaker {meant}`",
                names.join(", ")
            )))
        }
        (None, [only]) => Ok((*only).to_owned()),
        (None, several) => Err(Stop::new(format!(
            "the recording has calls of several breakers; choose one with `--breaker`: {}",
            several.join(", ")
        ))),
    }
}

/// Returns the name that is most like another one.
fn nearest<'a>(asked: &str, names: &[&'a str]) -> &'a str {
    let likeness = |name: &str| strsim::jaro_winkler(asked, name);
    let best = names
        .iter()
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
    best.copied().unwrap_or("NAME")
}

/// Returns whether a file is a recording. A folder means the recordings in it.
///
/// A pipe can be read only once, so it is taken for a text.
fn is_trace(path: &Path) -> Result<bool, Stop> {
    if path.as_os_str() == "-" {
        return Ok(false);
    }
    let cannot = |error| Stop::of_file(&path.display().to_string(), &error);
    let kind = path.metadata().map_err(cannot)?;
    if kind.is_dir() || path.extension().is_some_and(|it| it == "trace") {
        return Ok(true);
    }
    if !kind.is_file() {
        return Ok(false);
    }
    let mut start = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    file.take(16).read_to_end(&mut start).map_err(cannot)?;
    // A text does not contain the zeros of the version.
    Ok(start.starts_with(b"breakers") && start[8..].contains(&0))
}

/// Reads texts one after the other.
struct Texts<'a> {
    paths: std::slice::Iter<'a, PathBuf>,
    several: bool,
    options: &'a ImportOptions,
    progress: Progress,
    importer: Option<Importer<'a>>,
    stop: Option<Stop>,
    notes: Vec<String>,
    /// The rules for outcomes that decided nothing in any file.
    unused: Option<Vec<String>>,
    is_finished: bool,
}

impl<'a> Texts<'a> {
    fn new(paths: &'a [PathBuf], options: &'a ImportOptions, progress: Progress) -> Self {
        Self {
            paths: paths.iter(),
            several: paths.len() > 1,
            options,
            progress,
            importer: None,
            stop: None,
            notes: Vec::new(),
            unused: None,
            is_finished: false,
        }
    }

    /// Reads the next call; `None` at the end, and at an error, which it remembers.
    fn next_call(&mut self) -> Option<Call> {
        if self.stop.is_some() {
            return None;
        }
        loop {
            match self.importer.as_mut().and_then(Iterator::next) {
                Some(Ok(call)) => return Some(call),
                Some(Err(problem)) => {
                    let advice = "`--lenient` skips such lines and counts them";
                    let advice = problem
                        .line
                        .map_or(String::new(), |_| format!(" ({advice})"));
                    self.stop = Some(Stop::new(format!("{problem}{advice}")));
                    return None;
                }
                None => {}
            }
            self.note_unused_rules();
            let Some(path) = self.paths.next() else {
                // The last file may have been empty.
                let importer = self.importer.as_mut().filter(|_| !self.is_finished)?;
                self.is_finished = true;
                importer.finish();
                continue;
            };
            if let Err(stop) = self.open(path) {
                self.stop = Some(stop);
                return None;
            }
        }
    }

    /// Goes on with the next file. An empty file, as after a rotation, is not an error if there are others.
    fn open(&mut self, path: &Path) -> Result<(), Stop> {
        let name = path.display().to_string();
        let name = if name == "-" {
            "standard input".to_owned()
        } else {
            name
        };
        let failed = |error| Stop::of_file(&name, &error);
        let mut input = decoded(path, &self.progress).map_err(failed)?;
        if self.several && input.fill_buf().map_err(failed)?.is_empty() {
            self.notes.push(format!("{name} is empty"));
            return Ok(());
        }
        let importer = match self.importer.take() {
            Some(previous) => Importer::after(previous, input, &name, self.options)?,
            None => Importer::new(input, &name, self.options)?,
        };
        self.importer = Some(importer.with_successor());
        Ok(())
    }

    /// Keeps the rules that decided nothing in the file that ends, nor in those before it.
    fn note_unused_rules(&mut self) {
        let Some(importer) = &self.importer else {
            return;
        };
        let here: Vec<_> = importer.unused_rules().map(str::to_owned).collect();
        match &mut self.unused {
            Some(unused) => unused.retain(|it| here.contains(it)),
            None => self.unused = Some(here),
        }
    }
}

/// Opens a text, which may be compressed.
fn decoded(path: &Path, progress: &Progress) -> io::Result<Box<dyn BufRead>> {
    const BUFFER: usize = 1 << 18;
    let raw: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(progress.count(io::stdin()))
    } else {
        Box::new(progress.count(File::open(path)?))
    };
    let mut raw = BufReader::with_capacity(BUFFER, raw);
    if raw.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        let decoder = MultiGzDecoder::new(raw);
        return Ok(Box::new(BufReader::with_capacity(BUFFER, decoder)));
    }
    Ok(Box::new(raw))
}

/// Returns the size of all files, if all are files.
fn size_of(paths: &[PathBuf]) -> Option<u64> {
    let size = |path: &PathBuf| path.metadata().ok().filter(std::fs::Metadata::is_file);
    paths.iter().map(|path| Some(size(path)?.len())).sum()
}

fn counted<'a>(
    calls: impl Iterator<Item = Result<Call, TraceError>> + 'a,
    progress: Progress,
) -> impl Iterator<Item = Result<Call, TraceError>> + 'a {
    let mut read = 0;
    calls.inspect(move |_| {
        read += 1;
        if read % STEP == 0 {
            progress.advance(STEP);
        }
    })
}
