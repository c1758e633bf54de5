//! Finds the blocks of a trace, and checks them.

use super::super::error::TraceError;
use super::block::Table;
use super::files::TraceFiles;
use super::format::{BLOCK_HEAD, BlockHead, FILE_HEAD, FileKind, MARK, file_head, file_kind};
use super::info::{InfoBuilder, TraceInfo};

/// Where a block is, and what a reader needs to know before it reads the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) first_start: u64,
    pub(super) offset: u64,
    /// One bit for each name in the block; see [`bit`].
    pub(super) names: u64,
    pub(super) file: u32,
    /// The number of the block in its file, from 1.
    pub(super) block: u32,
}

/// The blocks of a trace, and what it contains.
#[derive(Debug)]
pub(super) struct Scanned {
    /// In the order in which they begin.
    pub(super) places: Vec<Place>,
    pub(super) info: TraceInfo,
}

/// Returns the bit of a name: blocks without the bit have no call of the breaker.
pub(super) fn bit(name: &str) -> u64 {
    1 << (crc32fast::hash(name.as_bytes()) % 64)
}

/// Reads the files once.
///
/// If `lenient` is set, broken blocks and files are skipped and counted, and files that are no traces are errors still.
pub(super) fn scan(files: &mut TraceFiles, lenient: bool) -> Result<Scanned, TraceError> {
    let mut scan = Scan {
        info: InfoBuilder::default(),
        places: Vec::new(),
        lenient,
    };
    for nth in 0..files.len() {
        scan.file(files, nth)?;
    }
    scan.places.sort_by_key(|place| place.first_start);
    Ok(Scanned {
        places: scan.places,
        info: scan.info.finish(),
    })
}

struct Scan {
    info: InfoBuilder,
    places: Vec<Place>,
    lenient: bool,
}

impl Scan {
    fn file(&mut self, files: &mut TraceFiles, nth: usize) -> Result<(), TraceError> {
        let size = files.size(nth)?;
        self.info.add_file(size);
        let mut head = [0; FILE_HEAD];
        let length = size.min(FILE_HEAD as u64);
        files.read(
            nth,
            0,
            &mut head[..usize::try_from(length).unwrap_or_default()],
        )?;
        let whole = length == FILE_HEAD as u64;
        match file_kind(&head) {
            FileKind::Trace if whole => {}
            FileKind::Newer(version) if whole => {
                let file = files.label(nth);
                return Err(TraceError::Newer { file, version });
            }
            FileKind::Foreign
                if whole
                    || !file_head()
                        .starts_with(&head[..usize::try_from(length).unwrap_or_default()]) =>
            {
                return Err(TraceError::Foreign {
                    file: files.label(nth),
                });
            }
            _ if self.lenient => {
                self.info.add_broken();
                if !whole {
                    return Ok(());
                }
            }
            _ if !whole => {
                return Err(TraceError::broken(
                    files.label(nth),
                    0,
                    0,
                    "it ends within its head",
                ));
            }
            _ => {
                return Err(TraceError::broken(
                    files.label(nth),
                    0,
                    0,
                    "its head is damaged",
                ));
            }
        }
        let (mut offset, mut block) = (FILE_HEAD as u64, 0);
        while offset < size {
            block += 1;
            match read_block(files, nth, offset, size)? {
                Ok((head, table, _)) => {
                    self.info.add_block(&head, &table.entries);
                    if head.calls > 0 {
                        self.places.push(Place {
                            first_start: head.first_start,
                            offset,
                            names: table
                                .entries
                                .iter()
                                .fold(0, |bits, it| bits | bit(&it.name)),
                            file: u32::try_from(nth).unwrap_or(u32::MAX),
                            block,
                        });
                    }
                    offset += BLOCK_HEAD as u64 + head.body();
                }
                Err(_) if self.lenient => {
                    self.info.add_broken();
                    match next_block(files, nth, offset + 1, size)? {
                        Some(next) => offset = next,
                        None => return Ok(()),
                    }
                }
                Err(what) => return Err(TraceError::broken(files.label(nth), block, offset, what)),
            }
        }
        Ok(())
    }
}

type Block = (BlockHead, Table, Vec<u8>);

/// Reads a block: its head, its table, and the bytes of its calls. Returns what is wrong if it is broken.
pub(super) fn read_block(
    files: &mut TraceFiles,
    nth: usize,
    offset: u64,
    size: u64,
) -> Result<Result<Block, &'static str>, TraceError> {
    const CUT: &str =
        "the file ends within the block, so whoever wrote it was stopped, or the disk was full";
    let left = size.saturating_sub(offset);
    if left < BLOCK_HEAD as u64 {
        return Ok(Err(CUT));
    }
    let mut head = [0; BLOCK_HEAD];
    files.read(nth, offset, &mut head)?;
    let head = match BlockHead::decode(&head) {
        Ok(head) => head,
        Err(what) => return Ok(Err(what)),
    };
    if left - (BLOCK_HEAD as u64) < head.body() {
        return Ok(Err(CUT));
    }
    let mut body = vec![0; usize::try_from(head.body()).unwrap_or_default()];
    files.read(nth, offset + BLOCK_HEAD as u64, &mut body)?;
    if crc32fast::hash(&body) != head.sum {
        return Ok(Err("the checksum of its calls is wrong"));
    }
    let calls = body.split_off(head.table_length as usize);
    Ok(Table::decode(&body, &head).map(|table| (head, table, calls)))
}

/// Returns where the next block with an intact head begins.
fn next_block(
    files: &mut TraceFiles,
    nth: usize,
    mut offset: u64,
    size: u64,
) -> Result<Option<u64>, TraceError> {
    const PIECE: u64 = 1 << 16;
    let mut piece = Vec::new();
    while offset + BLOCK_HEAD as u64 <= size {
        let length = PIECE.min(size - offset);
        piece.resize(usize::try_from(length).unwrap_or_default(), 0);
        files.read(nth, offset, &mut piece)?;
        for (at, head) in piece.windows(BLOCK_HEAD).enumerate() {
            if !head.starts_with(MARK) {
                continue;
            }
            let head = head.first_chunk::<BLOCK_HEAD>();
            if head.is_some_and(|head| BlockHead::decode(head).is_ok()) {
                return Ok(Some(offset + at as u64));
            }
        }
        // The next piece begins where a head could have begun that this one has not all of.
        offset += length - (BLOCK_HEAD as u64 - 1);
    }
    Ok(None)
}
