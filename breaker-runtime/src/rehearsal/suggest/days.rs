//! Which days of a trace settings are chosen on, and which are held out.

use std::time::SystemTime;

use crate::rehearsal::call::{Call, DAY, instant};
use crate::rehearsal::outage_finder::OutageFinder;
use crate::rehearsal::outages::{OutageRule, Span};

/// Splits the days of a trace: the first, the third and so on are for choosing, the others are held out.
///
/// A day lasts from midnight to midnight in UTC, and counts if it has calls. Whether a day is held out depends only on
/// how many days with calls come before it.
#[derive(Clone, Debug, Default)]
pub(super) struct DaySplit {
    latest: Option<u64>,
    choose: Vec<u64>,
    held_out: Vec<u64>,
    is_held_out: bool,
}

impl DaySplit {
    /// Returns whether a call, which did not begin before the last one, is in a day that is held out.
    pub(super) fn holds_out(&mut self, call: &Call) -> bool {
        let day = call.started_nanos() / DAY;
        if self.latest != Some(day) {
            self.is_held_out = self.choose.len() > self.held_out.len();
            let days = if self.is_held_out {
                &mut self.held_out
            } else {
                &mut self.choose
            };
            days.push(day);
            self.latest = Some(day);
        }
        self.is_held_out
    }

    /// Returns when the days begin that are for choosing.
    pub(super) fn chosen_on(&self) -> Vec<SystemTime> {
        self.choose.iter().map(|day| instant(day * DAY)).collect()
    }

    /// Returns when the days begin that are held out.
    pub(super) fn judged_on(&self) -> Vec<SystemTime> {
        self.held_out.iter().map(|day| instant(day * DAY)).collect()
    }
}

/// Finds the outages of each day by itself, because days between them are left out.
#[derive(Debug)]
pub(super) struct DailyOutages {
    rule: OutageRule,
    day: u64,
    finder: OutageFinder,
    found: Vec<Span>,
}

impl DailyOutages {
    pub(super) fn new(rule: OutageRule) -> Self {
        Self {
            rule,
            day: 0,
            finder: OutageFinder::new(rule),
            found: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, call: &Call) {
        let day = call.started_nanos() / DAY;
        if day != self.day {
            self.end_day();
            self.day = day;
        }
        self.finder.push(call);
    }

    fn end_day(&mut self) {
        let finder = std::mem::replace(&mut self.finder, OutageFinder::new(self.rule));
        let midnight = self.day.saturating_add(1).saturating_mul(DAY);
        let of_day = finder.finish().into_iter();
        let of_day = of_day.map(|outage| outage.until(midnight));
        self.found.extend(of_day);
    }

    /// Returns the outages of all days, in order.
    pub(super) fn finish(mut self) -> Vec<Span> {
        self.end_day();
        self.found
    }
}
