//! A file of settings that is read again when it has changed.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::configured::read;
use super::{LoadReport, Registry};
use crate::config::file::ConfigProblems;

/// How often a file is looked at, at most.
const SHORTEST: Duration = Duration::from_millis(10);

/// The way back from [`Registry::watch`]: the file is watched until this is dropped.
///
/// Dropping it waits for nobody: a change that was found before may still be put in force.
#[must_use = "the file is watched for as long as this is kept"]
pub struct ConfigWatch {
    path: PathBuf,
    /// Asks the thread to look at once, and to say when it has; the thread ends when this is gone.
    look: Sender<Sender<()>>,
    thread: ThreadId,
}

impl Registry {
    /// Loads a file of settings, and loads it again whenever it has changed.
    ///
    /// A thread compares the file with what it held, `every` so often, and no more often than each 10
    /// ms: this works where the system tells nothing of changes, on a network or for a mounted secret.
    /// `told` hears what came of each change. A file that is broken or gone changes nothing: all goes
    /// on as it was, and `told` hears what is wrong, once for each change. Put a new file in the place
    /// of the old one rather than to write into it, which may be read when it is half written.
    ///
    /// # Errors
    ///
    /// Those of [`load`](Self::load) if the file is wrong now; nothing is watched then.
    ///
    /// # Panics
    ///
    /// If the system makes no thread.
    pub fn watch(
        &self,
        path: impl Into<PathBuf>,
        every: Duration,
        told: impl Fn(Result<LoadReport, ConfigProblems>) + Send + 'static,
    ) -> Result<ConfigWatch, ConfigProblems> {
        let path = path.into();
        let every = every.max(SHORTEST);
        let mut held = read(&path);
        self.load_held(&held, &path)?;
        let (look, asked) = mpsc::channel::<Sender<()>>();
        let (registry, watched) = (self.clone(), path.clone());
        let watch = move || {
            loop {
                let asked = match asked.recv_timeout(every) {
                    Ok(asked) => Some(asked),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                };
                let holds = read(&watched);
                if holds != held {
                    held = holds;
                    let loaded = registry.load_held(&held, &watched);
                    // One who panics goes on being told.
                    let _ = panic::catch_unwind(AssertUnwindSafe(|| told(loaded)));
                }
                // Whoever asked may not wait any more.
                drop(asked);
            }
        };
        let thread = thread::Builder::new().name("breaker-config".to_owned());
        let thread = thread.spawn(watch).expect("the system makes a thread");
        let thread = thread.thread().id();
        Ok(ConfigWatch { path, look, thread })
    }
}

impl ConfigWatch {
    /// Looks at the file now, and returns when what has changed is in force.
    ///
    /// Whoever is told of a change, and calls this before returning, is not waited for: the file is
    /// looked at again the next time.
    pub fn check(&self) {
        if thread::current().id() == self.thread {
            return;
        }
        let (asking, answered) = mpsc::channel();
        if self.look.send(asking).is_ok() {
            // The thread drops its end when it has looked.
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
