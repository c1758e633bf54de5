//! Watching a file of settings.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::by_name::Registry;
use super::load::{LoadReport, read};
use crate::config::file::ConfigProblems;

/// The shortest interval between two looks at a file.
const SHORTEST: Duration = Duration::from_millis(10);

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
    /// Loads a file of settings, and loads it again whenever its contents have changed.
    ///
    /// A thread polls the file every `interval`, at least 10 ms. Polling also works where the system reports no
    /// changes, such as on network file systems and for mounted secrets. `on_load` receives the result of each
    /// load after the first. A broken or missing file changes no settings; `on_load` receives the problems once for
    /// each change. Replace the file by renaming a new one over it: a file that is rewritten in place may be read
    /// half written.
    ///
    /// # Errors
    ///
    /// The errors of [`load`](Self::load), if the file is invalid now. The file is not watched then.
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
        let path = path.into();
        let interval = interval.max(SHORTEST);
        let mut held = read(&path);
        self.load_held(&held, &path)?;
        let (look, asked) = mpsc::channel::<Sender<()>>();
        let (registry, watched) = (self.clone(), path.clone());
        let watch = move || {
            loop {
                let asked = match asked.recv_timeout(interval) {
                    Ok(asked) => Some(asked),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                let holds = read(&watched);
                if holds != held {
                    held = holds;
                    let loaded = registry.load_held(&held, &watched);
                    // A callback that panics is still called for the next load.
                    let _ = panic::catch_unwind(AssertUnwindSafe(|| on_load(loaded)));
                }
                // Acknowledges the request.
                drop(asked);
            }
        };
        let thread = thread::Builder::new().name("breaker-config".to_owned());
        let thread = thread.spawn(watch).expect("the system starts a thread");
        let thread = thread.thread().id();
        Ok(ConfigWatch { path, look, thread })
    }
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

    /// Returns the file that is watched.
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
