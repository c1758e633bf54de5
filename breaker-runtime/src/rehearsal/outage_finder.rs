//! Finds the outages of a trace by a rule, call by call.

use super::call::{Call, CallOutcome};
use super::outages::{OutageRule, Span};

/// The number of outages that are listed at most.
const MOST: usize = 10_000;
/// A slot is at most this many times as long as the rule says, however few calls there are.
const LONGEST_SLOT: u64 = 3600;

/// How many calls of the trace count so far.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    calls: u64,
    failures: u64,
}

/// An instant at which calls began, and what was counted before its first call and after its last one.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    at: u64,
    before: Counted,
    after: Counted,
}

/// An outage that may still go on.
#[derive(Clone, Copy, Debug)]
struct Current {
    began: Mark,
    ended: Mark,
    unended: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    began: u64,
    calls: u64,
    failures: u64,
    dropped: u64,
    first_failure: Option<Mark>,
    last_failure: Mark,
    /// When the last failure before the first success began.
    leading: Option<Mark>,
    succeeded: bool,
}

/// Finds the outages of a trace, call by call.
#[derive(Clone, Debug)]
pub(super) struct OutageFinder {
    rule: OutageRule,
    /// When the last call began that counts.
    now: Mark,
    slot: Option<Slot>,
    /// When the first of the failures in a row began.
    row: Option<Mark>,
    /// The value of `row` when the slot began.
    row_before: Option<Mark>,
    /// Whether the slot before was bad.
    follows_bad: bool,
    current: Option<Current>,
    found: Vec<Span>,
}

impl OutageFinder {
    pub(super) fn new(rule: OutageRule) -> Self {
        Self {
            rule,
            now: Mark::default(),
            slot: None,
            row: None,
            row_before: None,
            follows_bad: false,
            current: None,
            found: Vec::new(),
        }
    }

    /// Adds a call, which did not begin before the last one.
    pub(super) fn push(&mut self, call: &Call) {
        let too_long = |limit| call.took_nanos() >= limit;
        let is_slow = self.rule.slow.is_some_and(too_long);
        let (failed, dropped) = match call.outcome() {
            CallOutcome::Success => (is_slow, false),
            CallOutcome::Failure(_) | CallOutcome::Trip => (true, false),
            CallOutcome::Dropped => (is_slow, !is_slow),
            _ => return,
        };
        let at = call.started_nanos();
        if at != self.now.at {
            self.settle();
            let (before, after) = (self.now.after, self.now.after);
            self.now = Mark { at, before, after };
        }
        self.now.after.calls += 1;
        self.now.after.failures += u64::from(failed);
        let now = self.now;
        let ends = |slot: &Slot, rule: &OutageRule| {
            let age = at.saturating_sub(slot.began);
            let full = slot.calls.max(slot.dropped) >= rule.min_calls;
            age >= rule
                .slot
                .saturating_mul(if full { 1 } else { LONGEST_SLOT })
        };
        if self.slot.is_some_and(|slot| ends(&slot, &self.rule)) {
            self.end_slot();
        }
        let slot = self.slot.get_or_insert_with(|| {
            self.row_before = self.row;
            Slot {
                began: at,
                ..Slot::default()
            }
        });
        slot.dropped += u64::from(dropped);
        slot.calls += u64::from(!dropped);
        slot.failures += u64::from(failed);
        if failed || dropped {
            slot.first_failure.get_or_insert(now);
            slot.last_failure = now;
            self.row.get_or_insert(now);
            if !slot.succeeded {
                slot.leading = Some(now);
            }
        } else {
            slot.succeeded = true;
            self.row = None;
        }
    }

    /// Completes the marks at the instant of the last call, to which no more calls come.
    fn settle(&mut self) {
        let slot = self.slot.as_mut();
        let of_slot = slot.map(|it| (&mut it.last_failure, it.leading.as_mut()));
        let (last, leading) = of_slot.unzip();
        let current = self.current.as_mut().map(|it| &mut it.ended);
        let marks = [last, leading.flatten(), current];
        for mark in marks.into_iter().flatten() {
            if mark.at == self.now.at {
                *mark = self.now;
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a share needs no exact numbers")]
    fn end_slot(&mut self) {
        let Some(slot) = self.slot.take() else {
            return;
        };
        // A slot with few calls prolongs an outage, and begins none.
        let enough = match self.current {
            Some(_) => 1,
            None => self.rule.min_calls,
        };
        let failed = slot.calls >= enough
            && slot.failures > 0
            && slot.failures as f64 / slot.calls as f64 >= self.rule.share;
        let unanswered = slot.calls == 0 && slot.dropped >= enough;
        let bad = failed || unanswered;
        let follows_bad = std::mem::replace(&mut self.follows_bad, bad);
        if bad {
            self.add_bad(&slot);
        } else if let Some(current) = &mut self.current {
            // The row of failures goes on from the bad slot.
            let goes_on = follows_bad && self.row_before.is_some();
            if let Some(leading) = slot.leading.filter(|_| goes_on) {
                current.ended = leading;
            }
            // A row of failures that are too few to be judged does not end an outage.
            let last = slot.last_failure.at.max(slot.began);
            if slot.succeeded && last > current.ended.at.saturating_add(self.rule.gap) {
                self.end_outage();
            }
        }
    }

    fn add_bad(&mut self, slot: &Slot) {
        let Some(first) = slot.first_failure else {
            return;
        };
        let began = self.row_before.filter(|_| slot.leading.is_some());
        let began = began.unwrap_or(first);
        let joins = self
            .current
            .is_some_and(|it| began.at <= it.ended.at.saturating_add(self.rule.gap));
        if !joins {
            self.end_outage();
            if slot.calls.max(slot.dropped) < self.rule.min_calls {
                return;
            }
        }
        let current = self.current.get_or_insert(Current {
            began,
            ended: began,
            unended: false,
        });
        current.ended = slot.last_failure;
    }

    fn end_outage(&mut self) {
        let Some(Current {
            began,
            ended,
            unended,
        }) = self.current.take()
        else {
            return;
        };
        let long = ended.at - began.at >= self.rule.least;
        if long && self.found.len() < MOST {
            self.found.push(Span {
                began: began.at,
                ended: ended.at,
                unended,
                until: if unended { u64::MAX } else { ended.at },
                calls: ended.after.calls - began.before.calls,
                failures: ended.after.failures - began.before.failures,
            });
        }
    }

    /// Returns the outages, in order.
    pub(super) fn finish(mut self) -> Vec<Span> {
        self.settle();
        self.end_slot();
        if let Some(current) = &mut self.current {
            // The failures in a row go on from its last failure, so that no success followed.
            current.unended = self.row.is_some_and(|row| row.at <= current.ended.at);
        }
        self.end_outage();
        self.found
    }
}
