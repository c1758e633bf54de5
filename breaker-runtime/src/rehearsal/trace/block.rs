//! The calls of a block, and its table of breakers and keys.
//!
//! ```text
//! table = flags u8 | origin | number | entry …   flags: 1 if the calls have their order, 2 if there is an origin,
//!                                                4 if the entries have limits
//! entry = length of the name | name | 0, or 1 + length of the key and the key | limit | number of calls
//! limit = 0, or 1 + the `call_timeout` in nanoseconds
//! calls = call …                               by start, then by order
//! call  = tag u8
//!       | index in the table                   unless it is that of the call in front
//!       | nanoseconds since the start of the call in front        unless zero; the first: since the first start
//!       | duration in nanoseconds              unless zero
//!       | hint in nanoseconds                  if there is one
//!       | start since that of the call in front, end since its start    if the calls have their order
//! tag   = outcome (4 bits) | hint | same breaker | same instant | no duration
//! ```
//!
//! Numbers are [`varint`]s. The origin is when the clock of the breakers was at zero.

use std::sync::Arc;
use std::time::Duration;

use super::super::call::{Call, CallOrder, CallOutcome};
use super::codes::{code, outcome};
use super::format::{BLOCK_HEAD, BlockHead, MOST_BYTES};
use super::varint::{self, Bytes};
use crate::time::nanos;

/// The number of calls in a full block.
pub(in super::super) const FULL: usize = 4096;
/// The longest name, in bytes. The keys of calls are shorter.
pub(in super::super) const LONGEST_NAME: usize = 1 << 16;

const HINT: u8 = 1 << 4;
const SAME_BREAKER: u8 = 1 << 5;
const SAME_START: u8 = 1 << 6;
const NO_DURATION: u8 = 1 << 7;
const ORDERED: u8 = 1;
const WITH_ORIGIN: u8 = 2;
const WITH_LIMITS: u8 = 4;

/// One call for a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Row {
    /// The breaker and key, as a number that whoever makes the row can resolve.
    pub(in super::super) source: u64,
    pub(in super::super) started: u64,
    pub(in super::super) took: u64,
    pub(in super::super) outcome: CallOutcome,
    pub(in super::super) hint: Option<Duration>,
    pub(in super::super) order: Option<CallOrder>,
}

/// The breaker of a call, and its key.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Owner<'a> {
    pub(in super::super) name: &'a str,
    pub(in super::super) key: Option<&'a str>,
    /// The `call_timeout` of the breaker in nanoseconds, if its calls have one.
    pub(in super::super) call_timeout: Option<u64>,
}

/// Calls that were dropped since the last block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Dropped {
    pub(in super::super) calls: u64,
    pub(in super::super) blocks: u32,
}

/// Encodes calls as one block, and sorts them. There are at most [`FULL`] of them.
///
/// `origin` is when the clock of the breakers was at zero, and zero if that is unknown. `owner` returns the breaker of
/// a source.
pub(in super::super) fn encode<'a>(
    rows: &mut [Row],
    dropped: Dropped,
    origin: u64,
    mut owner: impl FnMut(u64) -> Owner<'a>,
) -> Vec<u8> {
    rows.sort_by_key(|row| (row.started, row.order.map_or(0, |it| it.start)));
    let ordered = !rows.is_empty() && rows.iter().all(|row| row.order.is_some());
    let mut owners: Vec<(Owner<'_>, u64)> = Vec::new();
    let mut places = foldhash::HashMap::default();
    let mut last: Option<(u64, usize)> = None;
    let mut calls = Vec::with_capacity(rows.len() * 6);
    let mut before = Before::of(rows.first());
    let mut last_end = 0;
    for row in &*rows {
        let place = match last {
            // Nearly always that of the row in front.
            Some((source, place)) if source == row.source => place,
            _ => *places.entry(row.source).or_insert_with(|| {
                owners.push((owner(row.source), 0));
                owners.len() - 1
            }),
        };
        last = Some((row.source, place));
        owners[place].1 += 1;
        before.put(&mut calls, row, place as u64, ordered);
        last_end = last_end.max(row.started.saturating_add(row.took));
    }
    let mut block = vec![0; BLOCK_HEAD];
    let flag = |holds, flag| if holds { flag } else { 0 };
    let limited = owners.iter().any(|(it, _)| it.call_timeout.is_some());
    block
        .push(flag(ordered, ORDERED) | flag(origin != 0, WITH_ORIGIN) | flag(limited, WITH_LIMITS));
    if origin != 0 {
        varint::put(&mut block, origin);
    }
    varint::put(&mut block, owners.len() as u64);
    for (owner, count) in owners {
        let Owner { name, key, .. } = owner;
        varint::put(&mut block, name.len() as u64);
        block.extend(name.as_bytes());
        varint::put(&mut block, key.map_or(0, |key| key.len() as u64 + 1));
        block.extend(key.unwrap_or_default().as_bytes());
        if limited {
            let limit = owner.call_timeout;
            varint::put(&mut block, limit.map_or(0, |limit| limit.saturating_add(1)));
        }
        varint::put(&mut block, count);
    }
    let table_length = u32::try_from(block.len() - BLOCK_HEAD).unwrap_or(u32::MAX);
    let calls_length = u32::try_from(calls.len()).unwrap_or(u32::MAX);
    block.extend(calls);
    let head = BlockHead {
        table_length,
        calls_length,
        calls: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        first_start: rows.first().map_or(0, |row| row.started),
        last_start: rows.last().map_or(0, |row| row.started),
        last_end,
        dropped_calls: dropped.calls,
        dropped_blocks: dropped.blocks,
        sum: crc32fast::hash(&block[BLOCK_HEAD..]),
    };
    block[..BLOCK_HEAD].copy_from_slice(&head.encode());
    block
}

/// Returns the number of bytes that names and keys of a block may have in total.
pub(in super::super) fn room_for_names() -> usize {
    // Beside each there are a few bytes of lengths and counts.
    MOST_BYTES as usize - FULL * 32
}

/// What the next call is relative to.
#[derive(Debug, Default)]
struct Before {
    place: u64,
    started: u64,
    start: u64,
}

impl Before {
    fn of(first: Option<&Row>) -> Self {
        Self {
            started: first.map_or(0, |row| row.started),
            ..Self::default()
        }
    }

    fn put(&mut self, out: &mut Vec<u8>, row: &Row, place: u64, ordered: bool) {
        let flag = |holds, flag| if holds { flag } else { 0 };
        out.push(
            code(row.outcome)
                | flag(row.hint.is_some(), HINT)
                | flag(place == self.place, SAME_BREAKER)
                | flag(row.started == self.started, SAME_START)
                | flag(row.took == 0, NO_DURATION),
        );
        if place != self.place {
            varint::put(out, place);
        }
        if row.started != self.started {
            varint::put(out, row.started - self.started);
        }
        if row.took != 0 {
            varint::put(out, row.took);
        }
        if let Some(hint) = row.hint {
            varint::put(out, nanos(hint));
        }
        self.place = place;
        self.started = row.started;
        if let Some(order) = row.order.filter(|_| ordered) {
            varint::put_signed(out, order.start.wrapping_sub(self.start));
            varint::put_signed(out, order.end.wrapping_sub(order.start));
            self.start = order.start;
        }
    }

    /// Reads a call; returns its place in the table and the call.
    fn take(&mut self, bytes: &mut Bytes<'_>, ordered: bool) -> Option<(u64, Call)> {
        let tag = bytes.byte()?;
        if tag & SAME_BREAKER == 0 {
            self.place = bytes.number()?;
        }
        if tag & SAME_START == 0 {
            self.started = self.started.checked_add(bytes.number()?)?;
        }
        let took = number_if(tag & NO_DURATION == 0, bytes)?;
        let mut call = Call::at_nanos(self.started, took, outcome(tag & 0xf)?);
        if tag & HINT != 0 {
            call = call.with_open_for_hint(Duration::from_nanos(bytes.number()?));
        }
        if ordered {
            let start = self.start.wrapping_add(bytes.signed()?);
            let end = start.wrapping_add(bytes.signed()?);
            self.start = start;
            call = call.with_order(CallOrder { start, end });
        }
        Some((self.place, call))
    }
}

/// A breaker, or one of its keys, in the table of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) key: Option<Arc<str>>,
    call_timeout: Option<u64>,
    pub(super) calls: u64,
}

/// The table of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    ordered: bool,
    origin: u64,
    pub(super) entries: Vec<Entry>,
}

impl Table {
    /// Reads the table of a block, or says what is wrong with it.
    pub(super) fn decode(table: &[u8], head: &BlockHead) -> Result<Self, &'static str> {
        let mut bytes = Bytes(table);
        let table = Self::take(&mut bytes, head.calls.into()).filter(|_| bytes.is_empty());
        let table = table.ok_or("its table of breakers is damaged")?;
        let mut sum = 0_u64;
        for entry in &table.entries {
            sum = sum.saturating_add(entry.calls);
        }
        if sum == u64::from(head.calls) {
            Ok(table)
        } else {
            Err("its table counts other calls than its head")
        }
    }

    fn take(bytes: &mut Bytes<'_>, calls: u64) -> Option<Self> {
        let flags = bytes.byte()?;
        let origin = number_if(flags & WITH_ORIGIN != 0, bytes)?;
        let number = bytes.number()?;
        let mut entries = Vec::new();
        if number > calls {
            // Each has at least one call.
            return None;
        }
        for _ in 0..number {
            let name = text(bytes)?;
            let key = match bytes.number()? {
                0 => None,
                length => Some(text_of(bytes.take(length - 1)?)?),
            };
            let limit = number_if(flags & WITH_LIMITS != 0, bytes)?;
            entries.push(Entry {
                name,
                key,
                call_timeout: limit.checked_sub(1),
                calls: bytes.number()?,
            });
        }
        Some(Self {
            ordered: flags & ORDERED != 0,
            origin,
            entries,
        })
    }

    /// Reads the calls of the block, which are in order of start; `each` gets the place of each call in the table.
    pub(super) fn calls(
        &self,
        calls: &[u8],
        head: &BlockHead,
        mut each: impl FnMut(&Entry, Call),
    ) -> Result<(), &'static str> {
        let mut bytes = Bytes(calls);
        let mut before = Before {
            started: head.first_start,
            ..Before::default()
        };
        for _ in 0..head.calls {
            let taken = before.take(&mut bytes, self.ordered);
            let (place, call) = taken.ok_or("its calls are damaged")?;
            let place = usize::try_from(place).ok();
            let entry = place.and_then(|place| self.entries.get(place));
            let entry = entry.ok_or("a call names no breaker of its table")?;
            let call = call.with_origin(self.origin);
            each(entry, call.with_call_timeout(entry.call_timeout));
        }
        if bytes.is_empty() {
            Ok(())
        } else {
            Err("it has more calls than its head says")
        }
    }
}

/// Reads a number, or returns zero if it is left out.
fn number_if(exists: bool, bytes: &mut Bytes<'_>) -> Option<u64> {
    if exists { bytes.number() } else { Some(0) }
}

fn text(bytes: &mut Bytes<'_>) -> Option<Arc<str>> {
    let length = bytes.number()?;
    text_of(bytes.take(length)?)
}

fn text_of(bytes: &[u8]) -> Option<Arc<str>> {
    Some(std::str::from_utf8(bytes).ok()?.into())
}
