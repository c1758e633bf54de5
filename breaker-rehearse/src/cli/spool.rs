//! Inputs that are read several times. Texts become a recording in the folder for temporary files first.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{env, fs, io, mem, process, thread, vec};

use breaker_runtime::rehearsal::{Call, TraceError, TraceReader};

use super::args::InputArguments;
use super::input::{Input, Stretch};
use super::notes::{Notes, notes_of};
use super::record::record;
use super::stop::Stop;

/// The number of calls in a block, and of blocks that wait.
const BLOCK: usize = 8_192;
const WAITING: usize = 4;

/// `None` after the last block.
type Block = Result<Option<Vec<Call>>, TraceError>;

/// An input that can be read several times.
pub(super) struct Spool {
    files: Vec<PathBuf>,
    /// The name of the breaker for what is printed.
    pub(super) breaker: String,
    /// Its name in the recording.
    in_trace: String,
    lenient: bool,
    stretch: Stretch,
    /// The folder of the recording, which is removed at the end.
    folder: Option<PathBuf>,
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // If a temporary file cannot be removed, nothing can be done about it.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Spool {
    pub(super) fn of(arguments: &InputArguments) -> Result<(Self, Notes), Stop> {
        let mut spool = Self {
            files: arguments.files.clone(),
            breaker: String::new(),
            in_trace: String::new(),
            lenient: arguments.lenient,
            stretch: arguments.stretch(),
            folder: None,
        };
        let mut input = Input::open(arguments)?;
        spool.breaker = input.breaker(arguments)?;
        spool.in_trace.clone_from(&spool.breaker);
        if let Input::Trace(reader, breaker) = &input {
            spool.in_trace.clone_from(breaker);
            return Ok((spool, notes_of(reader.info())));
        }
        let folder = own_folder()?;
        spool.folder = Some(folder.clone());
        spool.files = vec![folder.join("calls.trace")];
        spool.stretch = Stretch::default();
        let (_, notes) = record(
            &mut input,
            &arguments.stretch(),
            &spool.breaker,
            &spool.files[0],
        )?;
        Ok((spool, notes))
    }

    /// Begins to read on another thread.
    pub(super) fn calls(&self) -> SpooledCalls {
        let (sender, blocks) = sync_channel(WAITING);
        let (files, breaker) = (self.files.clone(), self.in_trace.clone());
        let (lenient, stretch) = (self.lenient, self.stretch);
        thread::spawn(move || {
            if let Err(error) = send(&files, &breaker, lenient, stretch, &sender) {
                // Nobody waits for it if the receiver is gone.
                let _ = sender.send(Err(error));
            }
        });
        SpooledCalls {
            blocks,
            block: Vec::new().into_iter(),
            is_done: false,
            file: self.files[0].display().to_string(),
        }
    }
}

/// Makes a folder that nobody else can read, in the folder for temporary files.
fn own_folder() -> Result<PathBuf, Stop> {
    // Containers have few process ids, and a folder stays if its process is killed.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(process::id());
    let folder = env::temp_dir().join(format!("breaker-rehearse-{:016x}", hasher.finish()));
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(&folder);
    made.map_err(|error| Stop::of_file(&folder.display().to_string(), &error))?;
    Ok(folder)
}

/// Sends the calls in blocks, until the receiver is gone.
fn send(
    files: &[PathBuf],
    breaker: &str,
    lenient: bool,
    stretch: Stretch,
    sender: &SyncSender<Block>,
) -> Result<(), TraceError> {
    let mut reader = if lenient {
        TraceReader::open_lenient(files)?
    } else {
        TraceReader::open(files)?
    };
    let mut block = Vec::with_capacity(BLOCK);
    for call in stretch.cut(reader.calls(breaker)?) {
        block.push(call?);
        if block.len() == BLOCK {
            let full = mem::replace(&mut block, Vec::with_capacity(BLOCK));
            if sender.send(Ok(Some(full))).is_err() {
                return Ok(());
            }
        }
    }
    // Nobody waits for these if the receiver is gone.
    let _ = sender.send(Ok(Some(block)));
    let _ = sender.send(Ok(None));
    Ok(())
}

/// The calls of a spool.
pub(super) struct SpooledCalls {
    blocks: Receiver<Block>,
    block: vec::IntoIter<Call>,
    is_done: bool,
    file: String,
}

impl Iterator for SpooledCalls {
    type Item = Result<Call, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(call) = self.block.next() {
                return Some(Ok(call));
            }
            match self.blocks.recv() {
                Ok(Ok(Some(block))) => self.block = block.into_iter(),
                Ok(Ok(None)) => {
                    self.is_done = true;
                    return None;
                }
                Ok(Err(error)) => {
                    self.is_done = true;
                    return Some(Err(error));
                }
                Err(_) if self.is_done => return None,
                Err(_) => {
                    self.is_done = true;
                    return Some(Err(TraceError::Io {
                        file: self.file.clone(),
                        error: io::Error::other("the thread that reads it ended early"),
                    }));
                }
            }
        }
    }
}
