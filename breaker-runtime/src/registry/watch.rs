//! Watching files of settings.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::by_name::Registry;
use super::load_report::LoadReport;
use super::texts::{Texts, read};
use crate::config::file::{ConfigProblem, ConfigProblems, Position};
use crate::values::Attribution;

/// The shortest interval between two looks at a file.
const SHORTEST: Duration = Duration::from_millis(10);

/// How long a change must last before it takes effect: an editor may be writing the file.
const SETTLE: Duration = Duration::from_millis(20);

/// A watch over one or several files, made by [`Registry::watch`] or [`Registry::watch_files`]. Dropping it ends the
/// watch.
///
/// Dropping does not wait: a change that was found before may still take effect.
#[must_use = "the files are watched for as long as this is kept"]
pub struct ConfigWatch {
    paths: Vec<PathBuf>,
    /// Requests an immediate look and its acknowledgement. The thread ends when this sender is dropped.
    look: Sender<Sender<()>>,
    thread: ThreadId,
}

impl Registry {
    /// Loads a file of settings, and loads it again whenever its contents have changed.
    ///
    /// A thread polls the file every `interval`, at least 10 ms. Polling also works where the system reports no
    /// changes, such as on network file systems and for mounted secrets. A change takes effect after the same contents
    /// have been read twice, 20 ms apart. Replace the file by renaming a new one over it: a file that is rewritten in
    /// place may be read half written if the writer pauses.
    ///
    /// `on_load` receives the result of each load, including the first one, on the thread of the watch. A broken or
    /// missing file changes no settings, and neither does a file that no longer contains any settings; `on_load`
    /// receives the problems once for each change.
    ///
    /// # Errors
    ///
    /// The errors of [`load`](Self::load), if the file is invalid now. The file is not watched then, and `on_load` is
    /// not called.
    ///
    /// # Panics
    ///
    /// If the system cannot start a thread.
    pub fn watch(
        &self,
        path: impl Into<PathBuf>,
        interval: Duration,
        on_load: impl Fn(Result<LoadReport, ConfigProblems>) + Send + 'static,
    ) -> Result<ConfigWatch, ConfigProblems> {
        self.watch_files([path], interval, on_load)
    }

    /// Watches several files as [`watch`](Self::watch) does, and loads them as [`load_files`](Self::load_files) does.
    ///
    /// If one of the files changes, all are loaded again. A change takes effect after the same contents of all files
    /// have been read twice, 20 ms apart.
    ///
    /// # Errors
    ///
    /// The errors of [`load_files`](Self::load_files), if the files are invalid now. They are not watched then, and
    /// `on_load` is not called.
    ///
    /// # Panics
    ///
    /// If the system cannot start a thread.
    pub fn watch_files<P: Into<PathBuf>>(
        &self,
        paths: impl IntoIterator<Item = P>,
        interval: Duration,
        on_load: impl Fn(Result<LoadReport, ConfigProblems>) + Send + 'static,
    ) -> Result<ConfigWatch, ConfigProblems> {
        let paths = paths.into_iter().map(Into::into).collect();
        self.watch_contents(paths, interval, read, on_load)
    }

    /// Watches files whose contents `read` returns.
    pub(super) fn watch_contents(
        &self,
        paths: Vec<PathBuf>,
        interval: Duration,
        mut read: impl FnMut(&Path) -> Result<String, ConfigProblems> + Send + 'static,
        on_load: impl Fn(Result<LoadReport, ConfigProblems>) + Send + 'static,
    ) -> Result<ConfigWatch, ConfigProblems> {
        let interval = interval.max(SHORTEST);
        let mut held = Texts::read(&paths, &mut read);
        let first = self.load_held(&paths, &held, &Attribution::default())?;
        let (look, asked) = mpsc::channel::<Sender<()>>();
        let (registry, watched) = (self.clone(), paths.clone());
        let watch = move || {
            // A callback that panics is still called for the next load.
            let report = |loaded| {
                let _ = panic::catch_unwind(AssertUnwindSafe(|| on_load(loaded)));
            };
            report(Ok(first));
            let mut requests = Vec::new();
            let mut seen = None;
            let mut empty_before = empty(&held).unwrap_or_default();
            loop {
                // A change must be read twice before it takes effect.
                let wait = if seen.is_some() { SETTLE } else { interval };
                match asked.recv_timeout(wait) {
                    Ok(request) => requests.push(request),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                let holds = Texts::read(&watched, &mut read);
                if holds == held {
                    seen = None;
                } else if seen.as_ref() == Some(&holds) {
                    seen = None;
                    let empty = empty(&holds);
                    let emptied = empty
                        .iter()
                        .flatten()
                        .filter(|it| !empty_before.contains(it));
                    let emptied: Vec<_> = emptied.map(|path| became_empty(path)).collect();
                    let loaded = if emptied.is_empty() {
                        empty_before = empty.unwrap_or(empty_before);
                        let by = Attribution::because("a file has changed");
                        registry.load_held(&watched, &holds, &by)
                    } else {
                        registry.remember_load(&watched, Err(ConfigProblems::new(emptied)))
                    };
                    held = holds;
                    report(loaded);
                } else {
                    seen = Some(holds);
                }
                if seen.is_none() {
                    // Acknowledges the requests.
                    requests.clear();
                }
            }
        };
        let thread = thread::Builder::new().name("breaker-config".to_owned());
        let thread = thread.spawn(watch).expect("the system starts a thread");
        let thread = thread.thread().id();
        Ok(ConfigWatch {
            paths,
            look,
            thread,
        })
    }
}

/// Returns the files that contain no settings, if all could be read.
fn empty(holds: &Result<Texts, ConfigProblems>) -> Option<Vec<String>> {
    let texts = holds.as_ref().ok()?;
    Some(texts.empty().map(str::to_owned).collect())
}

fn became_empty(path: &str) -> ConfigProblem {
    Position::whole(path).problem(
        "the file contains no settings any more; the settings stay as they are (to remove all \
         settings, load the file with `Registry::load`)",
    )
}

impl ConfigWatch {
    /// Looks at the files now, and returns when any change is in force.
    ///
    /// Called from the callback of the watch, it returns at once, and the files are read again at the next look.
    pub fn check(&self) {
        if thread::current().id() == self.thread {
            return;
        }
        let (asking, answered) = mpsc::channel();
        if self.look.send(asking).is_ok() {
            // The thread drops its end after the look.
            let _ = answered.recv();
        }
    }

    /// Returns the paths of the watched files; later ones override earlier ones.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }
}

impl fmt::Debug for ConfigWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigWatch")
            .field("paths", &self.paths)
            .finish_non_exhaustive()
    }
}
