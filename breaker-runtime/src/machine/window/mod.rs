//! Windows: samples in, counts out. A window really slides: what leaves it is taken off again.

mod count;
mod time;

use std::time::Duration;

use self::count::CountWindow;
use self::time::TimeWindow;
use crate::config::Window as Shape;
use crate::time::Tick;

/// How one call went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) failed: bool,
    pub(crate) slow: bool,
}

/// What is in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WindowCounts {
    pub(crate) calls: u64,
    pub(crate) failures: u64,
    pub(crate) slow: u64,
}

/// Where a sample stands, to mark it as failed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(u64);

/// The samples of one generation, as far as they still count.
#[derive(Debug)]
pub(crate) enum Window {
    Count(CountWindow),
    /// Apart, as it is large and most breakers have none.
    Time(Box<TimeWindow>),
}

impl Window {
    #[inline]
    pub(crate) fn new(shape: Shape) -> Self {
        match shape {
            Shape::Calls(calls) => Self::Count(CountWindow::new(calls)),
            Shape::Time(time) => Self::Time(Box::new(TimeWindow::new(time))),
        }
    }

    /// Adds a sample; `now` never goes back.
    pub(crate) fn add(&mut self, sample: Sample, now: Tick) -> Place {
        match self {
            Self::Count(window) => window.add(sample),
            Self::Time(window) => window.add(sample, now),
        }
    }

    /// Adds fast successes that ended in the same tenth as this instant, which may be past.
    pub(crate) fn add_successes(&mut self, calls: u64, at: Tick) {
        match self {
            Self::Count(window) => window.add_successes(calls),
            Self::Time(window) => window.add_successes(calls, at),
        }
    }

    /// Returns until when a sample is one like those of now.
    pub(crate) fn full_at(&self, now: Tick) -> Tick {
        match self {
            Self::Count(_) => Tick::from_nanos(u64::MAX),
            Self::Time(window) => window.full_at(now),
        }
    }

    /// Returns its length, if it is one of time.
    pub(crate) fn time(&self) -> Option<Duration> {
        match self {
            Self::Count(_) => None,
            Self::Time(window) => Some(window.time()),
        }
    }

    /// Marks a sample as failed, if it is still in the window and was not.
    pub(crate) fn fail(&mut self, place: Place, now: Tick) {
        match self {
            Self::Count(window) => window.fail(place),
            Self::Time(window) => window.fail(place, now),
        }
    }

    /// What is in the window at this instant.
    #[inline]
    pub(crate) fn counts(&mut self, now: Tick) -> WindowCounts {
        match self {
            Self::Count(window) => window.counts(),
            Self::Time(window) => window.counts(now),
        }
    }
}

impl WindowCounts {
    fn add(&mut self, sample: Sample) {
        self.calls += 1;
        self.failures += u64::from(sample.failed);
        self.slow += u64::from(sample.slow);
    }

    fn take_off(&mut self, other: Self) {
        self.calls -= other.calls;
        self.failures -= other.failures;
        self.slow -= other.slow;
    }

    /// The share of failures, if there are at least so many calls.
    pub(crate) fn failure_rate(&self, min_calls: u32) -> Option<f64> {
        self.rate(self.failures, min_calls)
    }

    /// The share of slow calls, if there are at least so many calls.
    pub(crate) fn slow_rate(&self, min_calls: u32) -> Option<f64> {
        self.rate(self.slow, min_calls)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a rate of more than 2^52 calls is exact enough"
    )]
    fn rate(&self, part: u64, min_calls: u32) -> Option<f64> {
        (self.calls >= u64::from(min_calls)).then(|| part as f64 / self.calls as f64)
    }
}

#[cfg(test)]
mod tests;
