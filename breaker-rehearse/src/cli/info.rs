//! The subcommand `record-info`.

use std::time::SystemTime;

use breaker_rehearse::{counted, printable, shown_time};
use breaker_runtime::rehearsal::TraceInfo;
use serde_json::{Value, json};

use super::args::InfoArguments;
use super::input::open_trace;
use super::output::print;
use super::stop::Stop;

/// How many keys of a breaker are listed.
const KEYS: usize = 10;

pub(super) fn run(arguments: &InfoArguments) -> Result<(), Stop> {
    let reader = open_trace(&arguments.files, arguments.lenient)?;
    let info = reader.info();
    if arguments.json {
        return print(&format!("{:#}\n", as_json(info)));
    }
    print(&as_text(info))
}

fn as_text(info: &TraceInfo) -> String {
    let mut lines = vec![format!(
        "{} in {} and {}, {}: {:.1} bytes for each call",
        counted(info.calls, "call"),
        counted(info.files as u64, "file"),
        counted(info.blocks, "block"),
        counted(info.bytes, "byte"),
        per_call(info),
    )];
    if let Some((began, ended)) = info.began.zip(info.ended) {
        lines.push(format!(
            "from {} to {}",
            shown_time(began),
            shown_time(ended)
        ));
    }
    for breaker in &info.breakers {
        let calls = counted(breaker.calls, "call");
        lines.push(format!("breaker {}: {calls}", breaker.name));
        for (key, calls) in breaker.keys.iter().take(KEYS) {
            let calls = counted(*calls, "call");
            lines.push(format!("  key {}: {calls}", printable(key)));
        }
        if breaker.more_keys || breaker.keys.len() > KEYS {
            lines.push("  … and more keys".to_owned());
        }
    }
    if info.dropped_calls > 0 {
        lines.push(format!(
            "missing: the recorder dropped {} in {} under pressure",
            counted(info.dropped_calls, "call"),
            counted(info.dropped_blocks, "block")
        ));
    }
    if info.broken_blocks > 0 {
        let broken = counted(info.broken_blocks, "broken block");
        lines.push(format!("missing: {broken}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
fn per_call(info: &TraceInfo) -> f64 {
    info.bytes as f64 / info.calls.max(1) as f64
}

fn as_json(info: &TraceInfo) -> Value {
    let time = |at: Option<SystemTime>| at.map(shown_time);
    json!({
        "calls": info.calls,
        "files": info.files,
        "blocks": info.blocks,
        "bytes": info.bytes,
        "began": time(info.began),
        "ended": time(info.ended),
        "breakers": info.breakers.iter().map(|it| json!({
            "name": it.name,
            "calls": it.calls,
            "keys": it.keys.iter().map(|(key, calls)| json!({"key": key, "calls": calls})).collect::<Vec<_>>(),
            "more_keys": it.more_keys,
        })).collect::<Vec<_>>(),
        "dropped_calls": info.dropped_calls,
        "dropped_blocks": info.dropped_blocks,
        "broken_blocks": info.broken_blocks,
    })
}
