//! Windows: samples go in, counts come out. A window slides: a sample that leaves it is subtracted (R5).

mod bucket;
mod count;
mod sample;
mod time;

use std::time::Duration;

use self::count::CountWindow;
pub(crate) use self::sample::{Sample, SampleIndex, WindowCounts};
use self::time::TimeWindow;
use crate::config::Window;
use crate::time::Tick;
use crate::values::{FailureKind, Failures};

/// The samples of one generation that still count.
#[derive(Debug)]
pub(crate) enum SlidingWindow {
    // Boxed, because both are large and most breakers have neither.
    Count(Box<CountWindow>),
    Time(Box<TimeWindow>),
}

impl SlidingWindow {
    #[inline]
    pub(crate) fn new(window: Window) -> Self {
        match window {
            Window::Calls(calls) => Self::Count(Box::new(CountWindow::new(calls))),
            Window::Time(time) => Self::Time(Box::new(TimeWindow::new(time))),
        }
    }

    /// Adds a sample at an instant that may be in the past.
    pub(crate) fn add(&mut self, sample: Sample, at: Tick) -> SampleIndex {
        match self {
            Self::Count(window) => window.add(sample),
            Self::Time(window) => window.add(sample, at),
        }
    }

    /// Adds fast successes that ended in the same tenth of a time window as `at`, which may be in the past.
    pub(crate) fn add_successes(&mut self, calls: u64, at: Tick) {
        match self {
            Self::Count(window) => window.add_successes(calls),
            Self::Time(window) => window.add_successes(calls, at),
        }
    }

    /// Returns until when samples fall into the bucket that is filling at `now`: a count window has only one.
    pub(crate) fn bucket_end(&self, now: Tick) -> Tick {
        match self {
            Self::Count(_) => Tick::from_nanos(u64::MAX),
            Self::Time(window) => window.bucket_end(now),
        }
    }

    /// Returns the length of a time window.
    pub(crate) fn time(&self) -> Option<Duration> {
        match self {
            Self::Count(_) => None,
            Self::Time(window) => Some(window.time()),
        }
    }

    /// Marks a sample as failed, if it is still in the window and has not failed.
    pub(crate) fn fail(&mut self, index: SampleIndex, kind: FailureKind, now: Tick) {
        match self {
            Self::Count(window) => window.fail(index, kind),
            Self::Time(window) => window.fail(index, kind, now),
        }
    }

    /// Returns the failures in the window at `now`, by kind.
    pub(crate) fn failures(&self, now: Tick) -> Failures {
        match self {
            Self::Count(window) => window.failures(),
            Self::Time(window) => window.failures(now),
        }
    }

    /// Returns what is in the window at `now`.
    #[inline]
    pub(crate) fn counts(&mut self, now: Tick) -> WindowCounts {
        match self {
            Self::Count(window) => window.counts(),
            Self::Time(window) => window.counts(now),
        }
    }
}

#[cfg(test)]
mod tests;
