//! Watching a settings file.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::by_name::Registry;
use super::load::{LoadReport, read};
use crate::config::file::{ConfigProblems, Position};

/// The shortest interval between two looks at a file.
const SHORTEST: Duration = Duration::from_millis(10);

/// How long a change must last before it takes effect: an editor may be writing the file.
const SETTLE: Duration = Duration::from_millis(20);

/// A watched file, made by [`Registry::watch`]; dropping it ends the watch.
///
/// Dropping does not wait: a change that was found before may still take effect.
#[must_use = "the file is watched for as long as this is kept"]
pub struct ConfigWatch {
    path: PathBuf,
    /// Requests an immediate look and its acknowledgement. The thread ends when this sender is dropped.
    look: Sender<Sender<()>>,
    thread: ThreadId,
}

impl Registry {
    /// Loads a settings file, and loads it again whenever its contents have changed.
    ///
    /// A thread polls the file every `interval`, at least 10 ms. Polling also works where the system reports no
    /// changes, such as on network file systems and for mounted secrets. A change takes effect when two looks, 20 ms
    /// apart, have read the same contents. `on_load` receives the result of each load, the first one included, on that
    /// thread. A broken or missing file changes no settings, and neither does a file that contains no settings any more;
    /// `on_load` receives the problems once for each change. Replace the file by renaming a new one over it: a file that is rewritten in
    /// place may be read half written if the writer pauses.
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
        self.watch_contents(path.into(), interval, read, on_load)
    }

    /// Watches a file whose contents `read` returns.
    pub(super) fn watch_contents(
        &self,
        path: PathBuf,
        interval: Duration,
        mut read: impl FnMut(&Path) -> Result<String, ConfigProblems> + Send + 'static,
        on_load: impl Fn(Result<LoadReport, ConfigProblems>) + Send + 'static,
    ) -> Result<ConfigWatch, ConfigProblems> {
        let interval = interval.max(SHORTEST);
        let mut held = read(&path);
        let first = self.load_held(&held, &path)?;
        let (look, asked) = mpsc::channel::<Sender<()>>();
        let (registry, watched) = (self.clone(), path.clone());
        let watch = move || {
            // A callback that panics is still called for the next load.
            let report = |loaded| {
                let _ = panic::catch_unwind(AssertUnwindSafe(|| on_load(loaded)));
            };
            report(Ok(first));
            let mut requests = Vec::new();
            let mut seen = None;
            let mut had_settings = !is_empty(&held);
            loop {
                // A change must be read twice before it takes effect.
                let wait = if seen.is_some() { SETTLE } else { interval };
                match asked.recv_timeout(wait) {
                    Ok(request) => requests.push(request),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                let holds = read(&watched);
                if holds == held {
                    seen = None;
                } else if seen.as_ref() == Some(&holds) {
                    seen = None;
                    let loaded = if had_settings && is_empty(&holds) {
                        Err(became_empty(&watched))
                    } else {
                        had_settings |= holds.is_ok() && !is_empty(&holds);
                        registry.load_held(&holds, &watched)
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
        Ok(ConfigWatch { path, look, thread })
    }
}

/// Returns whether a file contains no settings, as after an editor truncated it: nothing but comments and the heads of
/// tables.
fn is_empty(holds: &Result<String, ConfigProblems>) -> bool {
    let is_blank = |line: &str| line.is_empty() || line.starts_with('#');
    let is_head = |line: &str| line.starts_with('[') && !line.contains('=');
    holds.as_ref().is_ok_and(|text| {
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text.lines().map(str::trim);
        lines.all(|line| is_blank(line) || is_head(line))
    })
}

fn became_empty(path: &Path) -> ConfigProblems {
    let position = Position::whole(&path.display().to_string());
    let problem = "the file contains no settings any more; the settings stay as they are (to remove all \
                   settings, load the file with `Registry::load`)";
    ConfigProblems::new(vec![position.problem(problem)])
}

impl ConfigWatch {
    /// Looks at the file now, and returns when any change is in force.
    ///
    /// Called from the callback of the watch, it returns at once, and the file is read again at the next look.
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

    /// Returns the path of the watched file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for ConfigWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigWatch")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
