//! The files of a trace, of which a few are open at a time.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::super::error::TraceError;

/// The extension of the files of a recorder.
pub(in super::super) const EXTENSION: &str = "trace";
/// The number of files that are open at most.
const OPEN: usize = 8;

/// Something to read a trace from.
pub(super) trait Input: Read + Seek + Send {}

impl<T: Read + Seek + Send> Input for T {}

/// One file, or something that is read like one.
pub(super) struct TraceFile {
    pub(super) label: String,
    input: Option<Box<dyn Input>>,
    path: Option<PathBuf>,
    /// When it was last used.
    used: u64,
}

/// The files of a trace, in order.
pub(super) struct TraceFiles {
    files: Vec<TraceFile>,
    uses: u64,
}

impl TraceFiles {
    /// Lists the files; a folder means the files of a recorder in it.
    pub(super) fn of_paths<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
    ) -> Result<Self, TraceError> {
        let mut files = Vec::new();
        for path in paths {
            let path = path.as_ref();
            if path.is_dir() {
                let listed = list(path).map_err(|error| TraceError::io(label(path), error))?;
                files.extend(listed);
            } else {
                files.push(path.to_owned());
            }
        }
        let files = files.into_iter().map(|path| TraceFile {
            label: label(&path),
            input: None,
            path: Some(path),
            used: 0,
        });
        Ok(Self {
            files: files.collect(),
            uses: 0,
        })
    }

    pub(super) fn of_input(label: String, input: Box<dyn Input>) -> Self {
        let file = TraceFile {
            label,
            input: Some(input),
            path: None,
            used: 0,
        };
        Self {
            files: vec![file],
            uses: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn label(&self, nth: usize) -> String {
        self.files
            .get(nth)
            .map_or_else(String::new, |it| it.label.clone())
    }

    /// Returns the size of a file.
    pub(super) fn size(&mut self, nth: usize) -> Result<u64, TraceError> {
        self.with(nth, |input| input.seek(SeekFrom::End(0)))
    }

    /// Fills `bytes` from an offset of a file.
    pub(super) fn read(
        &mut self,
        nth: usize,
        offset: u64,
        bytes: &mut [u8],
    ) -> Result<(), TraceError> {
        self.with(nth, |input| {
            input.seek(SeekFrom::Start(offset))?;
            input.read_exact(bytes)
        })
    }

    fn with<R>(
        &mut self,
        nth: usize,
        act: impl FnOnce(&mut dyn Input) -> io::Result<R>,
    ) -> Result<R, TraceError> {
        self.uses += 1;
        self.close_one(nth);
        let uses = self.uses;
        let Some(file) = self.files.get_mut(nth) else {
            return Err(TraceError::io(
                String::new(),
                io::ErrorKind::NotFound.into(),
            ));
        };
        file.used = uses;
        let done = file.open().and_then(act);
        done.map_err(|error| TraceError::io(file.label.clone(), error))
    }

    /// Closes the file that was not used for the longest time, if too many are open.
    fn close_one(&mut self, but: usize) {
        let open = self.files.iter_mut().enumerate();
        let open =
            open.filter(|(nth, file)| *nth != but && file.path.is_some() && file.input.is_some());
        let mut open: Vec<_> = open.map(|(_, file)| file).collect();
        if open.len() >= OPEN {
            if let Some(oldest) = open.iter_mut().min_by_key(|file| file.used) {
                oldest.input = None;
            }
        }
    }
}

impl TraceFile {
    fn open(&mut self) -> io::Result<&mut dyn Input> {
        if let (None, Some(path)) = (&self.input, &self.path) {
            self.input = Some(Box::new(File::open(path)?));
        }
        match &mut self.input {
            Some(input) => Ok(&mut **input),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

fn label(path: &Path) -> String {
    path.display().to_string()
}

/// Returns the files of a recorder in a folder, the oldest first.
pub(in super::super) fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == EXTENSION) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
