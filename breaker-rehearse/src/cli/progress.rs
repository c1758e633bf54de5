//! The progress bar, on the standard error and only if that is a terminal.

use std::io::Read;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How far the reading is.
#[derive(Clone)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for a number of bytes, or a spinner if the number is unknown.
    pub(super) fn of_bytes(total: Option<u64>) -> Self {
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let template = match total {
            Some(_) => "{msg} {bar:40} {bytes}/{total_bytes}, {eta} left",
            None => "{msg} {spinner} {bytes}",
        };
        Self::styled(bar, template)
    }

    /// A bar for a number of calls.
    pub(super) fn of_calls(total: u64) -> Self {
        Self::styled(
            ProgressBar::new(total),
            "{msg} {bar:40} {human_pos}/{human_len} calls, {eta} left",
        )
    }

    /// A spinner that counts how often a trace was read.
    pub(super) fn of_search() -> Self {
        let progress = Self::styled(
            ProgressBar::new_spinner(),
            "{spinner} searching, pass {pos}, {elapsed}",
        );
        progress.bar.enable_steady_tick(Duration::from_millis(200));
        progress
    }

    /// Says that a trace is read once more.
    pub(super) fn pass(&self) {
        self.bar.inc(1);
    }

    fn styled(bar: ProgressBar, template: &str) -> Self {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message("reading");
        Self { bar }
    }

    /// Counts the bytes of a reader.
    pub(super) fn count<R: Read>(&self, reader: R) -> impl Read + use<R> {
        self.bar.wrap_read(reader)
    }

    pub(super) fn advance(&self, by: u64) {
        self.bar.inc(by);
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
