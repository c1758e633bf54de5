//! What to record, and where.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// What a [`Recorder`](super::Recorder) records, and where it keeps that.
///
/// By default it records all breakers, in files of at most 64 MiB and one hour, of which the latest 168 are kept, and it
/// keeps nothing in memory. A file needs a few bytes for each call.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::Registry;
/// use breaker_runtime::rehearsal::RecorderOptions;
///
/// let recorder = RecorderOptions::new()
///     .breaker("payment")
///     .in_memory(Duration::from_secs(600))
///     .start(&Registry::new())?;
/// assert_eq!(recorder.stats().calls, 0);
/// # Ok::<(), breaker_runtime::rehearsal::RecorderError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RecorderOptions {
    pub(super) breakers: BTreeSet<String>,
    pub(super) folder: Option<PathBuf>,
    pub(super) file_size: u64,
    pub(super) file_age: Duration,
    pub(super) files: usize,
    pub(super) in_memory: Option<Duration>,
    pub(super) flush_every: Duration,
}

impl RecorderOptions {
    /// Makes the default options. At least [`folder`](Self::folder) or [`in_memory`](Self::in_memory) has to be added.
    pub fn new() -> Self {
        Self {
            breakers: BTreeSet::new(),
            folder: None,
            file_size: 64 << 20,
            file_age: Duration::from_secs(3600),
            files: 168,
            in_memory: None,
            flush_every: Duration::from_secs(1),
        }
    }

    /// Adds a breaker to those that are recorded: it with all its keys, now or as soon as it is made.
    ///
    /// Without this, all breakers of the registry are recorded.
    pub fn breaker(mut self, name: impl Into<String>) -> Self {
        self.breakers.insert(name.into());
        self
    }

    /// Writes files into this folder, which is made if it does not exist.
    ///
    /// The files are named `breaker-<seconds since 1970>-<number>.trace`. No other files are touched. Use one folder for each
    /// process: the oldest files of such names are deleted, whoever wrote them. While the recorder runs, the last block of
    /// the last file may be incomplete; a lenient reader skips it.
    pub fn folder(self, folder: impl Into<PathBuf>) -> Self {
        let folder = Some(folder.into());
        Self { folder, ..self }
    }

    /// Sets from which size in bytes a new file is begun.
    pub fn file_size(self, file_size: u64) -> Self {
        Self { file_size, ..self }
    }

    /// Sets from which age a new file is begun.
    pub fn file_age(self, file_age: Duration) -> Self {
        Self { file_age, ..self }
    }

    /// Sets how many files are kept in the folder, at least one; the oldest are deleted first.
    pub fn files(self, files: usize) -> Self {
        let files = files.max(1);
        Self { files, ..self }
    }

    /// Keeps the calls of the last `span` in memory too, for [`Recorder::recent`](super::Recorder::recent); at most 64 MiB.
    pub fn in_memory(self, span: Duration) -> Self {
        let in_memory = Some(span);
        Self { in_memory, ..self }
    }

    /// Sets how often calls are written whose block is not full. The default is one second.
    ///
    /// If the process dies, the calls since then are lost. Shorter intervals make larger files. More than a minute counts as
    /// a minute.
    pub fn flush_every(self, flush_every: Duration) -> Self {
        let flush_every = flush_every.min(Duration::from_secs(60));
        Self {
            flush_every,
            ..self
        }
    }
}

impl Default for RecorderOptions {
    fn default() -> Self {
        Self::new()
    }
}
