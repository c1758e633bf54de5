//! Doubts a call whose time is far ahead of the lines around it, as a wrong clock writes it.
//!
//! Without that, one such call would make all that follow it seem too late.

use std::sync::Arc;

use breaker_runtime::rehearsal::CallOutcome;

/// How far ahead of the line before it a call is doubted: one day, in nanoseconds.
const LEAP: i64 = 86_400_000_000_000;

/// A call and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) line: u64,
    /// Nanoseconds since 1970.
    pub(super) started: i64,
    /// Nanoseconds.
    pub(super) took: u64,
    pub(super) outcome: CallOutcome,
    pub(super) key: Option<Arc<str>>,
}

/// What follows from one more call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trusted {
    /// The line of a call whose time is wrong.
    pub(super) far: Option<u64>,
    /// The calls to go on with, in the order of the lines.
    pub(super) calls: [Option<Read>; 2],
}

/// Holds a doubted call until the next line confirms it.
#[derive(Debug, Default)]
pub(super) struct Leaps {
    newest: Option<i64>,
    doubted: Option<Read>,
}

impl Leaps {
    /// Takes the next call.
    pub(super) fn push(&mut self, call: Read) -> Trusted {
        let mut trusted = Trusted::default();
        if let Some(doubted) = self.doubted.take() {
            if call.started.saturating_add(LEAP) >= doubted.started {
                self.newest = Some(doubted.started);
                trusted.calls[0] = Some(doubted);
            } else {
                trusted.far = Some(doubted.line);
            }
        }
        let newest = self
            .newest
            .filter(|newest| call.started <= newest.saturating_add(LEAP));
        match newest {
            Some(newest) => {
                self.newest = Some(newest.max(call.started));
                trusted.calls[1] = Some(call);
            }
            None => self.doubted = Some(call),
        }
        trusted
    }

    /// Returns the last call if it is doubted. No line follows that could say more.
    pub(super) fn finish(&mut self) -> Option<Read> {
        self.doubted.take()
    }
}

#[cfg(test)]
mod tests;
