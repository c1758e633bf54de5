//! The recorder: a sample of all breakers every five seconds, so that the past ten minutes are there when somebody
//! looks for the first time.
//!
//! A sample reads counters and changes nothing: it applies no transition, notifies no listener and holds no key. A
//! thread takes the samples. A request first takes the one that is due, so that the samples also follow a clock that
//! a test moves, and continue if the system starts no thread.
//!
//! Intervals have a fixed length. What was counted between two samples is spread evenly over this time: if a sample is
//! late, each of the intervals that have ended meanwhile gets its share.

mod interval;
mod latencies;
mod record;
mod reports;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};
use std::{fmt, io};

use foldhash::fast::RandomState;

use self::interval::{INTERVAL, Span};
use self::record::Record;
pub(super) use self::reports::{Rates, Recent, Series};
use crate::registry::Registry;
use crate::sync::{Arc, Mutex, Weak, lock};
use crate::time::{Tick, nanos};

/// The largest number of names that are recorded.
const MOST_NAMES: usize = 2000;

/// Records the counts of the breakers of a registry.
pub(super) struct Recorder {
    registry: Registry,
    /// No user code runs under this lock.
    records: Mutex<Records>,
    /// The thread ends when this is dropped.
    _stop: Sender<Infallible>,
}

impl Recorder {
    /// Records from now on, until the returned value and its clones are dropped.
    pub(super) fn start(registry: &Registry) -> Arc<Self> {
        let (recorder, stopped) = Self::new(registry);
        // Without a thread, requests take the samples.
        let _ = spawn(Arc::downgrade(&recorder), stopped);
        recorder
    }

    fn new(registry: &Registry) -> (Arc<Self>, Receiver<Infallible>) {
        let (stop, stopped) = mpsc::channel();
        let (now, wall) = (registry.now(), registry.wall_now());
        let mut records = Records {
            began: now,
            ended: 0,
            until: wall,
            sampled: now,
            sampled_wall: wall,
            of_names: HashMap::default(),
        };
        records.read(registry, now, None);
        let recorder = Self {
            registry: registry.clone(),
            records: Mutex::new(records),
            _stop: stop,
        };
        (Arc::new(recorder), stopped)
    }

    /// Takes the sample that is due, if there is one.
    pub(super) fn catch_up(&self) {
        // The clock may be user code.
        let (now, wall) = (self.registry.now(), self.registry.wall_now());
        lock(&self.records).sample(&self.registry, now, wall);
    }

    /// Returns how long the thread waits for the next sample.
    fn wait(&self) -> Duration {
        if !self.registry.uses_system_clock() {
            // Nobody knows how fast another clock goes.
            return INTERVAL;
        }
        let now = self.registry.now();
        lock(&self.records).next_end().since(now)
    }

    /// Returns the calls per second of a name, or `None` before the first interval has ended.
    pub(super) fn rates(&self, name: &str) -> Option<Rates> {
        lock(&self.records).of_names.get(name)?.rates()
    }

    /// Returns the counts of the past ten minutes, or `None` if the name is not recorded.
    pub(super) fn series(&self, name: &str) -> Option<Series> {
        let records = lock(&self.records);
        let record = records.of_names.get(name)?;
        Some(record.series(records.until))
    }

    /// Returns the latencies of the last minute, or `None` before the first interval has ended.
    pub(super) fn recent(&self, name: &str) -> Option<Recent> {
        lock(&self.records).of_names.get(name)?.recent()
    }
}

/// Takes a sample at the end of each interval, until the recorder is dropped.
fn spawn(recorder: Weak<Recorder>, stopped: Receiver<Infallible>) -> io::Result<JoinHandle<()>> {
    let thread = thread::Builder::new().name("breaker-admin".to_owned());
    thread.spawn(move || {
        // It holds the recorder only while it takes a sample.
        while let Some(recorder) = recorder.upgrade() {
            recorder.catch_up();
            let wait = recorder.wait();
            drop(recorder);
            if stopped.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    })
}

/// The samples of all names.
struct Records {
    /// When the first interval began.
    began: Tick,
    /// The number of intervals that have ended.
    ended: u64,
    /// When the last of them ended.
    until: SystemTime,
    /// When the last sample was taken, by both clocks.
    sampled: Tick,
    sampled_wall: SystemTime,
    of_names: HashMap<Box<str>, Record, RandomState>,
}

impl Records {
    /// Takes a sample, if an interval has ended since the last one.
    fn sample(&mut self, registry: &Registry, now: Tick, wall: SystemTime) {
        let elapsed = now.since(self.began);
        let ended = nanos(elapsed) / nanos(INTERVAL);
        if ended <= self.ended {
            return;
        }
        let span = Span {
            length: now.since(self.sampled),
            first_end: self.next_end().since(self.sampled),
            ended: ended - self.ended,
        };
        let by_wall = wall.duration_since(self.sampled_wall).unwrap_or_default();
        if by_wall.abs_diff(span.length) >= INTERVAL {
            // The machine was suspended, or somebody has set its clock: the past cannot be dated any more.
            self.of_names.values_mut().for_each(Record::forget_past);
        }
        self.ended = ended;
        let since_end = Duration::from_nanos(nanos(elapsed) % nanos(INTERVAL));
        self.until = wall.checked_sub(since_end).unwrap_or(wall);
        (self.sampled, self.sampled_wall) = (now, wall);
        self.read(registry, now, Some(span));
    }

    /// Reads the counts of all names. `span` is the time since they were last read.
    fn read(&mut self, registry: &Registry, now: Tick, span: Option<Span>) {
        // What stays in it are names that are no longer in the registry.
        let mut before = std::mem::take(&mut self.of_names);
        registry.each_name(now, |breaker, counts| {
            let known = before.remove_entry(breaker.name());
            let (name, record) = match (known, span) {
                (Some((name, mut record)), Some(span)) => {
                    record.add(breaker, counts, span);
                    (name, record)
                }
                _ if self.of_names.len() + before.len() >= MOST_NAMES => return,
                _ => (breaker.name().into(), Record::new(breaker, counts)),
            };
            self.of_names.insert(name, record);
        });
    }

    /// Returns when the present interval ends.
    fn next_end(&self) -> Tick {
        let ends = self.ended.saturating_add(1).saturating_mul(nanos(INTERVAL));
        self.began.after(Duration::from_nanos(ends))
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
