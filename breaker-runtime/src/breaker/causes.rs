//! The cause of an opening, which user code states outside of the lock.
//!
//! The machine decides under the lock whether a failure opens the circuit. If it does, the lock is released, the
//! user's code states the cause, and the cause is added to the history and to the events of the transition. These
//! events wait meanwhile, and so do later events of the breaker. Calls and readings do not wait.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::event::EventKind;
use super::shared::{CircuitBreaker, Locked};
use crate::machine::{CallEnd, Ticket};
use crate::sync::{MutexGuard, Ordering};
use crate::time::ClockReading;
use crate::values::{Cause, Outage, State, Transition};

/// User code that states the cause of a failure; `None` if there is none to state.
pub(crate) type StateCause<'a> = dyn FnMut() -> Option<Cause> + 'a;

impl CircuitBreaker {
    /// Reports a failure to the machine. If it opens the circuit, user code states the cause.
    ///
    /// Returns whether the call belongs to an older generation.
    pub(super) fn settle_and_ask(
        &self,
        reading: ClockReading,
        ticket: Ticket,
        ended: CallEnd,
        cause: &mut StateCause<'_>,
    ) -> bool {
        let mut locked = self.shared().lock();
        let before = locked.events.last_sequence();
        let stale = self.step_for_call(&mut locked, reading, |machine, now, changes| {
            (machine.settle(ticket, ended, now, changes), Some(ticket))
        });
        let opening = locked.opening_after(before);
        if let Some(sequence) = opening {
            locked.events.hold(sequence);
        }
        self.unlock(locked);
        if let Some(sequence) = opening {
            self.ask_cause(sequence, cause);
        }
        stale
    }

    /// Runs the code that states the cause of a transition, and delivers the event.
    #[cold]
    fn ask_cause(&self, sequence: u64, cause: &mut StateCause<'_>) {
        let shared = self.shared();
        let stated = catch_unwind(AssertUnwindSafe(cause));
        let mut locked: MutexGuard<'_, Locked> = shared.lock();
        locked.events.release(sequence);
        if let Ok(Some(cause)) = &stated {
            locked.set_cause(sequence, cause);
        }
        self.unlock(locked);
        if let Err(panic) = stated {
            shared
                .cold
                .registry
                .cause_panics
                .fetch_add(1, Ordering::Relaxed);
            shared.cold.registry.listeners.catch_panic(|| drop(panic));
        }
    }
}

impl Locked {
    /// Returns the number of the event of an opening that a call has just caused.
    fn opening_after(&self, before: u64) -> Option<u64> {
        let caused =
            |transition: &Transition| transition.to == State::Open && transition.due_at.is_none();
        let mut new = self.events.after(before);
        new.find_map(|told| match &told.kind {
            EventKind::Transition(transition) if caused(transition) => Some(told.sequence),
            _ => None,
        })
    }

    /// Adds the cause to a transition whose event is queued: in the history, in the outage, and in the events.
    fn set_cause(&mut self, sequence: u64, cause: &Cause) {
        let mut of = None;
        let mut events = self.events.starting_at(sequence);
        if let Some(EventKind::Transition(transition)) = events.next() {
            transition.cause = Some(cause.clone());
            of = Some(transition.generation);
        }
        let Some(generation) = of else {
            return;
        };
        let set = |transition: &mut Transition| {
            if transition.generation == generation {
                transition.cause = Some(cause.clone());
            }
        };
        let set_in = |outage: &mut Outage| {
            set(&mut outage.first.transition);
            set(&mut outage.last.transition);
        };
        for kind in events {
            if let EventKind::OutageBegan(outage) | EventKind::OutageEnded(outage) = kind {
                set_in(outage);
            }
        }
        if let Some(history) = &mut self.history {
            history
                .recent_mut()
                .for_each(|past| set(&mut past.transition));
            history.outages.each_mut(set_in);
        }
    }
}
