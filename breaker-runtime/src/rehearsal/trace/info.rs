//! What a trace contains.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::super::call::instant;
use super::block::Entry;
use super::format::BlockHead;

/// The number of keys that are listed at most, for all breakers together.
const MOST_KEYS: usize = 10_000;

/// What a trace contains, and what is missing from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceInfo {
    /// The breakers, by name.
    pub breakers: Vec<TracedBreaker>,
    /// The number of calls of all breakers.
    pub calls: u64,
    /// When the first call began.
    pub began: Option<SystemTime>,
    /// When the last call ended.
    pub ended: Option<SystemTime>,
    /// The number of files.
    pub files: usize,
    /// The number of blocks that can be read.
    pub blocks: u64,
    /// The size of all files.
    pub bytes: u64,
    /// The number of calls that the recorder dropped.
    pub dropped_calls: u64,
    /// The number of blocks that the recorder dropped.
    pub dropped_blocks: u64,
    /// The number of broken blocks and files that were skipped.
    pub broken_blocks: u64,
}

/// A breaker of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TracedBreaker {
    /// The name.
    pub name: String,
    /// The number of calls, of all keys.
    pub calls: u64,
    /// The keys and the number of calls of each, the most frequent first.
    pub keys: Vec<(String, u64)>,
    /// Whether there are more keys than are listed: at most 10,000 in a trace are.
    pub more_keys: bool,
}

/// Counts what the blocks of a trace contain.
#[derive(Debug, Default)]
pub(super) struct InfoBuilder {
    info: TraceInfo,
    breakers: BTreeMap<String, Counts>,
    keys: usize,
    began: Option<u64>,
    ended: Option<u64>,
}

#[derive(Debug, Default)]
struct Counts {
    calls: u64,
    keys: BTreeMap<String, u64>,
    more_keys: bool,
}

impl InfoBuilder {
    pub(super) fn add_file(&mut self, bytes: u64) {
        self.info.files += 1;
        self.info.bytes = self.info.bytes.saturating_add(bytes);
    }

    pub(super) fn add_broken(&mut self) {
        self.info.broken_blocks += 1;
    }

    pub(super) fn add_block(&mut self, head: &BlockHead, entries: &[Entry]) {
        let info = &mut self.info;
        info.blocks += 1;
        info.calls = info.calls.saturating_add(head.calls.into());
        info.dropped_calls = info.dropped_calls.saturating_add(head.dropped_calls);
        info.dropped_blocks += u64::from(head.dropped_blocks);
        if head.calls > 0 {
            self.began = Some(
                self.began
                    .map_or(head.first_start, |it| it.min(head.first_start)),
            );
            self.ended = Some(self.ended.map_or(head.last_end, |it| it.max(head.last_end)));
        }
        for entry in entries {
            self.add_entry(entry);
        }
    }

    fn add_entry(&mut self, entry: &Entry) {
        if !self.breakers.contains_key(&*entry.name) {
            self.breakers
                .insert(entry.name.to_string(), Counts::default());
        }
        let Some(counts) = self.breakers.get_mut(&*entry.name) else {
            return;
        };
        counts.calls = counts.calls.saturating_add(entry.calls);
        let Some(key) = entry.key.as_deref() else {
            return;
        };
        if let Some(calls) = counts.keys.get_mut(key) {
            *calls = calls.saturating_add(entry.calls);
        } else if self.keys < MOST_KEYS {
            self.keys += 1;
            counts.keys.insert(key.to_owned(), entry.calls);
        } else {
            counts.more_keys = true;
        }
    }

    pub(super) fn finish(self) -> TraceInfo {
        let breakers = self.breakers.into_iter().map(|(name, counts)| {
            let mut keys: Vec<_> = counts.keys.into_iter().collect();
            keys.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
            TracedBreaker {
                name,
                calls: counts.calls,
                keys,
                more_keys: counts.more_keys,
            }
        });
        TraceInfo {
            breakers: breakers.collect(),
            began: self.began.map(instant),
            ended: self.ended.map(instant),
            ..self.info
        }
    }
}
