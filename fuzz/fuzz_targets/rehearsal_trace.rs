//! The reader of traces: whatever the bytes are, it neither panics nor needs much memory. What it reads is in order, as
//! many calls as it says, and survives being written once more.
//!
//! If the first byte of an input is zero, the rest is a trace. Otherwise the rest is the contents of blocks, to which the
//! target adds heads and checksums, because no mutation would find those.
#![no_main]

use std::io::Cursor;

use breaker_runtime::rehearsal::{Call, TraceReader, TraceWriter};
use libfuzzer_sys::fuzz_target;

/// Adds the heads of the file and of its blocks.
fn sealed(mut data: &[u8]) -> Vec<u8> {
    let mut trace = b"breakers\x01\0\0\0".to_vec();
    let sum = crc32fast::hash(&trace);
    trace.extend(sum.to_le_bytes());
    // The lengths of the table and of the calls, the number of calls, three instants, and what was dropped.
    while let Some((head, rest)) = data.split_at_checked(3 + 24 + 12) {
        let [table, calls, number] = [0, 1, 2].map(|it| usize::from(head[it]));
        let table = table.min(rest.len());
        let calls = calls.min(rest.len() - table);
        let (body, rest) = rest.split_at(table + calls);
        data = rest;
        let mut block = b"BLCK".to_vec();
        for length in [table, calls, number] {
            block.extend((length as u32).to_le_bytes());
        }
        block.extend(&head[3..]);
        block.extend(crc32fast::hash(body).to_le_bytes());
        let sum = crc32fast::hash(&block);
        block.extend(sum.to_le_bytes());
        trace.extend(block);
        trace.extend(body);
    }
    trace
}

/// Reads all calls of all breakers, in order; returns `None` if a block is broken.
fn read(reader: &mut TraceReader) -> Option<Vec<(String, Call)>> {
    let breakers = reader.info().breakers.clone();
    let mut all = Vec::new();
    for breaker in breakers {
        let mut last = None;
        let Ok(calls) = reader.calls(&breaker.name) else {
            continue;
        };
        for call in calls {
            let call = call.ok()?;
            assert!(last <= Some(call.started()));
            last = Some(call.started());
            all.push((breaker.name.clone(), call));
        }
    }
    Some(all)
}

fuzz_target!(|data: &[u8]| {
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    let trace = if *kind == 0 { data.to_vec() } else { sealed(data) };
    let mut lenient = TraceReader::of_lenient("fuzz", Cursor::new(trace.clone())).ok();
    let some = lenient.as_mut().and_then(read);
    let Ok(mut strict) = TraceReader::of("fuzz", Cursor::new(trace)) else {
        return;
    };
    let expected = strict.info().calls;
    let Some(calls) = read(&mut strict) else {
        return;
    };
    assert_eq!(some.as_ref(), Some(&calls));
    assert!(calls.len() as u64 <= expected);
    let mut writer = TraceWriter::new(Vec::new()).expect("memory can be written");
    for (breaker, call) in &calls {
        writer.push(breaker, call).expect("names of a small trace are short");
    }
    let again = writer.finish().expect("memory can be written");
    let mut again = TraceReader::of("fuzz", Cursor::new(again)).expect("it was just written");
    let again = read(&mut again).expect("it was just written");
    assert_eq!(calls.len(), again.len());
});
