//! The recorder of a registry.

use std::fmt;
use std::io::Cursor;
use std::process;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::super::trace::TraceReader;
use super::error::RecorderError;
use super::memory::Memory;
use super::options::RecorderOptions;
use super::pump::{Command, Pump};
use super::segments::Segments;
use super::stats::{RecorderStats, SharedStats};
use crate::breaker::{Chosen, CircuitBreaker, Recording};
use crate::registry::Registry;
use crate::sync::Arc;

/// Records the calls of breakers, for rehearsals.
///
/// Each call is recorded with its start, its duration, its outcome, its hint and its key, and also the calls that the
/// breaker rejected. In shadow mode no call is rejected, so that the record knows how each would have ended.
///
/// Calls leave what happened in buffers of their threads, and a thread of the recorder writes it. No call ever waits for
/// the recorder. If calls come faster than it can write, or if the disk is full, it drops whole blocks of calls and
/// counts them, in the files and in [`stats`](Self::stats).
///
/// A recorder that is dropped writes what is left, and stops. Its buffers, 256 KiB for each thread that has made a recorded
/// call, stay with the registry. A forked child has no thread that writes, and records
/// nothing: start the recorder after the fork.
///
/// All instants are dated by one reading of the wall clock, when the recorder started. Later steps of that clock do not
/// change them.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::rehearsal::{CallOutcome, RecorderOptions};
/// use breaker_runtime::{Config, Registry};
///
/// let registry = Registry::new();
/// let recorder = RecorderOptions::new().in_memory(Duration::from_secs(600)).start(&registry)?;
///
/// let payment = registry.get_or_create("payment", Config::new())?;
/// let _ = payment.call(|| Ok::<_, ()>(1));
///
/// let mut trace = recorder.recent(Duration::from_secs(600)).expect("it keeps ten minutes");
/// let calls: Result<Vec<_>, _> = trace.calls("payment")?.collect();
/// assert_eq!(calls?[0].outcome(), CallOutcome::Success);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Recorder {
    registry: Registry,
    recording: Arc<Recording>,
    commands: Sender<Command>,
    stats: Arc<SharedStats>,
    thread: Option<JoinHandle<()>>,
    ended: bool,
    /// The process that has the thread, which a forked child has not.
    process: u32,
}

impl RecorderOptions {
    /// Begins to record the breakers of a registry, on a new thread.
    ///
    /// # Errors
    ///
    /// A [`RecorderError`] if the folder cannot be written, if there is neither a folder nor a span in memory, if a
    /// recorder of this registry runs already, or if the thread cannot be started.
    pub fn start(self, registry: &Registry) -> Result<Recorder, RecorderError> {
        Recorder::start(self, registry)
    }
}

impl Recorder {
    fn start(options: RecorderOptions, registry: &Registry) -> Result<Self, RecorderError> {
        if options.folder.is_none() && options.in_memory.is_none() {
            return Err(RecorderError::NoPlace);
        }
        let recording = Arc::clone(registry.recording());
        let chosen = if options.breakers.is_empty() {
            Chosen::All
        } else {
            Chosen::Named(options.breakers.clone())
        };
        if !recording.begin(chosen) {
            return Err(RecorderError::Running);
        }
        let (commands, asked) = mpsc::channel();
        let mut recorder = Self {
            registry: registry.clone(),
            recording,
            commands,
            stats: Arc::default(),
            thread: None,
            ended: false,
            process: process::id(),
        };
        // An error drops the recorder, which ends the recording.
        recorder.thread = Some(recorder.spawn(options, asked)?);
        each(registry, CircuitBreaker::record);
        Ok(recorder)
    }

    fn spawn(
        &self,
        options: RecorderOptions,
        asked: Receiver<Command>,
    ) -> Result<JoinHandle<()>, RecorderError> {
        let segments = options.folder.map(|folder| {
            Segments::begin(folder, options.file_size, options.file_age, options.files)
        });
        let segments = segments.transpose();
        let segments = segments.map_err(|(path, error)| RecorderError::Folder { path, error })?;
        let pump = Pump::new(
            Arc::clone(&self.recording),
            self.registry.time(),
            Arc::clone(&self.stats),
            segments,
            options.in_memory.map(Memory::new),
            options.flush_every,
        );
        let thread = thread::Builder::new().name("breaker-recorder".to_owned());
        let thread = thread.spawn(move || pump.run(asked));
        let thread = thread.map_err(RecorderError::Thread)?;
        self.recording.set_recorder(Some(thread.thread().clone()));
        if options.in_memory.is_some() {
            let (commands, handle) = (self.commands.clone(), thread.thread().clone());
            let own = self.process;
            let recent = move |span| {
                let is_here = own == process::id();
                is_here.then(|| ask_recent(&commands, &handle, span))?
            };
            self.recording.set_recent(Some(Arc::new(recent)));
        }
        Ok(thread)
    }

    /// Returns what the recorder has done so far.
    pub fn stats(&self) -> RecorderStats {
        self.stats.read()
    }

    /// Waits until all calls that have ended are written.
    pub fn flush(&self) {
        if let Some(thread) = self
            .thread
            .as_ref()
            .filter(|_| self.process == process::id())
        {
            let (done, flushed) = mpsc::channel();
            let asked = self.commands.send(Command::Flush(done));
            thread.thread().unpark();
            // An error: the thread has panicked, and nobody answers.
            let _ = asked.map(|()| flushed.recv());
        }
    }

    /// Returns the calls of the last `span` as a trace, or `None` if the recorder keeps none in memory.
    ///
    /// The trace has all calls that ended within the span, as far as the recorder keeps them, and a few earlier ones.
    pub fn recent(&self, span: Duration) -> Option<TraceReader> {
        Self::recent_of(&self.registry, span)
    }

    /// Returns the calls of the last `span` in a registry whose recorder keeps them, as [`recent`](Self::recent) does, for
    /// code that does not hold the recorder.
    pub fn recent_of(registry: &Registry, span: Duration) -> Option<TraceReader> {
        let recent = registry.recording().recent()?;
        let trace = recent(span)?;
        TraceReader::of("memory", Cursor::new(trace)).ok()
    }

    /// Writes what is left, and stops.
    pub fn stop(mut self) -> RecorderStats {
        self.end();
        self.stats()
    }

    fn end(&mut self) {
        // First, so that breakers that are made from now on are not recorded.
        self.recording.close();
        self.recording.set_recent(None);
        each(&self.registry, CircuitBreaker::end_record);
        let thread = self.thread.take();
        if let Some(thread) = thread.filter(|_| self.process == process::id()) {
            let _ = self.commands.send(Command::Stop);
            thread.thread().unpark();
            // An error: it has panicked.
            let _ = thread.join();
        }
        self.recording.end();
        self.ended = true;
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if !self.ended {
            self.end();
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// Calls `act` with each breaker, also with keys that have been idle.
fn each(registry: &Registry, act: fn(&CircuitBreaker)) {
    for breaker in registry.by_name() {
        act(&breaker);
        breaker.for_each_key(act);
    }
}

fn ask_recent(
    commands: &Sender<Command>,
    thread: &thread::Thread,
    span: Duration,
) -> Option<Vec<u8>> {
    let (answer, answered) = mpsc::channel();
    commands.send(Command::Recent(span, answer)).ok()?;
    thread.unpark();
    answered.recv().ok().flatten()
}
