//! The way of a call: most pass by the gate and are counted in a cell, and no more.

use std::num::NonZeroU64;
use std::time::Duration;

use super::Core;
use crate::breaker::CircuitBreaker;
use crate::cells::Count;
use crate::error::Rejection;
use crate::gate::Word;
use crate::machine::{Ended, Role, Ticket};
use crate::name::Name;
use crate::outcome::End;
use crate::slots::claimed_slot;
use crate::tally::Quick;
use crate::time::{Tick, nanos, system};
use crate::within;

/// The methods take the breaker, because an event carries it to the listeners.
impl Core {
    /// Asks for the right to run one call.
    #[inline]
    pub(crate) fn admit(breaker: &CircuitBreaker) -> Result<Ticket, Rejection> {
        let core = breaker.core();
        let word = core.gate.word();
        if word.admits() {
            return Ok(Ticket::call(word.generation()));
        }
        if word.refuses_quickly() {
            // Made here: on the way out of a function it would be copied once more.
            if let Some((name, retry_after)) = core.refuse_at_gate() {
                let name = Name::Declared(name);
                return Err(core.refused(Rejection::open(name, retry_after)));
            }
        }
        unlikely();
        Self::admit_otherwise(breaker)
    }

    /// Counts a call that an open circuit refuses, by the system's coarse clock; returns its declared name
    /// and for how long, or nothing if the period has passed.
    #[inline(never)]
    fn refuse_at_gate(&self) -> Option<(&'static &'static str, NonZeroU64)> {
        let retry_after = self.gate.time_left(system::coarse())?;
        let Name::Declared(name) = self.name else {
            unlikely();
            return None;
        };
        self.cells.add(Count::RejectedOpen);
        Some((name, retry_after))
    }

    /// Looks at the gate once more: a word that is handed on has to be kept over the call before, and by
    /// every call then.
    #[inline(never)]
    fn admit_otherwise(breaker: &CircuitBreaker) -> Result<Ticket, Rejection> {
        let core = breaker.core();
        let word = core.gate.word();
        if word.is_watched() {
            if let Some(ticket) = core.admit_by_tally(word) {
                return Ok(ticket);
            }
        }
        Self::admit_slowly(breaker)
    }

    /// Lets a call pass that has to be counted among those in flight, if that takes no more than a
    /// tally.
    #[inline]
    fn admit_by_tally(&self, word: Word) -> Option<Ticket> {
        let now = self.time.read(word.is_fine());
        let generation = word.generation();
        let (bucket, began) = self.tallies.get()?.start(claimed_slot(), generation, now)?;
        Some(Ticket::watched(generation, bucket, began))
    }

    /// Lets a call pass, or refuses it, where that takes a clock at most; asks the machine where it does not.
    #[inline(never)]
    fn admit_slowly(breaker: &CircuitBreaker) -> Result<Ticket, Rejection> {
        let core = breaker.core();
        let word = core.gate.word();
        if word.is_open() {
            if let Some(retry_after) = core.time_left(word) {
                core.cells.add(Count::RejectedOpen);
                let rejection = Rejection::open(core.name.clone(), retry_after);
                return Err(core.refused(rejection));
            }
        } else if word.is_closed() && !word.is_watched() {
            // All that may matter is how long it takes.
            let mut ticket = Ticket::call(word.generation());
            if word.is_measured() {
                ticket.stamp(core.time.now());
            }
            return Ok(ticket);
        }
        Self::ask(breaker)
    }

    /// Asks the machine.
    #[inline(never)]
    fn ask(breaker: &CircuitBreaker) -> Result<Ticket, Rejection> {
        let core = breaker.core();
        let reading = core.time.reading(core.time.now());
        let within = within::generation(core);
        let admitted = Self::change_for_call(breaker, reading, |machine, now, changes| {
            let admitted = machine.admit(within, now, changes);
            let ticket = admitted.as_ref().ok().copied();
            (admitted.map(|it| (it, machine.is_recovering())), ticket)
        });
        match admitted {
            Ok((mut ticket, recovering)) => {
                if recovering && ticket.role() != Role::Bystander {
                    ticket.set_within();
                    within::begin(core, ticket);
                }
                Ok(ticket)
            }
            Err(refusal) => {
                let rejection = Rejection::new(core.name.clone(), refusal);
                core.cells.add(rejection.reason().into());
                Err(core.refused(rejection))
            }
        }
    }

    /// Notes that a call does not run on this thread any more: it has ended, or is held by hand.
    #[inline]
    pub(crate) fn leave(&self, ticket: Ticket) -> Ticket {
        if !ticket.is_within() {
            return ticket;
        }
        if !ticket.is_parked() {
            within::end(self, ticket);
        }
        ticket.without()
    }

    /// Tells those who debug of a refusal.
    #[cfg(feature = "tracing")]
    fn refused(&self, rejection: Rejection) -> Rejection {
        let tell = || crate::integrations::tracing::rejection(&rejection);
        self.apart.listeners.guarded(tell);
        rejection
    }

    /// There is nobody to tell.
    #[cfg(not(feature = "tracing"))]
    #[inline]
    #[expect(
        clippy::unused_self,
        reason = "with the feature there is something to do"
    )]
    fn refused(&self, rejection: Rejection) -> Rejection {
        rejection
    }

    /// The rest of the open period in nanoseconds, if the gate alone can tell that it has not passed; its
    /// word must be open.
    #[inline]
    pub(super) fn time_left(&self, word: Word) -> Option<NonZeroU64> {
        self.gate.time_left(self.time.read(word.is_fine()))
    }

    /// Takes in how a call ended; only a failure has a hint.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the end of every annotated function passes through"
    )]
    pub(crate) fn settle(
        breaker: &CircuitBreaker,
        ticket: Ticket,
        end: End,
        hint: Option<Duration>,
    ) {
        let core = breaker.core();
        let word = core.gate.word();
        if end != End::Success {
            Self::settle_slowly(breaker, word, ticket, end, hint);
        } else if word.is_clean(ticket) {
            core.cells.add_quiet_success(&core.time);
        } else {
            unlikely();
            Self::settle_success(breaker, word, ticket);
        }
    }

    /// Each way by itself: together they need more registers than any of them.
    #[inline(never)]
    fn settle_success(breaker: &CircuitBreaker, word: Word, ticket: Ticket) {
        if word.is_calm_for_watched(ticket) {
            Self::settle_watched_success(breaker, word, ticket);
        } else if word.is_calm_for(ticket) {
            Self::settle_sampled_success(breaker, word, ticket);
        } else {
            Self::settle_success_slowly(breaker, word, ticket);
        }
    }

    #[inline(never)]
    fn settle_watched_success(breaker: &CircuitBreaker, word: Word, ticket: Ticket) {
        if !breaker.core().settle_watched_by_tally(word, ticket, None) {
            Self::settle_success_slowly(breaker, word, ticket);
        }
    }

    #[inline(never)]
    fn settle_sampled_success(breaker: &CircuitBreaker, word: Word, ticket: Ticket) {
        if !breaker.core().settle_call_by_tally(word, ticket, None) {
            Self::settle_success_slowly(breaker, word, ticket);
        }
    }

    #[inline(never)]
    fn settle_success_slowly(breaker: &CircuitBreaker, word: Word, ticket: Ticket) {
        Self::settle_slowly(breaker, word, ticket, End::Success, None);
    }

    /// Keeps how long a call took, if it ends with an outcome; returns when it ended.
    fn measure(&self, ticket: Ticket, end: End) -> Tick {
        let now = self.time.now();
        if let (Some(latencies), Some(began)) = (self.apart.latencies.get(), ticket.stamped()) {
            if end != End::Cancelled {
                latencies.add(nanos(now.since(began)));
            }
        }
        now
    }

    #[inline(never)]
    fn settle_slowly(
        breaker: &CircuitBreaker,
        word: Word,
        ticket: Ticket,
        end: End,
        hint: Option<Duration>,
    ) {
        let core = breaker.core();
        let ticket = core.leave(ticket);
        let measured = word.is_measured().then(|| core.measure(ticket, end));
        if measured.is_some()
            && end == End::Success
            && core.settle_by_tally(word.unmeasured(), ticket, measured)
        {
            return;
        }
        let current = word.generation() == ticket.generation();
        let decides = current && may_decide(ticket.role(), end);
        let limit = core.limits.slow_call().filter(|_| end != End::Cancelled);
        let dated = matches!(end, End::Success | End::Failure);
        // All that a fast success can do is to end a row of failures.
        let harmless = end == End::Success && ticket.role() == Role::Call && limit.is_none();
        let now = match measured {
            Some(now) => now,
            None if harmless && word.is_closed() => core.time.read(word.is_fine()),
            // The precise clock, whatever it is: an open period that begins now must not end too early.
            None if decides || dated || limit.is_some() => core.time.now(),
            None => Tick::default(),
        };
        // Counted first: whoever sees a state that this call brought about also sees the call.
        core.count_end(end, now);
        if limit.is_some_and(|limit| ticket.lasted(limit, now)) {
            core.cells.add(Count::Slow);
        }
        let stale = if decides {
            let reading = core.time.reading(now);
            let ended = Ended { end, hint };
            Self::change_for_call(breaker, reading, |machine, now, changes| {
                (machine.settle(ticket, ended, now, changes), Some(ticket))
            })
        } else {
            !current
        };
        if stale && end != End::Cancelled {
            core.cells.add(Count::Stale);
        }
    }

    /// Counts a fast success of a circuit that has nothing to decide; says no if the machine has to
    /// hear of it.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "whether it is measured is known where it is called"
    )]
    fn settle_by_tally(&self, word: Word, ticket: Ticket, measured: Option<Tick>) -> bool {
        if word.is_calm_for(ticket) {
            self.settle_call_by_tally(word, ticket, measured)
        } else {
            word.is_calm_for_watched(ticket) && self.settle_watched_by_tally(word, ticket, measured)
        }
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn settle_call_by_tally(&self, word: Word, ticket: Ticket, measured: Option<Tick>) -> bool {
        if let (Some(now), false) = (measured, word.is_tallied()) {
            // Nothing but how long it took was asked of it.
            self.cells.add_success(now);
            return true;
        }
        let Some(tallies) = self.tallies.get() else {
            return false;
        };
        let now = match measured {
            None if word.is_timed() => Some(self.time.read(word.is_fine())),
            measured => measured,
        };
        let quick = Quick {
            sampled: word.is_tallied().then_some(now.unwrap_or_default()),
            watched: None,
        };
        let counted = tallies.success(claimed_slot(), ticket.generation(), quick);
        match now {
            Some(now) if counted => self.cells.add_success(now),
            None if counted => self.cells.add_quiet_success(&self.time),
            _ => {}
        }
        counted
    }

    /// Of a ticket for which the word is calm, so that it is one of those in flight.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn settle_watched_by_tally(&self, word: Word, ticket: Ticket, measured: Option<Tick>) -> bool {
        let (Some(tallies), Some(limit)) = (self.tallies.get(), self.limits.slow_call()) else {
            return false;
        };
        let now = measured.unwrap_or_else(|| self.time.read(word.is_fine()));
        if now.as_nanos().saturating_sub(ticket.watched_since()) >= limit {
            return false;
        }
        let quick = Quick {
            sampled: word.is_tallied().then_some(now),
            watched: Some(ticket),
        };
        let counted = tallies.success(claimed_slot(), ticket.generation(), quick);
        if counted {
            self.cells.add_success(now);
        }
        counted
    }

    fn count_end(&self, end: End, now: Tick) {
        match end {
            End::Success => self.cells.add_success(now),
            End::Failure => self.cells.add_failure(now),
            End::Ignored => self.cells.add(Count::Ignored),
            End::Cancelled => self.cells.add(Count::Cancelled),
        }
    }

    /// Takes in a call that was given up on: a failure if it had been pending for long enough.
    pub(crate) fn cancel(breaker: &CircuitBreaker, ticket: Ticket) {
        let core = breaker.core();
        let overdue = |since: Tick| {
            let limit = core.limits.cancel_after()?;
            let lasted = core.time.now().as_nanos().saturating_sub(since.as_nanos());
            (lasted >= limit).then_some(End::Failure)
        };
        let end = ticket.stamped().and_then(overdue);
        Self::settle(breaker, ticket, end.unwrap_or(End::Cancelled), None);
    }

    /// Notes that nothing of a call runs on this thread while its future waits to be polled.
    #[inline]
    pub(crate) fn park(&self, ticket: &mut Ticket) {
        if ticket.is_within() && !ticket.is_parked() {
            within::end(self, *ticket);
            ticket.park();
        }
    }

    /// Notes that nothing of a call runs, and stamps the first time that it is pending, if that will
    /// matter and its ticket does not know when it began. With the precise clock: an outer limit of
    /// just `cancel_after` has to count.
    #[inline]
    pub(crate) fn note_pending(&self, ticket: &mut Ticket) {
        self.park(ticket);
        if ticket.stamped().is_none() && self.limits.cancel_after().is_some() {
            ticket.stamp(self.time.now());
        }
    }
}

/// Whether the machine has to hear of such an end. While the circuit is closed a success is asked
/// for its row of failures and for its window only.
fn may_decide(role: Role, end: End) -> bool {
    match role {
        Role::Call => matches!(end, End::Success | End::Failure),
        Role::Watched | Role::Probe => true,
        Role::Bystander => false,
    }
}

/// Has the compiler lay what follows out of the way of what else may happen: a jump that is taken costs a
/// closed call more than the instructions around it. What is called there is compiled like all else, which
/// is not so if it is `#[cold]` itself.
#[cold]
#[inline]
fn unlikely() {}
