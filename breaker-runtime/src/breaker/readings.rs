//! What can be read from a breaker, and the settings that surround its declarations.

use std::time::SystemTime;

#[cfg(feature = "config")]
use super::event::EventKind;
use super::history::History;
use super::latencies::Latencies;
use super::lock::to_override;
use super::shared::{CircuitBreaker, Locked, Shared};
use super::snapshot::{Snapshot, WindowStats};
#[cfg(feature = "config")]
use crate::config::Clash;
use crate::config::{Around, ConfigError, Conflict, Settings, Source};
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

    /// Returns the state as callers meet it.
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
            layers: locked.merged.layers(&locked.around),
            declared_at: locked.merged.sources().to_vec(),
        };
        self.unlock(locked);
        snapshot
    }

    /// Returns the settings in force.
    pub fn config(&self) -> Settings {
        *self.shared().lock().machine.settings()
    }

    /// Returns the state and the number of probes in flight, without what a snapshot copies.
    pub(crate) fn state_and_probes(&self) -> (State, usize) {
        self.change(|machine, now, changes| {
            machine.advance(now, changes);
            (machine.state(), machine.probes_in_flight())
        })
    }

    /// Returns whether an override is in force; notices when one has ended.
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
        let (merged, around) = {
            let locked = shared.lock();
            (locked.merged.clone(), locked.around.clone())
        };
        let name = BreakerName::keyed(&shared.name, key);
        let listeners = Arc::clone(&shared.cold.listeners);
        let retired = Some(Arc::clone(retired));
        CircuitBreaker::new(
            name,
            merged,
            around,
            shared.time.clone(),
            listeners,
            retired,
        )
    }

    /// Takes over the settings that surround the declarations of `parent`.
    pub(crate) fn inherit_settings(&self, parent: &CircuitBreaker) {
        let now = self.shared().time.now();
        // The parent stays locked until this is done: whoever changes the parent later finds this breaker too.
        let parent = parent.shared().lock();
        let around = parent.around.clone();
        let inherited = self.shared().surround(now, |own| *own = around);
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
        // A stay in the open state ends when its period has passed, noticed or not.
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
    pub(crate) fn surround(
        &self,
        now: Tick,
        change: impl FnOnce(&mut Around),
    ) -> Result<(), ConfigError> {
        let mut locked = self.lock();
        let mut around = locked.around.clone();
        change(&mut around);
        let config = locked.merged.within(&around);
        config.check_values()?;
        if let Some(clash) = locked.merged.misfit(&around) {
            return Err(clash.into());
        }
        let settings = config.settings(locked.merged.call_timeout());
        locked.around = around;
        self.put_in_force(&mut locked, settings, now);
        Ok(())
    }

    fn put_in_force(&self, locked: &mut Locked, settings: Settings, now: Tick) {
        // What was tallied under the old settings belongs to the old window.
        self.drain(locked);
        locked.latest = locked.latest.max(now);
        locked.machine.reconfigure(settings, locked.latest);
        self.apply(locked, &settings);
    }

    /// Puts settings in force that no configuration produces.
    #[cfg(test)]
    pub(crate) fn reconfigure(&self, settings: Settings) {
        let now = self.time.now();
        self.put_in_force(&mut self.lock(), settings, now);
    }

    /// Returns which settings would be inconsistent after `change`.
    #[cfg(feature = "config")]
    pub(crate) fn clash(&self, change: impl FnOnce(&mut Around)) -> Option<Clash> {
        let locked = self.lock();
        let mut around = locked.around.clone();
        change(&mut around);
        locked.merged.misfit(&around)
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

    /// Returns whether a new breaker would do as well: closed, with no counts that speak against the dependency.
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
