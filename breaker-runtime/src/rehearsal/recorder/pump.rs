//! The thread of a recorder: it fetches what calls have left, and writes it.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::super::trace::block::{Dropped, Owner, Row, encode};
use super::super::trace::format::{BLOCK_HEAD, BlockHead};
use super::super::trace::pending::{Full, Pending};
use super::anchor::Anchor;
use super::matching::{Matching, Unmatched};
use super::memory::Memory;
use super::segments::Segments;
use super::stats::SharedStats;
use crate::breaker::{CallEvent, Recording, Source, recording_failed};
use crate::sync::Arc;
use crate::time::{Tick, Time};

/// How long the thread sleeps, unless a ring is half full.
const SLEEP: Duration = Duration::from_millis(100);

/// The number of breakers that no longer exist whose names are kept at most.
const MOST_GONE: usize = 4096;
/// The number of events for which room is kept.
const KEPT_EVENTS: usize = 1 << 14;

/// What the recorder asks its thread to do.
#[derive(Debug)]
pub(super) enum Command {
    Flush(Sender<()>),
    Recent(Duration, Sender<Option<Vec<u8>>>),
    Stop,
}

/// What the thread works with.
#[derive(Debug)]
pub(super) struct Pump {
    recording: Arc<Recording>,
    time: Time,
    anchor: Anchor,
    stats: Arc<SharedStats>,
    segments: Option<Segments>,
    memory: Option<Memory>,
    flush_every: Duration,
    flushed: Instant,
    sources: foldhash::HashMap<u64, Source>,
    /// The source of the last call, and the bytes of its name and key.
    last: Option<(u64, usize)>,
    /// Sources of breakers that no longer exist, whose calls may not be written yet.
    gone: Vec<u64>,
    matching: Matching,
    unmatched: Vec<Unmatched>,
    pending: Pending,
    /// The number of calls that the stats do not count yet.
    added: u64,
    /// Calls that were dropped, and that no block notes yet.
    dropped: Dropped,
    /// Calls that the rings had dropped before.
    dropped_before: (u64, u64),
    /// The latest instant of each ring.
    latest: Vec<u64>,
    events: Vec<(usize, CallEvent)>,
}

impl Pump {
    pub(super) fn new(
        recording: Arc<Recording>,
        time: Time,
        stats: Arc<SharedStats>,
        segments: Option<Segments>,
        memory: Option<Memory>,
        flush_every: Duration,
    ) -> Self {
        let dropped_before = recording.dropped();
        stats.change(|stats| stats.files = segments.as_ref().map_or(0, |it| it.begun));
        Self {
            anchor: Anchor::now(&time),
            recording,
            time,
            stats,
            segments,
            memory,
            flush_every,
            flushed: Instant::now(),
            sources: foldhash::HashMap::default(),
            last: None,
            gone: Vec::new(),
            matching: Matching::default(),
            unmatched: Vec::new(),
            pending: Pending::default(),
            added: 0,
            dropped: Dropped::default(),
            dropped_before,
            latest: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Records until the recorder stops.
    ///
    /// It owns the receiver of the commands: whoever waits for an answer stops waiting when this thread ends, however it
    /// does.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the thread drops it when it ends"
    )]
    pub(super) fn run(mut self, commands: Receiver<Command>) {
        loop {
            let asked: Vec<_> = commands.try_iter().collect();
            self.pass();
            for command in asked {
                match command {
                    Command::Flush(done) => {
                        self.flush();
                        let _ = done.send(());
                    }
                    Command::Recent(span, answer) => {
                        self.flush();
                        let now = self.anchor.date(self.time.now().as_nanos());
                        let trace = self.memory.as_mut().map(|it| it.recent(span, now));
                        let _ = answer.send(trace);
                    }
                    Command::Stop => return self.flush(),
                }
            }
            if self.flushed.elapsed() >= self.flush_every {
                self.flush();
            }
            thread::park_timeout(SLEEP);
        }
    }

    /// Fetches what calls have left since the last pass.
    fn pass(&mut self) {
        let (made, gone) = self.recording.fetch_sources();
        self.know(made);
        let mut events = std::mem::take(&mut self.events);
        let dropped = self.recording.fetch(|event| events.push(event));
        // Among the events may be those of breakers that were made meanwhile.
        let (made, gone_later) = self.recording.fetch_sources();
        self.know(made);
        self.note_dropped(dropped);
        self.sort(&mut events);
        let earlier = std::mem::take(&mut self.unmatched);
        let mut rest = events.as_slice();
        while let [(_, event), following @ ..] = rest {
            rest = following;
            let next = following.first().map(|(_, next)| next);
            if let Some(row) = next.and_then(|next| self.matching.whole(event, next)) {
                rest = &following[1..];
                self.add(row);
                continue;
            }
            match self.matching.next(*event) {
                Some(Ok(row)) => self.add(row),
                Some(Err(unmatched)) => self.unmatched.push(unmatched),
                None => {}
            }
        }
        events.clear();
        // Large only after the thread was held up.
        events.shrink_to(KEPT_EVENTS);
        self.events = events;
        // By now the beginnings of these have been fetched, unless they were dropped.
        for ended in earlier {
            self.complete(ended);
        }
        self.note_added();
        // Their calls have all ended.
        self.gone.extend(gone);
        if self.gone.len() > MOST_GONE {
            self.flush();
        }
        if !gone_later.is_empty() {
            self.recording.return_gone(gone_later);
        }
    }

    fn know(&mut self, made: Vec<Source>) {
        self.sources.extend(made.into_iter().map(|it| (it.id, it)));
    }

    fn note_dropped(&mut self, (calls, blocks): (u64, u64)) {
        let new_calls = calls.saturating_sub(self.dropped_before.0);
        let new_blocks = blocks.saturating_sub(self.dropped_before.1);
        self.dropped_before = (calls, blocks);
        if new_calls + new_blocks == 0 {
            return;
        }
        self.dropped.calls += new_calls;
        let blocks = u32::try_from(new_blocks).unwrap_or(u32::MAX);
        self.dropped.blocks = self.dropped.blocks.saturating_add(blocks);
        self.stats.change(|stats| {
            stats.dropped_calls += new_calls;
            stats.dropped_blocks += new_blocks;
        });
        // Ends may be among the dropped events.
        self.matching.forget();
    }

    /// Brings the events of all threads into one order, which is exact for the events of each thread.
    ///
    /// The coarse clock lags behind the precise one. For a machine, time does not run back either.
    fn sort(&mut self, events: &mut [(usize, CallEvent)]) {
        for (ring, event) in &mut *events {
            if self.latest.len() <= *ring {
                self.latest.resize(*ring + 1, 0);
            }
            let latest = &mut self.latest[*ring];
            *latest = event.at.as_nanos().max(*latest);
            event.at = Tick::from_nanos(*latest);
        }
        if !events.is_sorted_by_key(|(_, event)| event.at) {
            events.sort_by_key(|(_, event)| event.at);
        }
    }

    /// Adds a call whose beginning is known or was dropped.
    fn complete(&mut self, ended: Unmatched) {
        let row = self.matching.end(ended);
        let row = row.unwrap_or_else(Matching::without_beginning);
        // A call that began before the recording is left out.
        if row.started > self.anchor.tick {
            self.add(row);
        }
    }

    fn note_added(&mut self) {
        let added = std::mem::take(&mut self.added);
        self.stats.change(|stats| stats.calls += added);
    }

    fn add(&mut self, row: Row) {
        let Some(length) = self.length(row.source) else {
            return;
        };
        let row = Row {
            started: self.anchor.date(row.started),
            ..row
        };
        let full = self.pending.push(row, || length);
        self.added += 1;
        if let Some(full) = full {
            self.write_group(full);
        }
    }

    /// Returns the bytes of the name and the key of a source that is known.
    fn length(&mut self, id: u64) -> Option<usize> {
        match self.last {
            Some((last, length)) if last == id => Some(length),
            _ => {
                let source = self.sources.get(&id)?;
                let length = source.name.len() + source.key.as_ref().map_or(0, |key| key.len());
                self.last = Some((id, length));
                Some(length)
            }
        }
    }

    /// Writes all calls that have ended.
    fn flush(&mut self) {
        for ended in std::mem::take(&mut self.unmatched) {
            self.complete(ended);
        }
        self.note_added();
        while let Some(group) = self.pending.any() {
            self.write_group(group);
        }
        if self.dropped != Dropped::default() {
            let dropped = std::mem::take(&mut self.dropped);
            let block = encode(&mut [], dropped, 0, |_| Owner::default());
            self.write(block);
        }
        for id in std::mem::take(&mut self.gone) {
            self.sources.remove(&id);
        }
        self.last = None;
        self.flushed = Instant::now();
    }

    fn write_group(&mut self, group: Full) {
        let dropped = std::mem::take(&mut self.dropped);
        let (origin, sources) = (self.anchor.date(0), &self.sources);
        let block = self.pending.take(group, dropped, origin, |id| {
            let source = sources.get(&id);
            source.map_or_else(Owner::default, |it| Owner {
                name: &it.name,
                key: it.key.as_deref(),
                call_timeout: it.call_timeout,
            })
        });
        self.write(block);
    }

    fn write(&mut self, block: Vec<u8>) {
        let head = block.first_chunk::<BLOCK_HEAD>();
        let head = head.and_then(|head| BlockHead::decode(head).ok());
        let head = head.unwrap_or_default();
        if let Some(segments) = &mut self.segments {
            let written = segments.write(&block);
            let begun = segments.begun;
            self.stats.change(|stats| {
                stats.files = begun;
                match &written {
                    Some(Ok(())) => {
                        stats.blocks += 1;
                        stats.bytes += block.len() as u64;
                    }
                    failed => {
                        stats.dropped_calls += u64::from(head.calls);
                        stats.dropped_blocks += u64::from(head.calls > 0);
                        if let Some(Err((path, error))) = failed {
                            stats.write_errors += 1;
                            stats.last_error = Some(problem(path, error));
                        }
                    }
                }
            });
            if !matches!(written, Some(Ok(()))) {
                // The next block notes it, and what this one would have noted.
                self.dropped.calls += u64::from(head.calls) + head.dropped_calls;
                self.dropped.blocks = self
                    .dropped
                    .blocks
                    .saturating_add(head.dropped_blocks + u32::from(head.calls > 0));
            }
            if let Some(Err((path, error))) = written {
                recording_failed(&path.display().to_string(), &error);
            }
        }
        if let Some(memory) = &mut self.memory {
            let now = self.anchor.date(self.time.now().as_nanos());
            // A block without calls says what was dropped until now.
            let ended = if head.calls == 0 { now } else { head.last_end };
            memory.add(ended, block, now);
        }
    }
}

fn problem(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
