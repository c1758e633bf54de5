//! The files of a recorder, which are rotated by size and by age.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::super::trace::files::{EXTENSION, list};
use super::super::trace::format::file_head;

/// The beginning of the names of all files.
const PREFIX: &str = "breaker-";
/// How long to wait after an error.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a file of another recorder was not written before it may be deleted.
const IDLE: Duration = Duration::from_secs(3600);

/// The files of a folder, of which the last is being written.
#[derive(Debug)]
pub(super) struct Segments {
    folder: PathBuf,
    file_size: u64,
    file_age: Duration,
    files: usize,
    current: Option<Segment>,
    /// The number of files that were begun.
    pub(super) begun: u64,
    /// The number in the name of the next file.
    number: u64,
    /// The files of this recorder.
    own: HashSet<PathBuf>,
    /// When the last error was.
    failed: Option<Instant>,
}

#[derive(Debug)]
struct Segment {
    file: File,
    path: PathBuf,
    size: u64,
    begun: Instant,
}

impl Segments {
    /// Makes the folder and the first file.
    pub(super) fn begin(
        folder: PathBuf,
        file_size: u64,
        file_age: Duration,
        files: usize,
    ) -> Result<Self, (PathBuf, io::Error)> {
        let mut segments = Self {
            folder,
            file_size,
            file_age,
            files,
            current: None,
            begun: 0,
            number: 0,
            own: HashSet::new(),
            failed: None,
        };
        let made = fs::create_dir_all(&segments.folder);
        made.map_err(|error| (segments.folder.clone(), error))?;
        segments.next()?;
        Ok(segments)
    }

    /// Writes a block; an error names the file.
    ///
    /// For a while after an error, it returns `None` and writes nothing. A block that was not written as a whole is removed.
    pub(super) fn write(&mut self, block: &[u8]) -> Option<Result<(), (PathBuf, io::Error)>> {
        if self.failed.is_some_and(|failed| failed.elapsed() < PAUSE) {
            return None;
        }
        let written = self.try_write(block);
        self.failed = written.is_err().then(Instant::now);
        Some(written)
    }

    fn try_write(&mut self, block: &[u8]) -> Result<(), (PathBuf, io::Error)> {
        let is_due = self.current.as_ref().is_none_or(|current| {
            let is_full = current.size >= self.file_size;
            let has_blocks = current.size > file_head().len() as u64;
            has_blocks && (is_full || current.begun.elapsed() >= self.file_age)
        });
        if is_due {
            self.next()?;
        }
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        if let Err(error) = current.file.write_all(block) {
            let path = current.path.clone();
            if current.file.set_len(current.size).is_err() {
                // A lenient reader skips what was written of the block.
                self.current = None;
            }
            return Err((path, error));
        }
        let is_first = current.size == file_head().len() as u64;
        current.size += block.len() as u64;
        if is_first {
            // Not earlier: a file that stays empty must not replace a full one.
            self.delete_oldest();
        }
        Ok(())
    }

    /// Begins a file.
    fn next(&mut self) -> Result<(), (PathBuf, io::Error)> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let seconds = now.map_or(0, |now| now.as_secs());
        self.current = None;
        loop {
            let name = format!("{PREFIX}{seconds:010}-{:06}.{EXTENSION}", self.number);
            let path = self.folder.join(name);
            self.number += 1;
            let mut file = match OpenOptions::new().append(true).create_new(true).open(&path) {
                Ok(file) => file,
                // Another process has made it.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err((path, error)),
            };
            let head = file_head();
            if let Err(error) = file.write_all(&head) {
                let _ = fs::remove_file(&path);
                return Err((path, error));
            }
            self.begun += 1;
            self.own.insert(path.clone());
            self.current = Some(Segment {
                file,
                path,
                size: head.len() as u64,
                begun: Instant::now(),
            });
            return Ok(());
        }
    }

    /// Deletes the oldest files beyond those to keep, as far as that is possible.
    fn delete_oldest(&mut self) {
        let Ok(mut files) = list(&self.folder) else {
            return;
        };
        files.retain(|path| is_of_recorder(path));
        // Not by name: the wall clock may have been set back.
        files.sort_by_cached_key(|path| (modified(path), path.clone()));
        let surplus = files.len().saturating_sub(self.files);
        for path in &files[..surplus] {
            let is_current = self.current.as_ref().is_some_and(|it| it.path == *path);
            let is_idle = || modified(path).elapsed().is_ok_and(|age| age >= IDLE);
            if !is_current && (self.own.remove(path) || is_idle()) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Returns when a file was last written.
fn modified(path: &Path) -> SystemTime {
    let modified = fs::metadata(path).and_then(|it| it.modified());
    modified.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Returns whether the name is one that recorders give: ten or more digits, and six or more.
fn is_of_recorder(path: &Path) -> bool {
    let name = path.file_stem().and_then(|it| it.to_str());
    let numbers = name.and_then(|name| name.strip_prefix(PREFIX)?.split_once('-'));
    let digits =
        |text: &str, least| text.len() >= least && text.bytes().all(|it| it.is_ascii_digit());
    numbers.is_some_and(|(seconds, number)| digits(seconds, 10) && digits(number, 6))
}
