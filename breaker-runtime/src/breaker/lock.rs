//! The lock around the machine, which only [`Shared::lock`] takes. No user code runs under it.

use std::time::SystemTime;

use super::event::EventKind;
use super::gate::SettingFlags;
use super::history::History;
use super::log;
use super::outages::Costs;
use super::shared::{CircuitBreaker, Event, Locked, PendingEvent, Shared};
use super::span::CallSpan;
use super::tally::Tallies;
use super::thread_slots::slot;
use crate::config::{Conflict, Settings};
use crate::machine::{Change, Evidence, Forced, Machine, Ticket};
use crate::sync::{MutexGuard, Ordering, lock};
use crate::time::{ClockReading, Tick, WallInstant};
use crate::values::{Override, PastTransition, Transition};

impl CircuitBreaker {
    /// Runs one step of the machine under its lock, publishes the result, and notifies the listeners after
    /// releasing the lock.
    #[inline]
    pub(crate) fn change<R>(
        &self,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> R,
    ) -> R {
        let shared = self.shared();
        let reading = shared.time.reading(shared.time.now());
        let mut locked = shared.lock();
        let result = shared.step(&mut locked, reading, step);
        self.unlock(locked);
        result
    }

    /// Runs one step of the machine for a call, and grants the calling thread a new lease for its tally.
    ///
    /// The step also returns the ticket of the call, if the call was admitted.
    pub(super) fn change_for_call<R>(
        &self,
        reading: ClockReading,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> (R, Option<Ticket>),
    ) -> R {
        let mut locked = self.shared().lock();
        let result = self.step_for_call(&mut locked, reading, step);
        self.unlock(locked);
        result
    }

    /// Does the same under a lock that the caller holds.
    #[inline]
    pub(super) fn step_for_call<R>(
        &self,
        locked: &mut Locked,
        reading: ClockReading,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> (R, Option<Ticket>),
    ) -> R {
        let shared = self.shared();
        let (result, ticket) = shared.step(locked, reading, step);
        if let (Some(tallies), Some(ticket)) = (shared.tallies.get(), ticket) {
            locked.grant_lease(tallies, ticket);
        }
        result
    }

    /// Releases the lock and delivers the events that are queued.
    pub(super) fn unlock(&self, locked: MutexGuard<'_, Locked>) {
        if !locked.events.is_empty() {
            self.deliver(locked);
        }
    }

    /// Releases the lock and delivers the events that are queued, unless another thread is delivering.
    #[cold]
    fn deliver<'a>(&'a self, mut locked: MutexGuard<'a, Locked>) {
        let shared = self.shared();
        let listeners = &shared.cold.registry.listeners;
        if let Some(claim) = locked.events.claim() {
            drop(locked);
            let mut spans = claim.no_spans();
            listeners.catch_panic(|| spans = claim.spans());
            locked = shared.lock();
            locked.events.add_spans(&claim, spans);
        }
        if !locked.events.begin_delivery() {
            return;
        }
        while let Some((told, span)) = locked.events.next() {
            drop(locked);
            let event = Event::new(self.clone(), told, span.name());
            self.wake_waiting();
            listeners.catch_panic(|| {
                // Dropped in here, because that too runs code of the subscriber.
                let span = span;
                log::event(&shared.name, event.kind(), &span);
            });
            listeners.notify(&event, Event::pending);
            drop(event);
            #[cfg(feature = "fleet")]
            self.tell_fleet();
            locked = shared.lock();
        }
    }

    /// Queues events that no listener has received yet, in the order in which they happened, and delivers them.
    ///
    /// Events that another thread is delivering at this moment may come before them.
    pub(crate) fn redeliver(pending: Vec<PendingEvent>) {
        let mut breakers = Vec::with_capacity(pending.len());
        for it in pending.into_iter().rev() {
            let Some(breaker) = it.breaker.upgrade() else {
                continue;
            };
            let none = CallSpan::none();
            let mut locked = breaker.shared().lock();
            locked.events.push_again(it.told, none);
            drop(locked);
            breakers.push(breaker);
        }
        // Delivery starts after all events are queued, so that they keep their order.
        for breaker in breakers.iter().rev() {
            breaker.unlock(breaker.shared().lock());
        }
    }

    /// Queues an event that no step of the machine caused, and delivers it.
    pub(super) fn announce(&self, kinds: impl IntoIterator<Item = EventKind>) {
        let shared = self.shared();
        let wall = shared.time.wall();
        let mut locked = shared.lock();
        for kind in kinds {
            locked.queue(wall, kind);
        }
        self.unlock(locked);
    }

    /// Logs conflicts and notifies the listeners of them.
    pub(crate) fn announce_conflicts(&self, conflicts: Vec<Conflict>) {
        let listeners = &self.shared().cold.registry.listeners;
        for conflict in &conflicts {
            listeners.catch_panic(|| log::conflict(conflict));
        }
        self.announce(conflicts.into_iter().map(EventKind::Conflict));
    }
}

impl Shared {
    #[inline]
    pub(super) fn lock(&self) -> MutexGuard<'_, Locked> {
        lock(&self.cold.locked)
    }

    /// Runs one step of the machine and publishes the result.
    pub(super) fn step<R>(
        &self,
        locked: &mut Locked,
        reading: ClockReading,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> R,
    ) -> R {
        self.drain(locked);
        // The first thread to read the clock may be the last to get the lock.
        let now = locked.latest.max(reading.now);
        locked.latest = now;
        let mut changes = Vec::new();
        let generation = locked.machine.generation();
        let result = step(&mut locked.machine, now, &mut changes);
        let is_new_generation = locked.machine.generation() != generation;
        if is_new_generation || !changes.is_empty() {
            let costs = self.costs(&locked.machine);
            locked.record_all(changes, is_new_generation, reading.at(now), costs);
            self.publish_outage_end(&locked.machine);
        }
        self.publish(locked);
        result
    }

    /// Adds to the machine what the threads have tallied.
    #[inline]
    pub(super) fn drain(&self, locked: &mut Locked) {
        if let (Some(tallies), Some(drained)) = (self.tallies.get(), &mut locked.drained) {
            tallies.drain(drained, &mut locked.machine, locked.latest);
        }
    }

    /// Publishes the settings to calls that do not take the lock.
    pub(super) fn apply(&self, locked: &mut Locked, settings: &Settings) {
        self.publish_limits(settings);
        let call_timeout = locked.merged.replaced_call_timeout(&locked.layered);
        self.limits.publish_call_timeout(call_timeout);
        #[cfg(feature = "rehearsal")]
        self.record_call_timeout(settings.call_timeout);
        if settings.window.is_some() || settings.slow_call.is_some() {
            let tallies = self.tallies.get_or_init(|| {
                let (tallies, drained) = Tallies::new();
                locked.drained = Some(drained);
                tallies
            });
            tallies.revoke_all();
        }
        self.cold.places.set_most(settings.max_in_flight);
        locked.flags = self.setting_flags(settings);
        self.publish_outage_end(&locked.machine);
        if settings.latency {
            self.cold.latencies.get_or_init(Default::default);
        }
        self.publish(locked);
    }

    #[cfg_attr(
        not(feature = "rehearsal"),
        expect(clippy::unused_self, reason = "only a recording is no setting")
    )]
    pub(super) fn setting_flags(&self, settings: &Settings) -> SettingFlags {
        #[cfg(feature = "rehearsal")]
        let recorded = self.is_recorded();
        #[cfg(not(feature = "rehearsal"))]
        let recorded = false;
        SettingFlags::new(settings.latency, settings.max_in_flight.is_some(), recorded)
    }

    /// Publishes when the present outage ends, for calls that do not take the lock.
    fn publish_outage_end(&self, machine: &Machine) {
        let end = machine.outage_end().map_or(u64::MAX, Tick::as_nanos);
        self.cold.outage_end.store(end, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn publish(&self, locked: &Locked) {
        let machine = &locked.machine;
        let coarse_reject = self.time.is_system() && self.name.is_declared();
        self.gate.publish(
            machine.generation(),
            machine.gate_state(),
            locked.flags,
            coarse_reject,
        );
    }
}

impl Locked {
    /// Grants the calling thread a lease to tally more calls without the lock.
    fn grant_lease(&mut self, tallies: &Tallies, ticket: Ticket) {
        let lease = self.machine.tally_lease(ticket, self.latest);
        if let Some(drained) = &mut self.drained {
            tallies.grant(drained, slot(), self.machine.generation(), &lease);
        }
    }

    /// Records what one step of the machine changed.
    #[cold]
    fn record_all(
        &mut self,
        changes: Vec<Change>,
        is_new_generation: bool,
        moment: WallInstant,
        costs: Costs,
    ) {
        if is_new_generation {
            self.since = moment.date(self.machine.since());
        }
        for change in changes {
            self.record(change, moment, costs);
        }
    }

    /// Adds a change to the history and queues its event.
    fn record(&mut self, change: Change, moment: WallInstant, costs: Costs) {
        let kind = match change {
            Change::Transition {
                from,
                to,
                reason,
                generation,
                due,
                open_period,
                evidence:
                    Evidence {
                        failures,
                        by_kind,
                        rate,
                    },
                shadow,
                by,
            } => {
                let transition = Transition {
                    from,
                    to,
                    reason,
                    generation,
                    due_at: due.map(|due| moment.date(due)),
                    open_period,
                    failures,
                    failures_by_kind: by_kind,
                    rate,
                    cause: None,
                    shadow,
                    by,
                };
                let at = moment.wall;
                let history: &mut History = self.history.get_or_insert_default();
                let past = PastTransition {
                    at,
                    transition: transition.clone(),
                };
                history.outages.add(&past, costs);
                history.add(past, due.unwrap_or(moment.now));
                EventKind::Transition(transition)
            }
            Change::OutageBegan => {
                let history = self.history.as_deref_mut();
                let began = history.and_then(|it| it.begin_outage(moment.now, costs));
                let Some(outage) = began else { return };
                EventKind::OutageBegan(outage)
            }
            Change::OutageEnded { at } => {
                let history = self.history.as_deref_mut();
                let ended = history.and_then(|it| it.outages.end(moment.date(at), at, costs));
                let Some(outage) = ended else { return };
                EventKind::OutageEnded(outage)
            }
            Change::OverrideSet(forced) => EventKind::OverrideSet(to_override(&forced, moment)),
            Change::OverrideCleared(forced) => {
                EventKind::OverrideCleared(to_override(&forced, moment))
            }
            Change::OverrideExpired(forced) => {
                EventKind::OverrideExpired(to_override(&forced, moment))
            }
        };
        self.queue(moment.wall, kind);
    }

    pub(super) fn queue(&mut self, wall: SystemTime, kind: EventKind) {
        self.events.push(wall, kind);
    }
}

/// Converts the machine's override to the public type.
pub(super) fn to_override(forced: &Forced, moment: WallInstant) -> Override {
    Override {
        state: forced.kind.state(),
        reason: forced.by.reason.as_deref().unwrap_or_default().to_owned(),
        by: forced.by.clone(),
        layer: forced.layer,
        since: forced.since,
        until: forced.until.map(|until| moment.date(until)),
    }
}
