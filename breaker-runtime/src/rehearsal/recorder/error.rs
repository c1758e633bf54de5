//! Why calls cannot be recorded.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// The reason why a recorder cannot be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecorderError {
    /// The options name no place to record to.
    #[error("there is no place to record to: set `folder` or `in_memory`")]
    NoPlace,
    /// The folder cannot be made, or no file can be made in it.
    #[error("cannot write to `{}`: {error}", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// The error of the file system.
        #[source]
        error: io::Error,
    },
    /// A recorder of the registry runs already.
    #[error("a recorder of this registry runs already: stop it first")]
    Running,
    /// The system started no thread.
    #[error("cannot start the thread of the recorder: {0}")]
    Thread(#[source] io::Error),
}
