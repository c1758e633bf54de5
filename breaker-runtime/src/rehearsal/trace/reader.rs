//! Reads a trace.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

use super::super::call::Call;
use super::super::error::TraceError;
use super::files::TraceFiles;
use super::info::TraceInfo;
use super::scan::{Scanned, bit, read_block, scan};

/// Reads a trace: one file, or several that together are one, such as those that a recorder rotates.
///
/// It reads the files once at the beginning and checks them, and once more for each iteration over the calls. Meanwhile
/// it keeps about as many calls in memory as were in flight at once, and 32 bytes for each block.
///
/// # Examples
///
/// ```no_run
/// use breaker_runtime::rehearsal::TraceReader;
///
/// let mut trace = TraceReader::open(["/var/lib/shop/traces"])?;
/// println!("{} calls", trace.info().calls);
/// for call in trace.calls("payment")? {
///     let call = call?;
///     println!("{:?} {} {:?}", call.started(), call.outcome(), call.took());
/// }
/// # Ok::<(), breaker_runtime::rehearsal::TraceError>(())
/// ```
pub struct TraceReader {
    files: TraceFiles,
    scanned: Scanned,
    lenient: bool,
}

impl TraceReader {
    /// Opens the files of a trace; a folder means the files `*.trace` in it.
    ///
    /// # Errors
    ///
    /// A [`TraceError`] that names the file and the block: for a file that cannot be read, is not a trace, is one of a newer
    /// version, or is damaged or cut off.
    pub fn open<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self, TraceError> {
        Self::over(TraceFiles::of_paths(paths)?, false)
    }

    /// Opens the files of a trace as [`open`](Self::open) does, but skips what is damaged, and counts it.
    ///
    /// # Errors
    ///
    /// A [`TraceError`] for a file that cannot be read, is not a trace, or is one of a newer version.
    pub fn open_lenient<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
    ) -> Result<Self, TraceError> {
        Self::over(TraceFiles::of_paths(paths)?, true)
    }

    /// Reads a trace from something else than a file, which errors call `label`.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn of(
        label: impl Into<String>,
        input: impl Read + Seek + Send + 'static,
    ) -> Result<Self, TraceError> {
        Self::over(TraceFiles::of_input(label.into(), Box::new(input)), false)
    }

    /// Reads a trace from something else than a file, and skips what is damaged.
    ///
    /// # Errors
    ///
    /// As for [`open_lenient`](Self::open_lenient).
    pub fn of_lenient(
        label: impl Into<String>,
        input: impl Read + Seek + Send + 'static,
    ) -> Result<Self, TraceError> {
        Self::over(TraceFiles::of_input(label.into(), Box::new(input)), true)
    }

    fn over(mut files: TraceFiles, lenient: bool) -> Result<Self, TraceError> {
        let scanned = scan(&mut files, lenient)?;
        Ok(Self {
            files,
            scanned,
            lenient,
        })
    }

    /// Returns what the trace contains.
    pub fn info(&self) -> &TraceInfo {
        &self.scanned.info
    }

    /// Reads the calls of a breaker, of all its keys, in order of start.
    ///
    /// # Errors
    ///
    /// [`TraceError::UnknownBreaker`] if the trace has no call of this breaker.
    pub fn calls(&mut self, breaker: &str) -> Result<Calls<'_>, TraceError> {
        let breakers = &self.scanned.info.breakers;
        if !breakers.iter().any(|it| it.name == breaker) {
            return Err(TraceError::UnknownBreaker {
                name: breaker.to_owned(),
                known: breakers.iter().map(|it| it.name.clone()).collect(),
            });
        }
        Ok(Calls {
            breaker: breaker.to_owned(),
            next: 0,
            waiting: BinaryHeap::new(),
            reader: self,
        })
    }
}

impl fmt::Debug for TraceReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceReader")
            .field("info", self.info())
            .finish_non_exhaustive()
    }
}

/// The calls of a breaker in a trace, in order of start.
pub struct Calls<'a> {
    reader: &'a mut TraceReader,
    breaker: String,
    /// The block to read next.
    next: usize,
    waiting: BinaryHeap<Reverse<Waiting>>,
}

impl Calls<'_> {
    /// Returns the number of calls that were read before they are due.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Reads the next block.
    fn read(&mut self) -> Result<(), TraceError> {
        let nth = self.next;
        self.next += 1;
        let Some(place) = self.reader.scanned.places.get(nth).copied() else {
            return Ok(());
        };
        if place.names & bit(&self.breaker) == 0 {
            return Ok(());
        }
        let file = place.file as usize;
        let files = &mut self.reader.files;
        let size = files.size(file)?;
        let read = read_block(files, file, place.offset, size)?;
        let taken = read.and_then(|(head, table, calls)| {
            let mut at = 0;
            let mut taken = Vec::with_capacity(head.calls as usize);
            table.calls(&calls, &head, |entry, call| {
                at += 1;
                if *entry.name == *self.breaker {
                    let call = match &entry.key {
                        Some(key) => call.with_key(Arc::clone(key)),
                        None => call,
                    };
                    taken.push(Reverse(Waiting {
                        block: nth,
                        at,
                        call,
                    }));
                }
            })?;
            Ok(taken)
        });
        match taken {
            Ok(taken) => self.waiting.extend(taken),
            Err(_) if self.reader.lenient => self.reader.scanned.info.broken_blocks += 1,
            Err(what) => {
                let label = self.reader.files.label(file);
                return Err(TraceError::broken(label, place.block, place.offset, what));
            }
        }
        Ok(())
    }
}

impl Iterator for Calls<'_> {
    type Item = Result<Call, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(place) = self.reader.scanned.places.get(self.next) {
            let first = self.waiting.peek();
            if first.is_some_and(|Reverse(first)| first.call.started_nanos() < place.first_start) {
                break;
            }
            if let Err(error) = self.read() {
                // Nothing follows it.
                self.next = usize::MAX;
                self.waiting.clear();
                return Some(Err(error));
            }
        }
        let Reverse(first) = self.waiting.pop()?;
        Some(Ok(first.call))
    }
}

impl fmt::Debug for Calls<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls")
            .field("breaker", &self.breaker)
            .finish_non_exhaustive()
    }
}

/// A call that was read before it was due, with its place in the trace.
struct Waiting {
    block: usize,
    at: u32,
    call: Call,
}

impl Waiting {
    fn rank(&self) -> (u64, u64, usize, u32) {
        let order = self.call.order().map_or(0, |order| order.start);
        (self.call.started_nanos(), order, self.block, self.at)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}
