//! Queries of a breaker, and changes of the settings in the layers around its declarations.

use std::time::SystemTime;

#[cfg(feature = "config")]
use super::event::EventKind;
use super::history::History;
use super::latencies::Latencies;
use super::lock::to_override;
use super::shared::{CircuitBreaker, Locked, Shared};
use super::snapshot::{Snapshot, WindowStats};
#[cfg(feature = "config")]
use crate::config::Inconsistency;
use crate::config::{ConfigError, Conflict, Layered, Settings, Source};
use crate::sync::{Arc, Mutex};
use crate::time::{Tick, WallInstant};
#[cfg(feature = "config")]
use crate::values::Override;
use crate::values::{BreakerName, RetiredCounts, State, Totals};

/// Readings.
impl CircuitBreaker {
    /// Returns the name in the registry.
    pub fn name(&self) -> &str {
        self.shared().name().as_str()
    }

    /// Returns the key, if this is one of several breakers of its name.
    pub fn key(&self) -> Option<&str> {
        self.shared().name().key()
    }

    /// Returns the state as callers see it.
    ///
    /// This is a reading: it applies transitions that are due, such as the end of an open period.
    pub fn state(&self) -> State {
        let shared = self.shared();
        let word = shared.gate.word();
        if word.is_closed() && !word.tracks_in_flight() {
            State::Closed
        } else if word.is_open() && shared.time_left(word).is_some() {
            State::Open
        } else {
            self.change(|machine, now, changes| {
                machine.advance(now, changes);
                machine.state()
            })
        }
    }

    /// Returns everything about the breaker at one instant.
    ///
    /// This is a reading: it applies transitions that are due, as [`state`](Self::state) does.
    pub fn snapshot(&self) -> Snapshot {
        let shared = self.shared();
        let reading = shared.time.reading(shared.time.now());
        let mut locked = shared.lock();
        let now = shared.step(&mut locked, reading, |machine, now, changes| {
            machine.advance(now, changes);
            now
        });
        let moment = reading.at(now);
        let counts = locked.machine.counts(now);
        let machine = &locked.machine;
        let window = counts.map(|counts| WindowStats::new(counts, machine.settings()));
        let totals = shared.totals(&locked, moment);
        let history = locked.history.as_deref();
        let snapshot = Snapshot {
            name: shared.name.as_str().to_owned(),
            key: shared.name.key().map(str::to_owned),
            state: machine.state(),
            machine_state: machine.machine_state(),
            r#override: machine.forced().map(|forced| to_override(forced, moment)),
            generation: machine.generation(),
            since: locked.since,
            totals,
            failures_in_a_row: machine.failures_in_a_row(),
            window,
            ramp: machine.ramp_share(now),
            probes_in_flight: machine.probes_in_flight(),
            open_period: machine.open_period(),
            retry_after: machine.retry_after(now),
            latency: shared.cold.latencies.get().map(Latencies::read),
            transitions: history.map_or(Vec::new(), |it| it.counts().to_vec()),
            history: history.map(History::recent).unwrap_or_default(),
            config: *machine.settings(),
            layers: locked.merged.layers(&locked.layered),
            declared_at: locked.merged.sources().to_vec(),
        };
        self.unlock(locked);
        snapshot
    }

    /// Returns the settings in force.
    pub fn config(&self) -> Settings {
        *self.shared().lock().machine.settings()
    }

    /// Returns the state and the number of probes in flight, without the copies that a snapshot makes.
    pub(crate) fn state_and_probes(&self) -> (State, usize) {
        self.change(|machine, now, changes| {
            machine.advance(now, changes);
            (machine.state(), machine.probes_in_flight())
        })
    }

    /// Returns whether an override is in force; an override that has expired is cleared first.
    #[inline]
    pub(crate) fn is_overridden(&self) -> bool {
        self.shared().gate.word().asks_machine()
            && self.change(|machine, now, changes| {
                machine.advance(now, changes);
                machine.forced().is_some()
            })
    }

    /// Notifies the listeners that settings do not fit this breaker.
    #[cfg(feature = "config")]
    pub(crate) fn announce_rejected_settings(&self, error: &ConfigError) {
        self.announce([EventKind::SettingsRejected(error.to_string())]);
    }

    /// Adds a declaration that became known after the breaker was made; it changes no setting.
    pub(crate) fn add_declaration(&self, source: &Source) {
        let conflicts = self.shared().lock().merged.note(source);
        self.announce_conflicts(conflicts);
    }

    /// Makes a breaker for one key, with the settings of this one.
    pub(crate) fn spawn_keyed(
        &self,
        key: &str,
        retired: &Arc<Mutex<RetiredCounts>>,
    ) -> CircuitBreaker {
        let shared = self.shared();
        let (merged, layered) = {
            let locked = shared.lock();
            (locked.merged.clone(), locked.layered.clone())
        };
        let name = BreakerName::keyed(&shared.name, key);
        let registry = Arc::clone(&shared.cold.registry);
        let retired = Some(Arc::clone(retired));
        CircuitBreaker::new(
            name,
            merged,
            layered,
            shared.time.clone(),
            registry,
            retired,
        )
    }

    /// Takes over the settings that surround the declarations of `parent`.
    pub(crate) fn inherit_settings(&self, parent: &CircuitBreaker) {
        let now = self.shared().time.now();
        // The parent stays locked until this is done, so a later change of its settings finds this breaker too.
        let parent = parent.shared().lock();
        let layered = parent.layered.clone();
        let inherited = self.shared().apply_layers(now, |own| *own = layered);
        drop(parent);
        debug_assert!(
            inherited.is_ok(),
            "the parent has these settings: {inherited:?}"
        );
    }
}

impl Shared {
    /// Adds up the counters and the history.
    fn totals(&self, locked: &Locked, moment: WallInstant) -> Totals {
        let mut totals = self.counters.totals(moment);
        let Some(history) = &locked.history else {
            return totals;
        };
        // A stay in the open state ends when its period has passed, even if that was not noticed.
        let until = locked.machine.open_until();
        let now = until.map_or(moment.now, |until| until.min(moment.now));
        totals.opens = history.entered(State::Open);
        totals.half_opens = history.entered(State::HalfOpen);
        totals.closes = history.entered(State::Closed);
        totals.open_time = history.open_time(now);
        totals.last_transition_at = history.last_at();
        totals
    }

    /// Adds what the breaker counted to `sum`, without dates.
    ///
    /// This is not a reading: transitions that are due are not applied.
    pub(crate) fn add_to(&self, sum: &mut RetiredCounts, now: Tick) {
        let locked = self.lock();
        let moment = WallInstant {
            now: locked.latest.max(now),
            wall: SystemTime::UNIX_EPOCH,
        };
        sum.totals.add(&self.totals(&locked, moment).undated());
        if let Some(history) = &locked.history {
            sum.add_transitions(history.counts());
        }
        if let Some(latencies) = self.cold.latencies.get() {
            sum.add_latency(latencies.read());
        }
    }

    /// Changes the settings that surround the declarations.
    ///
    /// If the result is invalid, nothing changes and the error says why. The caller reads the clock, because it
    /// may hold a lock under which no user code may run.
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

    fn put_in_force(&self, locked: &mut Locked, settings: Settings, now: Tick) {
        // Calls that were tallied under the old settings belong to the old window.
        self.drain(locked);
        locked.latest = locked.latest.max(now);
        locked.machine.reconfigure(settings, locked.latest);
        self.apply(locked, &settings);
    }

    /// Puts settings in force, even if no configuration produces them.
    #[cfg(test)]
    pub(crate) fn reconfigure(&self, settings: Settings) {
        let now = self.time.now();
        self.put_in_force(&mut self.lock(), settings, now);
    }

    /// Returns which settings would be inconsistent after `change`.
    #[cfg(feature = "config")]
    pub(crate) fn inconsistency(&self, change: impl FnOnce(&mut Layered)) -> Option<Inconsistency> {
        let locked = self.lock();
        let mut layered = locked.layered.clone();
        change(&mut layered);
        locked.merged.inconsistency(&layered)
    }

    /// Returns the override in force, without applying transitions that are due.
    #[cfg(feature = "config")]
    pub(crate) fn overridden(&self) -> Option<Override> {
        let moment = self.time.moment();
        let locked = self.lock();
        let forced = locked.machine.forced();
        forced.map(|forced| to_override(forced, moment))
    }

    pub(crate) fn coarse_now(&self) -> Tick {
        self.time.coarse()
    }

    /// Returns whether the breaker can be evicted: it is closed and counts nothing against the dependency.
    ///
    /// This is not a reading: transitions that are due are not applied.
    pub(crate) fn is_evictable(&self, now: Tick, idle: bool) -> bool {
        let mut locked = self.lock();
        self.drain(&mut locked);
        let now = locked.latest.max(now);
        locked.machine.is_evictable(now, idle)
    }

    /// Returns where `source` disagrees with the configuration that the breaker was made with.
    pub(crate) fn disagreement(&self, source: &Source) -> Option<Conflict> {
        let locked = self.lock();
        locked.merged.disagreements(source).into_iter().next()
    }
}
