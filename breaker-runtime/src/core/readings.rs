//! Readings, and what is done to a breaker from outside.

use std::time::SystemTime;

use super::{Core, Locked, shown};
use crate::breaker::CircuitBreaker;
#[cfg(feature = "config")]
use crate::config::Inconsistency;
use crate::config::{ConfigError, Conflict, Layered, Settings, Source};
use crate::event::{EventKind, Unheard};
use crate::history::History;
use crate::keyed::Counted;
use crate::latency::Latencies;
use crate::name::Name;
#[cfg(feature = "config")]
use crate::snapshot::Override;
use crate::snapshot::{Snapshot, WindowStats};
use crate::state::State;
use crate::sync::Arc;
use crate::time::{Moment, Tick};
use crate::totals::Totals;

impl Core {
    #[inline]
    pub(crate) fn state(breaker: &CircuitBreaker) -> State {
        let core = breaker.core();
        let word = core.gate.word();
        if word.is_closed() && !word.is_watched() {
            State::Closed
        } else if word.is_open() && core.time_left(word).is_some() {
            State::Open
        } else {
            Self::change(breaker, |machine, now, changes| {
                machine.advance(now, changes);
                machine.state()
            })
        }
    }

    /// The state and the probes in flight, without all that a snapshot copies.
    #[inline]
    pub(crate) fn state_and_probes(breaker: &CircuitBreaker) -> (State, usize) {
        Self::change(breaker, |machine, now, changes| {
            machine.advance(now, changes);
            (machine.state(), machine.probes_in_flight())
        })
    }

    #[inline]
    pub(crate) fn snapshot(breaker: &CircuitBreaker) -> Snapshot {
        let core = breaker.core();
        let reading = core.time.reading(core.time.now());
        let mut locked = core.lock();
        let now = core.step(&mut locked, reading, |machine, now, changes| {
            machine.advance(now, changes);
            now
        });
        let moment = reading.moment(now);
        let counts = locked.machine.counts(now);
        let machine = &locked.machine;
        let window = counts.map(|counts| WindowStats::new(counts, machine.settings()));
        let totals = core.counted(&locked, moment);
        let history = locked.history.as_deref();
        let snapshot = Snapshot {
            name: core.name.as_str().to_owned(),
            key: core.name.key().map(str::to_owned),
            state: machine.state(),
            machine_state: machine.machine_state(),
            r#override: machine.forced().map(|forced| shown(forced, moment)),
            generation: machine.generation(),
            since: locked.since,
            totals,
            failures_in_a_row: machine.failures_in_a_row(),
            window,
            ramp: machine.ramp_share(now),
            probes_in_flight: machine.probes_in_flight(),
            open_period: machine.open_period(),
            retry_after: machine.retry_after(now),
            latency: core.apart.latencies.get().map(Latencies::read),
            transitions: history.map_or(Vec::new(), |it| it.counts().to_vec()),
            history: history.map(History::last).unwrap_or_default(),
            config: *machine.settings(),
            layers: locked.merged.layers(&locked.layered),
            declared_at: locked.merged.sources().to_vec(),
        };
        core.unlock(locked, breaker);
        snapshot
    }

    fn counted(&self, locked: &Locked, moment: Moment) -> Totals {
        let mut totals = self.cells.totals(moment);
        let Some(history) = &locked.history else {
            return totals;
        };
        // An open circuit is one until its period has passed, noticed or not.
        let until = locked.machine.open_until();
        let now = until.map_or(moment.now, |until| until.min(moment.now));
        totals.opens = history.entered(State::Open);
        totals.half_opens = history.entered(State::HalfOpen);
        totals.closes = history.entered(State::Closed);
        totals.open_time = history.open_time(now);
        totals.last_transition_at = history.last_at();
        totals
    }

    /// Adds what was counted, without dates. No reading: what time has brought about is not noticed.
    pub(crate) fn add_to(&self, sum: &mut Counted, now: Tick) {
        let locked = self.lock();
        let moment = Moment {
            now: locked.latest.max(now),
            wall: SystemTime::UNIX_EPOCH,
        };
        sum.totals.add(&self.counted(&locked, moment).undated());
        if let Some(history) = &locked.history {
            sum.add_transitions(history.counts());
        }
        if let Some(latencies) = self.apart.latencies.get() {
            sum.add_latency(latencies.read());
        }
    }

    #[inline]
    pub(crate) fn settings(&self) -> Settings {
        *self.lock().machine.settings()
    }

    /// Changes what lies around the declarations; says what is wrong with it and then changes nothing.
    /// The clock is asked by the caller, who may hold a lock under which no user code is to run.
    #[inline]
    pub(crate) fn apply_layers(
        &self,
        now: Tick,
        change: impl FnOnce(&mut Layered),
    ) -> Result<(), ConfigError> {
        let mut locked = self.lock();
        let mut layered = locked.layered.clone();
        change(&mut layered);
        let config = locked.merged.effective(&layered);
        config.check_values()?;
        if let Some(inconsistency) = locked.merged.inconsistency(&layered) {
            return Err(inconsistency.into());
        }
        let settings = config.settings(locked.merged.call_timeout());
        locked.layered = layered;
        self.put_in_force(&mut locked, settings, now);
        Ok(())
    }

    #[inline]
    fn put_in_force(&self, locked: &mut Locked, settings: Settings, now: Tick) {
        // What was counted under the old settings belongs into the old window.
        self.collect(locked);
        locked.latest = locked.latest.max(now);
        locked.machine.reconfigure(settings, locked.latest);
        self.prepare(locked, &settings);
    }

    /// Puts settings in force that no configuration comes to.
    #[cfg(test)]
    #[inline]
    pub(crate) fn reconfigure(&self, settings: Settings) {
        let now = self.time.now();
        self.put_in_force(&mut self.lock(), settings, now);
    }

    /// Says which settings could not be met together if this lay around them.
    #[cfg(feature = "config")]
    #[inline]
    pub(crate) fn inconsistency(&self, change: impl FnOnce(&mut Layered)) -> Option<Inconsistency> {
        let locked = self.lock();
        let mut layered = locked.layered.clone();
        change(&mut layered);
        locked.merged.inconsistency(&layered)
    }

    /// Tells the listeners that settings were left out.
    #[cfg(feature = "config")]
    #[inline]
    pub(crate) fn refuse_settings(breaker: &CircuitBreaker, error: &ConfigError) {
        let core = breaker.core();
        let wall = core.time.wall();
        let mut locked = core.lock();
        locked.queue(wall, EventKind::SettingsRefused(error.to_string()));
        core.unlock(locked, breaker);
    }

    /// The override in force, as far as it has been noticed; no reading.
    #[cfg(feature = "config")]
    #[inline]
    pub(crate) fn overridden(&self) -> Option<Override> {
        let moment = self.time.moment();
        let locked = self.lock();
        locked.machine.forced().map(|forced| shown(forced, moment))
    }

    /// Whether an override is in force; notices that it has ended.
    #[inline]
    pub(crate) fn is_overridden(breaker: &CircuitBreaker) -> bool {
        breaker.core().gate.word().asks()
            && Self::change(breaker, |machine, now, changes| {
                machine.advance(now, changes);
                machine.forced().is_some()
            })
    }

    /// Makes a breaker with the settings of `parent`.
    #[inline]
    pub(crate) fn offspring(parent: &CircuitBreaker, name: Name) -> CircuitBreaker {
        let core = parent.core();
        let (merged, layered) = {
            let locked = core.lock();
            (locked.merged.clone(), locked.layered.clone())
        };
        let (time, listeners) = (core.time.clone(), Arc::clone(&core.apart.listeners));
        CircuitBreaker::new(Self::new(name, merged, layered, time, listeners))
    }

    /// Puts what lies around the declarations of `parent` around those of this breaker.
    #[inline]
    pub(crate) fn adopt(breaker: &CircuitBreaker, parent: &CircuitBreaker) {
        let now = breaker.core().time.now();
        // Its lock is held until that is done: whoever changes the parent after this look comes to
        // this breaker later.
        let parent = parent.core().lock();
        let layered = parent.layered.clone();
        let adopted = breaker.core().apply_layers(now, |own| *own = layered);
        drop(parent);
        debug_assert!(adopted.is_ok(), "the parent lives by it: {adopted:?}");
    }

    #[inline]
    pub(crate) fn now(&self) -> Tick {
        self.time.now()
    }

    #[inline]
    pub(crate) fn coarse(&self) -> Tick {
        self.time.coarse()
    }

    /// Whether one that is made anew would do as well: closed, and with nothing counted that speaks
    /// against the dependency. No reading: what time has brought about is not noticed.
    #[inline]
    pub(crate) fn is_forgettable(&self, now: Tick, idle: bool) -> bool {
        let mut locked = self.lock();
        self.collect(&mut locked);
        let now = locked.latest.max(now);
        locked.machine.is_forgettable(now, idle)
    }

    /// Where `source` disagrees with the configuration that the breaker was made with.
    #[inline]
    pub(crate) fn disagreement(&self, source: &Source) -> Option<Conflict> {
        let locked = self.lock();
        locked.merged.disagreements(source).into_iter().next()
    }

    /// Takes note of a declaration that came after the breaker was made; it changes nothing.
    pub(crate) fn note_declaration(breaker: &CircuitBreaker, source: &Source) {
        let core = breaker.core();
        let conflicts = core.lock().merged.note(source);
        Self::warn(breaker, conflicts);
    }

    /// Tells the listeners that there are now what nobody had heard of, in the order in which it
    /// happened; what is told just now by another thread may come before it.
    #[inline]
    pub(crate) fn tell_again(unheard: Vec<Unheard>) {
        let mut breakers = Vec::with_capacity(unheard.len());
        for it in unheard.into_iter().rev() {
            let Some(breaker) = it.breaker.upgrade() else {
                continue;
            };
            let event = (it.sequence, it.at, it.kind);
            breaker.core().lock().events.push_front(event);
            breakers.push(breaker);
        }
        // Only now that they stand in their order.
        for breaker in breakers.iter().rev() {
            let core = breaker.core();
            core.unlock(core.lock(), breaker);
        }
    }

    /// Tells the listeners of conflicts.
    pub(crate) fn warn(breaker: &CircuitBreaker, conflicts: Vec<Conflict>) {
        let core = breaker.core();
        #[cfg(feature = "tracing")]
        for conflict in &conflicts {
            let log = || crate::integrations::tracing::conflict(conflict);
            core.apart.listeners.guarded(log);
        }
        let wall = core.time.wall();
        let mut locked = core.lock();
        for conflict in conflicts {
            locked.queue(wall, EventKind::Conflict(conflict));
        }
        core.unlock(locked, breaker);
    }
}
