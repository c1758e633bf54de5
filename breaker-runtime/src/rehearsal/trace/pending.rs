//! Calls that wait for their block to be full.
//!
//! A reader delivers calls by their start, and has to read a block once the first of its calls is due. So calls of
//! similar length share a block: a call that took an hour would make the reader keep its whole block for an hour.

use super::block::{Dropped, FULL, Owner, Row, encode, room_for_names};

/// Below these durations in nanoseconds, calls share a block; all longer calls share one too.
const LIMITS: [u64; 2] = [1_000_000_000, 60_000_000_000];

/// The calls of the next blocks.
#[derive(Debug, Default)]
pub(in super::super) struct Pending {
    groups: [Group; LIMITS.len() + 1],
    /// When the last call without a place in the order began, and its group.
    last: Option<(u64, usize)>,
}

#[derive(Debug, Default)]
struct Group {
    rows: Vec<Row>,
    sources: foldhash::HashSet<u64>,
    /// The bytes of the names and keys of the sources.
    names: usize,
}

/// A full group, to be encoded as a block.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in super::super) struct Full(usize);

impl Pending {
    /// Adds a call; `length` returns the bytes of the name and the key of its source.
    ///
    /// The caller passes a full group to [`take`](Self::take) before it adds the next call.
    pub(in super::super) fn push(
        &mut self,
        row: Row,
        length: impl FnOnce() -> usize,
    ) -> Option<Full> {
        let mut nth = LIMITS.iter().filter(|limit| row.took >= **limit).count();
        if row.order.is_none() {
            // Only the place in its block says which call comes first of those that begin at one instant.
            let same = self.last.filter(|(started, _)| *started == row.started);
            nth = same.map_or(nth, |(_, group)| group);
            self.last = Some((row.started, nth));
        }
        let group = &mut self.groups[nth];
        let known = group.rows.last().is_some_and(|it| it.source == row.source);
        if !known && group.sources.insert(row.source) {
            group.names += length();
        }
        group.rows.push(row);
        // There is room for one more source of any length.
        let full = group.rows.len() >= FULL || group.names >= room_for_names() / 2;
        full.then_some(Full(nth))
    }

    /// Takes a full group as a block; see [`encode`].
    pub(in super::super) fn take<'a>(
        &mut self,
        full: Full,
        dropped: Dropped,
        origin: u64,
        owner: impl FnMut(u64) -> Owner<'a>,
    ) -> Vec<u8> {
        let group = &mut self.groups[full.0];
        let block = encode(&mut group.rows, dropped, origin, owner);
        group.rows.clear();
        group.sources.clear();
        group.names = 0;
        block
    }

    /// Returns a group that is not empty, as if it were full.
    pub(in super::super) fn any(&self) -> Option<Full> {
        let nth = self.groups.iter().position(|group| !group.rows.is_empty());
        nth.map(Full)
    }
}
