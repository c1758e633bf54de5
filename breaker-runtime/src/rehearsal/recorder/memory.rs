//! The calls of the last minutes, in memory.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::trace::format::file_head;
use crate::time::nanos;

/// The number of bytes that are kept at most.
const MOST_BYTES: usize = 64 << 20;

/// The blocks of the last minutes.
#[derive(Debug)]
pub(super) struct Memory {
    span: u64,
    blocks: VecDeque<Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    /// When the last call of the block ended.
    ended: u64,
    block: Vec<u8>,
}

impl Memory {
    pub(super) fn new(span: Duration) -> Self {
        Self {
            span: nanos(span),
            blocks: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Adds a block, and forgets blocks whose calls ended too long before `now`.
    pub(super) fn add(&mut self, ended: u64, block: Vec<u8>, now: u64) {
        self.bytes += block.len();
        self.blocks.push_back(Kept { ended, block });
        self.prune(now);
    }

    fn prune(&mut self, now: u64) {
        let since = now.saturating_sub(self.span);
        while let Some(first) = self.blocks.front() {
            if first.ended >= since && self.bytes <= MOST_BYTES {
                return;
            }
            self.bytes -= first.block.len();
            self.blocks.pop_front();
        }
    }

    /// Returns a trace with all calls that ended at most `span` before `now`, and with a few earlier ones.
    pub(super) fn recent(&mut self, span: Duration, now: u64) -> Vec<u8> {
        self.prune(now);
        let since = now.saturating_sub(nanos(span));
        let mut trace = file_head().to_vec();
        for kept in self.blocks.iter().filter(|it| it.ended >= since) {
            trace.extend(&kept.block);
        }
        trace
    }
}
