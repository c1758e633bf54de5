//! The calls of a recorded breaker: their ways in and out, which leave what happens to a recorder.
//!
//! The gate shows that a breaker is recorded, and the mark of a ticket that its call is. So no other call pays for it.
//! A recorded call takes the same decisions as any other, and the recorder gets the instants by which they were taken.

use std::time::Duration;

use super::causes::StateCause;
use super::gate::Word;
use super::recording::Recording;
use super::ring_of_events::CallMark;
use super::shared::{CircuitBreaker, Locked, RegistryLink, Shared};
use crate::machine::{CallEnd, Ticket};
use crate::sync::{Arc, Ordering};
use crate::time::{Tick, nanos};
use crate::values::{End, Rejection};

impl CircuitBreaker {
    /// Requests permission to run one call of a recorded breaker, unless the gate admits it at once.
    #[inline(never)]
    pub(crate) fn admit_recorded(&self) -> Result<Ticket, Rejection> {
        let shared = self.shared();
        let recorded = shared.gate.word();
        let word = recorded.without_recording();
        let (now, admitted) = if recorded.takes_place() {
            (shared.time.now(), self.admit_limited())
        } else {
            self.admit_by(word)
        };
        match admitted {
            Ok(mut ticket) => {
                if ticket.stamped().is_none() {
                    ticket.stamp(now);
                }
                shared.begin_recorded(&mut ticket, now);
                Ok(ticket)
            }
            Err(rejection) => {
                if let Some((recording, source)) = shared.recording() {
                    recording.call_rejected(source, now);
                }
                Err(rejection)
            }
        }
    }

    /// Requests permission as for a breaker that is not recorded; returns also the instant by which it was decided.
    fn admit_by(&self, word: Word) -> (Tick, Result<Ticket, Rejection>) {
        let shared = self.shared();
        if word.admits_tracked() {
            let now = shared.time.read(word.is_precise());
            if let Some(ticket) = shared.admit_tracked_at(word, now) {
                return (now, Ok(ticket));
            }
        } else if word.admits_untracked() {
            let now = shared.time.read(word.measures_latency());
            return (now, Ok(Ticket::call(word.generation())));
        } else if word.is_open() {
            let now = shared.time.read(word.is_precise());
            if let Some(retry_after) = shared.gate.time_left(now) {
                return (now, Err(shared.rejected_open(retry_after)));
            }
        } else if word.is_held() {
            let now = shared.time.coarse();
            if let Some(retry_after) = shared.gate.probed_elsewhere_for(now) {
                return (now, Err(shared.rejected_probed_elsewhere(retry_after)));
            }
        }
        let now = shared.time.now();
        (now, self.admit_locked_at(now))
    }

    /// Records the success of a recorded call whose ticket has no other mark.
    #[inline(never)]
    pub(super) fn settle_recorded_success(&self, word: Word, ticket: Ticket) {
        let shared = self.shared();
        let plain = ticket.without_record();
        if !word.without_recording().success_is_free(plain) {
            return self.settle_recorded_success_uncommon(word, ticket);
        }
        let now = shared.time.read(false);
        self.count_clean_success(shared);
        if let Some((recording, source)) = shared.recording() {
            recording.call_succeeded(source, CallMark::of_plain(plain), now);
        }
    }

    #[inline(never)]
    fn settle_recorded_success_uncommon(&self, word: Word, ticket: Ticket) {
        if !self.tally_recorded(word.without_recording(), ticket.without_record()) {
            self.settle_recorded_locked(word, ticket, End::Success.into(), false, None);
        }
    }

    /// Counts the success of a recorded call that needs only the tally; returns `false` if the machine must count it.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has two callers, of which one is common"
    )]
    fn tally_recorded(&self, word: Word, ticket: Ticket) -> bool {
        let shared = self.shared();
        if !word.is_closed() || word.measures_latency() {
            return false;
        }
        // The clock of a call that is not recorded.
        let now = shared.time.read(word.is_precise());
        if now.as_nanos() >= shared.outage_end() {
            self.end_outage();
        }
        let counted = shared.tally_success(word, ticket, now);
        if let (true, Some((recording, source))) = (counted, shared.recording()) {
            recording.call_succeeded(source, CallMark::of(ticket), now);
        }
        counted
    }

    /// Records how a recorded call ended, whose other marks have ended.
    ///
    /// `dropped` says whether the call was dropped while it was pending.
    #[inline(never)]
    pub(super) fn settle_recorded(
        &self,
        word: Word,
        ticket: Ticket,
        ended: CallEnd,
        dropped: bool,
        cause: Option<&mut StateCause<'_>>,
    ) {
        if ended.end == End::Success
            && self.tally_recorded(word.without_recording(), ticket.without_record())
        {
            return;
        }
        self.settle_recorded_locked(word, ticket, ended, dropped, cause);
    }

    #[inline(never)]
    fn settle_recorded_locked(
        &self,
        word: Word,
        ticket: Ticket,
        ended: CallEnd,
        dropped: bool,
        cause: Option<&mut StateCause<'_>>,
    ) {
        let shared = self.shared();
        let CallEnd { end, hint } = ended;
        let word = word.without_recording();
        let ticket = ticket.without_record();
        let now = shared.time.now();
        if word.measures_latency() {
            shared.add_latency(ticket, end, now);
        }
        // Before the machine: a listener may make the next call.
        if let Some((recording, source)) = shared.recording() {
            recording.call_ended(
                source,
                CallMark::of(ticket),
                end,
                dropped,
                hint.map(nanos),
                now,
            );
        }
        let answered = dropped.then(|| shared.counted_answers()).flatten();
        let (counted, measured) = (answered.is_some(), Some(now));
        self.settle_measured(word, ticket, end, counted, measured, |reading, ticket| {
            if let Some(cause) = cause {
                return self.settle_and_ask(reading, ticket, ended, cause);
            }
            self.change_for_call(reading, |machine, now, changes| {
                let stale = match answered {
                    Some(answered) => machine.settle_dropped(ticket, end, answered, now, changes),
                    None => machine.settle(ticket, ended, now, changes),
                };
                (stale, Some(ticket))
            })
        });
    }

    /// Records the breaker from now on, if a recorder of its registry has chosen it.
    pub(crate) fn record(&self) {
        let shared = self.shared();
        let Some(recording) = shared.cold.registry.recording.get() else {
            return;
        };
        let mut locked = shared.lock();
        let before = shared.cold.recorded_as.load(Ordering::Relaxed);
        // A breaker that was made while an earlier recorder ended may still have the id of that one.
        if before != 0 && recording.knows(before) {
            return;
        }
        let limit = locked.machine.settings().call_timeout.map(nanos);
        let id = recording.add(&shared.name, limit);
        if id.is_some() || before != 0 {
            let id = id.unwrap_or_default();
            shared.cold.recorded_as.store(id, Ordering::Relaxed);
            shared.publish_recording(&mut locked);
        }
    }

    /// Ends the recording of the breaker.
    pub(crate) fn end_record(&self) {
        let shared = self.shared();
        let mut locked = shared.lock();
        shared.forget_record();
        shared.publish_recording(&mut locked);
    }
}

impl Shared {
    /// Admits a call of a recorded breaker that matters to nobody but the recorder.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has one caller, which has saved the registers"
    )]
    pub(super) fn admit_recorded(&self, word: Word) -> Ticket {
        let mut ticket = Ticket::call(word.generation());
        ticket.stamp(self.time.read(false));
        if let Some((recording, source)) = self.recording() {
            let mark = CallMark::of_plain(ticket);
            recording.call_began(source, mark, Tick::from_nanos(mark.stamp));
        }
        ticket.set_record();
        ticket
    }

    /// Marks a call as recorded, and leaves its beginning.
    pub(super) fn begin_recorded(&self, ticket: &mut Ticket, now: Tick) {
        if let Some((recording, source)) = self.recording() {
            recording.call_began(source, CallMark::of(*ticket), now);
        }
        ticket.set_record();
    }

    /// Marks a call as recorded that the breaker's declaration makes, if the breaker is recorded.
    #[cfg(any(test, feature = "tokio"))]
    pub(super) fn record_declared(&self, ticket: &mut Ticket) {
        if self.is_recorded() {
            let began = ticket.stamped().unwrap_or_else(|| self.time.now());
            ticket.stamp(began);
            self.begin_recorded(ticket, began);
        }
    }

    /// Records a call that was rejected without a request for permission, if the breaker is recorded.
    #[cfg(feature = "tower")]
    pub(super) fn record_rejected(&self) {
        if let Some((recording, source)) = self.recording() {
            recording.call_rejected(source, self.time.now());
        }
    }

    /// Returns where the calls are recorded, and under which id.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a recorded call passes it twice")]
    fn recording(&self) -> Option<(&Recording, u64)> {
        let source = self.cold.recorded_as.load(Ordering::Relaxed);
        let recording = self.cold.registry.recording.get()?;
        (source != 0).then_some((recording, source))
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.cold.recorded_as.load(Ordering::Relaxed) != 0
    }

    /// Tells the recorder which `call_timeout` is in force.
    pub(super) fn record_call_timeout(&self, limit: Option<Duration>) {
        if let Some((recording, id)) = self.recording() {
            recording.limit(id, &self.name, limit.map(nanos));
        }
    }

    /// Notes that the breaker is no longer recorded.
    pub(super) fn forget_record(&self) {
        let id = self.cold.recorded_as.swap(0, Ordering::Relaxed);
        if let (Some(recording), true) = (self.cold.registry.recording.get(), id != 0) {
            recording.remove(id);
        }
    }

    #[cfg(test)]
    pub(crate) fn recorded_id(&self) -> u64 {
        self.cold.recorded_as.load(Ordering::Relaxed)
    }

    #[cfg(test)]
    pub(crate) fn set_recorded_id(&self, id: u64) {
        self.cold.recorded_as.store(id, Ordering::Relaxed);
    }

    fn publish_recording(&self, locked: &mut Locked) {
        let settings = *locked.machine.settings();
        locked.flags = self.setting_flags(&settings);
        self.publish(locked);
    }
}

impl CallMark {
    fn of(ticket: Ticket) -> Self {
        Self {
            bits: ticket.identity(),
            stamp: ticket.stamped().map_or(u64::MAX, Tick::as_nanos),
        }
    }

    /// Does the same for a plain call without a mark.
    #[inline]
    fn of_plain(ticket: Ticket) -> Self {
        Self {
            bits: ticket.bits(),
            ..Self::of(ticket)
        }
    }
}

impl RegistryLink {
    /// Returns the rings of the registry, which exist from the first recorder on.
    pub(crate) fn recording(&self) -> &Arc<Recording> {
        self.recording.get_or_init(Arc::default)
    }
}
