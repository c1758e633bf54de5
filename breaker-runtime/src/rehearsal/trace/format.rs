//! The head of a file and of a block.
//!
//! A trace is one or more files. All numbers are little endian, all instants nanoseconds since 1970:
//!
//! ```text
//! file  = "breakers" | version u16 | zero u16 | checksum u32              16 bytes
//! block = head | table | calls                                            one after the other
//! head  = "BLCK" | length of the table u32 | length of the calls u32      60 bytes
//!       | number of calls u32 | first start u64 | last start u64 | last end u64
//!       | dropped calls u64 | dropped blocks u32                          since the block before
//!       | checksum u32 of table and calls | checksum u32 of the head
//! ```
//!
//! [`block`](super::block) has the form of the table and of the calls. Each block names its breakers and keys, so it can
//! be read even if others are broken. A checksum is the CRC-32 of the bytes in front of it.

/// The version that this crate writes, and the newest that it reads.
pub(super) const VERSION: u16 = 1;
pub(super) const FILE_HEAD: usize = 16;
pub(in super::super) const BLOCK_HEAD: usize = 60;
pub(super) const MARK: &[u8; 4] = b"BLCK";
/// The most calls of a block.
pub(super) const MOST_CALLS: u32 = 1 << 16;
/// The most bytes of a table and of the calls of a block.
pub(super) const MOST_BYTES: u32 = 1 << 22;

const MAGIC: &[u8; 8] = b"breakers";

/// Returns the head of a file.
pub(in super::super) fn file_head() -> [u8; FILE_HEAD] {
    let mut head = [0; FILE_HEAD];
    head[..8].copy_from_slice(MAGIC);
    head[8..10].copy_from_slice(&VERSION.to_le_bytes());
    let sum = crc32fast::hash(&head[..12]);
    head[12..].copy_from_slice(&sum.to_le_bytes());
    head
}

/// What the first bytes of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    Trace,
    Newer(u16),
    /// The magic number is right, and the rest is not.
    Broken,
    Foreign,
}

pub(super) fn file_kind(head: &[u8; FILE_HEAD]) -> FileKind {
    if &head[..8] != MAGIC {
        return FileKind::Foreign;
    }
    let version = u16::from_le_bytes([head[8], head[9]]);
    let sum = u32::from_le_bytes([head[12], head[13], head[14], head[15]]);
    if sum != crc32fast::hash(&head[..12]) || version == 0 {
        FileKind::Broken
    } else if version > VERSION {
        FileKind::Newer(version)
    } else {
        FileKind::Trace
    }
}

/// The head of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct BlockHead {
    pub(super) table_length: u32,
    pub(super) calls_length: u32,
    pub(in super::super) calls: u32,
    pub(super) first_start: u64,
    pub(super) last_start: u64,
    pub(in super::super) last_end: u64,
    pub(in super::super) dropped_calls: u64,
    pub(in super::super) dropped_blocks: u32,
    /// The checksum of table and calls.
    pub(super) sum: u32,
}

impl BlockHead {
    pub(super) fn encode(&self) -> [u8; BLOCK_HEAD] {
        let mut head = [0; BLOCK_HEAD];
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            head[at..at + bytes.len()].copy_from_slice(bytes);
            at += bytes.len();
        };
        put(MARK);
        put(&self.table_length.to_le_bytes());
        put(&self.calls_length.to_le_bytes());
        put(&self.calls.to_le_bytes());
        put(&self.first_start.to_le_bytes());
        put(&self.last_start.to_le_bytes());
        put(&self.last_end.to_le_bytes());
        put(&self.dropped_calls.to_le_bytes());
        put(&self.dropped_blocks.to_le_bytes());
        put(&self.sum.to_le_bytes());
        let sum = crc32fast::hash(&head[..BLOCK_HEAD - 4]);
        head[BLOCK_HEAD - 4..].copy_from_slice(&sum.to_le_bytes());
        head
    }

    /// Reads a head, or says what is wrong with it.
    pub(in super::super) fn decode(head: &[u8; BLOCK_HEAD]) -> Result<Self, &'static str> {
        let word =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        if &head[..4] != MARK {
            return Err("no block begins here");
        }
        if word(BLOCK_HEAD - 4) != crc32fast::hash(&head[..BLOCK_HEAD - 4]) {
            return Err("the checksum of its head is wrong");
        }
        let decoded = Self {
            table_length: word(4),
            calls_length: word(8),
            calls: word(12),
            first_start: long(16),
            last_start: long(24),
            last_end: long(32),
            dropped_calls: long(40),
            dropped_blocks: word(48),
            sum: word(52),
        };
        let too_large = decoded.table_length > MOST_BYTES
            || decoded.calls_length > MOST_BYTES
            || decoded.calls > MOST_CALLS;
        if too_large {
            return Err("it is larger than any block");
        }
        Ok(decoded)
    }

    /// Returns the number of bytes that follow the head.
    pub(super) fn body(&self) -> u64 {
        u64::from(self.table_length) + u64::from(self.calls_length)
    }
}
