//! Writes a trace.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use super::super::call::Call;
use super::block::{Dropped, LONGEST_NAME, Owner, Row};
use super::format::file_head;
use super::pending::Pending;

/// The number of breakers and keys that a writer remembers; it writes its blocks before it forgets them.
const MOST_SOURCES: usize = 1 << 16;

/// Writes calls as a trace, the form in which a [`Recorder`](super::super::Recorder) writes them.
///
/// The calls may come in any order, but a reader of the trace keeps in memory what is out of order. It takes a few bytes
/// for each call, and memory for a few thousand calls.
///
/// # Examples
///
/// ```
/// use std::io::Cursor;
/// use std::time::{Duration, SystemTime};
/// use breaker_runtime::rehearsal::{Call, CallOutcome, TraceReader, TraceWriter};
///
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
/// let call = Call::new(noon, Duration::from_millis(20), CallOutcome::Success);
///
/// let mut writer = TraceWriter::new(Vec::new())?;
/// writer.push("payment", &call)?;
/// let trace = writer.finish()?;
///
/// let mut reader = TraceReader::of("memory", Cursor::new(trace))?;
/// let calls: Result<Vec<_>, _> = reader.calls("payment")?.collect();
/// assert_eq!(calls?, [call]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TraceWriter<W: Write> {
    out: W,
    pending: Pending,
    /// The origin of the pending calls.
    origin: u64,
    sources: Vec<Source>,
    ids: foldhash::HashMap<Source, u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Source {
    name: Arc<str>,
    key: Option<Arc<str>>,
    call_timeout: Option<u64>,
}

impl TraceWriter<BufWriter<File>> {
    /// Makes a file, or replaces one.
    ///
    /// # Errors
    ///
    /// An error of the file system.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(BufWriter::new(File::create(path)?))
    }
}

impl<W: Write> TraceWriter<W> {
    /// Begins a trace. A block of calls is one write, so `out` needs no buffer.
    ///
    /// # Errors
    ///
    /// An error of `out`.
    pub fn new(mut out: W) -> io::Result<Self> {
        out.write_all(&file_head())?;
        Ok(Self {
            out,
            pending: Pending::default(),
            origin: 0,
            sources: Vec::new(),
            ids: foldhash::HashMap::default(),
        })
    }

    /// Adds a call of a breaker.
    ///
    /// # Errors
    ///
    /// An error of the output. [`InvalidInput`](io::ErrorKind::InvalidInput) for a name of more than 65,536 bytes; the call
    /// is not written then, and others can be.
    pub fn push(&mut self, breaker: &str, call: &Call) -> io::Result<()> {
        if breaker.len() > LONGEST_NAME {
            let problem = "a name of more than 65,536 bytes";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        if call.origin() != self.origin {
            self.write_all()?;
            self.origin = call.origin();
        }
        let row = Row {
            source: self.source(breaker, call)?,
            started: call.started_nanos(),
            took: call.took_nanos(),
            outcome: call.outcome(),
            hint: call.open_for_hint(),
            order: call.order(),
        };
        let length = || breaker.len() + call.key().map_or(0, str::len);
        match self.pending.push(row, length) {
            Some(full) => self.write(full),
            None => Ok(()),
        }
    }

    /// Writes the calls that are left, and returns the output.
    ///
    /// # Errors
    ///
    /// An error of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_all()?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn source(&mut self, name: &str, call: &Call) -> io::Result<u64> {
        let (key, call_timeout) = (call.shared_key(), call.call_timeout());
        let last = self.sources.last();
        let repeated = last.is_some_and(|last| {
            &*last.name == name && last.key.as_ref() == key && last.call_timeout == call_timeout
        });
        if repeated && self.sources.len() == 1 {
            return Ok(0);
        }
        let source = Source {
            name: name.into(),
            key: key.cloned(),
            call_timeout,
        };
        if let Some(id) = self.ids.get(&source) {
            return Ok(*id);
        }
        if self.sources.len() >= MOST_SOURCES {
            self.write_all()?;
            self.sources.clear();
            self.ids.clear();
        }
        let id = self.sources.len() as u64;
        self.sources.push(source.clone());
        self.ids.insert(source, id);
        Ok(id)
    }

    fn write_all(&mut self) -> io::Result<()> {
        while let Some(group) = self.pending.any() {
            self.write(group)?;
        }
        Ok(())
    }

    fn write(&mut self, full: super::pending::Full) -> io::Result<()> {
        let sources = &self.sources;
        let block = self
            .pending
            .take(full, Dropped::default(), self.origin, |id| {
                let source = usize::try_from(id).ok().and_then(|id| sources.get(id));
                source.map_or_else(Owner::default, |it| Owner {
                    name: &it.name,
                    key: it.key.as_deref(),
                    call_timeout: it.call_timeout,
                })
            });
        self.out.write_all(&block)
    }
}

impl<W: Write> fmt::Debug for TraceWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceWriter").finish_non_exhaustive()
    }
}
