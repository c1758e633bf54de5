//! One breaker's shared heart: the gate that most calls pass by themselves, and the lock behind it.
//!
//! Nobody else locks the machine. No user code runs under the lock.

use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::SystemTime;

use once_cell::sync::OnceCell;

use crate::breaker::CircuitBreaker;
use crate::cells::{Cells, Count};
use crate::config::{Layered, Merged, Settings};
use crate::event::{Event, EventKind, Listeners, Transition};
use crate::gate::Gate;
use crate::history::{History, PastTransition};
use crate::latency::Latencies;
use crate::limits::Limits;
use crate::machine::{Change, Evidence, Forced, Machine, Ticket};
use crate::name::Name;
use crate::slots::slot;
use crate::snapshot::Override;
use crate::state::State;
use crate::sync::{Arc, Mutex, MutexGuard, lock};
use crate::tally::{Collected, Tallies};
use crate::time::{Moment, Reading, Tick, Time};

mod calls;
mod readings;

#[derive(Debug)]
pub(crate) struct Core {
    gate: Gate,
    limits: Limits,
    cells: Cells,
    /// There from when there is a window or `slow_call` first.
    tallies: OnceCell<Tallies>,
    name: Name,
    time: Time,
    apart: Apart,
}

/// On cache lines of its own: who takes the lock does not slow those down who pass the gate.
#[derive(Debug)]
#[repr(align(128))]
struct Apart {
    locked: Mutex<Locked>,
    listeners: Arc<Listeners>,
    /// There from when it is first asked how long calls take.
    latencies: OnceCell<Latencies>,
}

const _: () = assert!(
    cfg!(breaker_loom) || size_of::<Core>() <= 896,
    "one more cache line for each breaker"
);

/// What the lock guards.
#[derive(Debug)]
struct Locked {
    machine: Machine,
    /// What has been collected from the tallies, if there are any.
    collected: Option<Collected>,
    /// The latest instant that the machine was told.
    latest: Tick,
    /// When the machine entered its state, dated then: a later step of the wall clock moves nothing.
    since: SystemTime,
    merged: Merged,
    layered: Layered,
    /// There from the first transition on.
    history: Option<Box<History>>,
    /// What happened and was not told yet, in order.
    events: VecDeque<(u64, SystemTime, EventKind)>,
    last_sequence: u64,
    /// Whether someone is telling the listeners; that one tells them what is queued meanwhile too.
    delivering: bool,
}

// No panic leaves a breaker half changed: a lock that a panic poisoned is taken all the same, and
// what it guards is whole, since no user code runs under it.
impl UnwindSafe for Core {}
impl RefUnwindSafe for Core {}

impl Core {
    pub(crate) fn new(
        name: Name,
        merged: Merged,
        layered: Layered,
        time: Time,
        listeners: Arc<Listeners>,
    ) -> Self {
        let seed = RandomState::new().build_hasher().finish();
        let moment = time.moment();
        let settings = merged.effective(&layered).settings(merged.call_timeout());
        let core = Self {
            gate: Gate::new(),
            limits: Limits::new(&settings),
            cells: Cells::new(),
            tallies: OnceCell::new(),
            name,
            time,
            apart: Apart {
                listeners,
                latencies: OnceCell::new(),
                locked: Mutex::new(Locked {
                    machine: Machine::new(settings, moment.now, seed),
                    collected: None,
                    latest: moment.now,
                    since: moment.wall,
                    merged,
                    layered,
                    history: None,
                    events: VecDeque::new(),
                    last_sequence: 0,
                    delivering: false,
                }),
            },
        };
        core.prepare(&mut core.lock(), &settings);
        core
    }

    /// Publishes what settings mean for those who do not take the lock.
    fn prepare(&self, locked: &mut Locked, settings: &Settings) {
        self.limits.publish(settings);
        if settings.window.is_some() || settings.slow_call.is_some() {
            let made = self.tallies.get_or_init(|| {
                let (tallies, collected) = Tallies::new();
                locked.collected = Some(collected);
                tallies
            });
            made.disarm();
        }
        if settings.latency {
            self.apart.latencies.get_or_init(Latencies::new);
        }
        self.publish(locked);
    }

    #[inline]
    fn publish(&self, locked: &Locked) {
        let machine = &locked.machine;
        let measured = machine.settings().latency;
        let quick = self.time.is_system() && self.name.is_declared();
        self.gate
            .publish(machine.generation(), machine.stance(), measured, quick);
    }

    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    #[inline]
    pub(crate) fn count(&self, count: Count) {
        self.cells.add(count);
    }
}

/// What it has counted is kept with its name.
impl Drop for Core {
    fn drop(&mut self) {
        if let Some(retired) = self.name.retired() {
            // No clock is asked, which may be user code: somebody may hold a lock of the keys.
            self.add_to(&mut lock(retired), Tick::default());
        }
    }
}

/// The door to the machine.
impl Core {
    #[inline]
    fn lock(&self) -> MutexGuard<'_, Locked> {
        lock(&self.apart.locked)
    }

    /// Runs one step of the machine under its lock, publishes what came of it, and tells the
    /// listeners after the lock is gone.
    #[inline]
    pub(crate) fn change<R>(
        breaker: &CircuitBreaker,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> R,
    ) -> R {
        let core = breaker.core();
        let reading = core.time.reading(core.time.now());
        let mut locked = core.lock();
        let result = core.step(&mut locked, reading, step);
        core.unlock(locked, breaker);
        result
    }

    /// The same for one step of a call, whose ticket it returns; its thread may then count more by
    /// itself.
    fn change_for_call<R>(
        breaker: &CircuitBreaker,
        reading: Reading,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> (R, Option<Ticket>),
    ) -> R {
        let core = breaker.core();
        let mut locked = core.lock();
        let (result, ticket) = core.step(&mut locked, reading, step);
        if let (Some(tallies), Some(ticket)) = (core.tallies.get(), ticket) {
            locked.arm(tallies, ticket);
        }
        core.unlock(locked, breaker);
        result
    }

    /// Lets go of the lock and tells the listeners what is queued.
    fn unlock(&self, locked: MutexGuard<'_, Locked>, breaker: &CircuitBreaker) {
        let untold = !locked.events.is_empty() && !locked.delivering;
        drop(locked);
        if untold {
            self.deliver(breaker);
        }
    }

    fn step<R>(
        &self,
        locked: &mut Locked,
        reading: Reading,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> R,
    ) -> R {
        self.collect(locked);
        // Whoever read the clock first may be the last to get the lock.
        let now = locked.latest.max(reading.now);
        locked.latest = now;
        let mut changes = Vec::new();
        let generation = locked.machine.generation();
        let result = step(&mut locked.machine, now, &mut changes);
        if locked.machine.generation() != generation || !changes.is_empty() {
            let moment = reading.moment(now);
            if locked.machine.generation() != generation {
                locked.since = moment.wall;
            }
            for change in changes {
                locked.note(change, moment);
            }
        }
        self.publish(locked);
        result
    }

    /// Hands the machine what the threads have counted by themselves.
    #[inline]
    fn collect(&self, locked: &mut Locked) {
        if let (Some(tallies), Some(collected)) = (self.tallies.get(), &mut locked.collected) {
            tallies.collect(collected, &mut locked.machine, locked.latest);
        }
    }

    /// Tells the listeners what is queued, unless someone is at it already.
    #[cold]
    fn deliver(&self, breaker: &CircuitBreaker) {
        let mut locked = self.lock();
        if locked.delivering {
            return;
        }
        while let Some((sequence, at, kind)) = locked.events.pop_front() {
            locked.delivering = true;
            drop(locked);
            let event = Event::new(breaker.clone(), sequence, at, kind);
            self.apart.listeners.tell(&event);
            drop(event);
            locked = self.lock();
        }
        locked.delivering = false;
    }
}

impl Locked {
    /// Lets the thread of a call count more of them by itself.
    fn arm(&mut self, tallies: &Tallies, ticket: Ticket) {
        let frame = self.machine.frame(ticket, self.latest);
        if let Some(collected) = &mut self.collected {
            tallies.arm(collected, slot(), self.machine.generation(), &frame);
        }
    }

    fn note(&mut self, change: Change, moment: Moment) {
        let kind = match change {
            Change::Transition {
                from,
                to,
                reason,
                generation,
                due,
                open_period,
                evidence: Evidence { failures, rate },
            } => {
                let transition = Transition {
                    from,
                    to,
                    reason,
                    generation,
                    due_at: due.map(|due| moment.date(due)),
                    open_period,
                    failures,
                    rate,
                };
                let at = moment.wall;
                // An open circuit is one until its period has passed, whenever that is noticed.
                let ended = due.filter(|_| from == State::Open);
                let history = self.history.get_or_insert_default();
                history.add(
                    PastTransition { at, transition },
                    ended.unwrap_or(moment.now),
                );
                EventKind::Transition(transition)
            }
            Change::OverrideSet(forced) => EventKind::OverrideSet(shown(&forced, moment)),
            Change::OverrideCleared(forced) => EventKind::OverrideCleared(shown(&forced, moment)),
            Change::OverrideExpired(forced) => EventKind::OverrideExpired(shown(&forced, moment)),
        };
        self.queue(moment.wall, kind);
    }

    fn queue(&mut self, wall: SystemTime, kind: EventKind) {
        self.last_sequence += 1;
        self.events.push_back((self.last_sequence, wall, kind));
    }
}

fn shown(forced: &Forced, moment: Moment) -> Override {
    Override {
        state: forced.kind.state(),
        reason: forced.reason.to_string(),
        until: forced.until.map(|until| moment.date(until)),
    }
}

#[cfg(test)]
mod tests;
