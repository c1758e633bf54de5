//! What Linux tells about this process.

use std::fs;

/// Returns the resident memory, in MiB.
pub(crate) fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has this file");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.expect("the file has this line") / 1024.0
}

/// Returns the seconds for which the threads of this name have run.
pub(crate) fn run_time(name: &str) -> f64 {
    let threads = fs::read_dir("/proc/self/task").expect("Linux has this folder");
    let threads = threads.filter_map(|thread| Some(thread.ok()?.path()));
    let named = threads.filter(|thread| {
        let found = fs::read_to_string(thread.join("comm"));
        found.is_ok_and(|found| found.trim_end() == name)
    });
    named
        .filter_map(|thread| {
            let stat = fs::read_to_string(thread.join("schedstat")).ok()?;
            stat.split(' ').next()?.parse::<f64>().ok()
        })
        .sum::<f64>()
        / 1e9
}
