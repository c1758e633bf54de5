//! Queries of a breaker, and changes of the settings in the layers around its declarations.

use std::time::SystemTime;

use super::history::History;
use super::latencies::Latencies;
use super::lock::to_override;
use super::outages::Costs;
use super::shared::{CircuitBreaker, KeySet, Locked, Shared};
use super::snapshot::{ProbeProgress, Snapshot, WindowStats};
use crate::config::Settings;
use crate::machine::{Eviction, Machine, OpenKeys};
use crate::sync::{Arc, Mutex, Weak};
use crate::time::{ClockReading, Tick, WallInstant};
use crate::values::{
    BreakerName, Failures, KeyReading, RetiredCounts, State, Totals, TransitionCount,
};

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
        let key_stats = match self.key() {
            None => self.keys().map(|keys| keys.stats()),
            Some(_) => None,
        };
        #[cfg(feature = "fleet")]
        let fleet = self.fleet_view();
        let reading = shared.time.reading(shared.time.now());
        let mut locked = shared.lock();
        let now = shared.step(&mut locked, reading, |machine, now, changes| {
            machine.advance(now, changes);
            now
        });
        let moment = reading.at(now);
        let counts = locked.machine.counts(now);
        let machine = &locked.machine;
        let frozen = machine.window_is_frozen();
        let failures = machine.window_failures(now);
        let window =
            counts.map(|counts| WindowStats::new(counts, failures, frozen, machine.settings()));
        let overrides = machine
            .all_forced()
            .map(|forced| to_override(forced, moment));
        let overrides: Vec<_> = overrides.collect();
        let probes = machine.probes();
        let totals = shared.totals(&locked, moment);
        let history = locked.history.as_deref();
        let actions = history.map(|it| it.actions.all());
        let snapshot = Snapshot {
            name: shared.name.as_str().to_owned(),
            key: shared.name.key().map(str::to_owned),
            state: machine.state(),
            machine_state: machine.machine_state(),
            r#override: overrides.first().cloned(),
            overrides,
            generation: machine.generation(),
            since: locked.since,
            totals,
            failures_in_a_row: machine.failures_in_a_row(),
            window,
            ramp: machine.ramp_share(now),
            probes_in_flight: machine.probes_in_flight(),
            in_flight: shared.cold.places.in_flight(),
            probes: probes.map(|(succeeded, failed)| ProbeProgress {
                succeeded,
                failed,
                success_threshold: machine.settings().success_threshold.get(),
                probe_failures: machine.settings().probe_failures.get(),
            }),
            key_stats,
            open_period: machine.open_period(),
            retry_after: machine.retry_after(now),
            #[cfg(feature = "fleet")]
            fleet,
            #[cfg(not(feature = "fleet"))]
            fleet: None,
            latency: shared.cold.latencies.get().map(Latencies::read),
            latency_to_head: shared.cold.latencies.get().and_then(Latencies::read_heads),
            outage: history.and_then(|it| it.outages.present(now, shared.costs(machine))),
            past_outages: history.map(|it| it.outages.past()).unwrap_or_default(),
            transitions: history.map_or(Vec::new(), |it| it.counts().to_vec()),
            history: history.map(History::recent).unwrap_or_default(),
            actions: actions.unwrap_or_default(),
            config: *machine.settings(),
            layers: locked.layers(),
            declared_at: locked.merged.sources().to_vec(),
        };
        self.unlock(locked);
        snapshot
    }

    /// Returns the settings in force.
    pub fn config(&self) -> Settings {
        *self.shared().lock().machine.settings()
    }

    /// Returns what the sums over all keys need, without the copies that a snapshot makes.
    pub(crate) fn key_reading(&self) -> KeyReading {
        let shared = self.shared();
        let reading = shared.reading();
        let mut locked = shared.lock();
        shared.step(&mut locked, reading, Machine::advance);
        let history = locked.history.as_deref();
        let read = KeyReading {
            state: locked.machine.state(),
            machine_state: locked.machine.machine_state(),
            probes_in_flight: locked.machine.probes_in_flight(),
            in_flight: shared.cold.places.in_flight(),
            outage_since: history.and_then(|it| it.outages.present_since()),
        };
        self.unlock(locked);
        read
    }

    /// Returns whether the circuit is closed and nobody has to look at it: it has no override, no outage, no setting of
    /// run time, and remembers nothing that matters.
    ///
    /// This is a reading: it applies transitions that are due.
    #[cfg(feature = "admin")]
    pub(crate) fn is_quiet(&self) -> bool {
        let shared = self.shared();
        let reading = shared.reading();
        let mut locked = shared.lock();
        let now = shared.step(&mut locked, reading, |machine, now, changes| {
            machine.advance(now, changes);
            now
        });
        let history = locked.history.as_deref();
        let outage = history.and_then(|it| it.outages.present_since());
        let is_quiet = outage.is_none()
            && locked.layered.runtime.is_none()
            && locked.machine.eviction(now) == Eviction::AtAnyTime;
        self.unlock(locked);
        is_quiet
    }

    /// Returns the set of breakers by key that this breaker belongs to.
    pub(super) fn keys(&self) -> Option<Arc<dyn KeySet>> {
        self.shared().cold.keys.get()?.upgrade()
    }

    /// Calls `act` with the breaker of each key, if this is the breaker of a name with keys.
    pub(crate) fn for_each_key(&self, mut act: impl FnMut(&CircuitBreaker)) {
        if let (Some(keys), None) = (self.keys(), self.key()) {
            keys.for_each(&mut act);
        }
    }

    /// Returns whether this breaker is that of a name with keys, or of one of the keys.
    #[cfg(feature = "axum")]
    pub(crate) fn has_keys(&self) -> bool {
        self.keys().is_some()
    }

    /// Makes this breaker belong to a set of breakers by key.
    pub(crate) fn join_keys(&self, keys: Weak<dyn KeySet>) {
        // A breaker that was removed from its registry may be asked to join a second set: it stays in the first.
        let _ = self.shared().cold.keys.set(keys);
    }

    /// Makes the circuit of a key count the open circuits together with those of the other keys.
    pub(crate) fn count_open_keys(&self, keys: &Arc<OpenKeys>) {
        self.shared().lock().machine.join_keys(keys);
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

    /// Delivers the events that a change under another lock has queued, also for the keys of a name.
    ///
    /// An override of the name and a setting change a key without an event, so the tasks that wait for a key are woken.
    pub(crate) fn deliver_all_queued(&self) {
        self.deliver_queued();
        self.for_each_key(|key| {
            key.deliver_queued();
            key.wake_waiting();
        });
    }

    /// Delivers the events that a change under another lock has queued.
    pub(crate) fn deliver_queued(&self) {
        self.unlock(self.shared().lock());
    }
}

impl Shared {
    /// Returns the totals from which the cost of an outage is computed.
    pub(super) fn costs(&self, machine: &Machine) -> Costs {
        let (rejections, fallbacks) = self.counters.rejections_and_fallbacks();
        Costs {
            rejected: rejections.all() - rejections.ramp,
            ramp: rejections.ramp,
            fallbacks,
            probes: machine.stay_counts().probes,
        }
    }

    /// Adds up the counters and the history.
    fn totals(&self, locked: &Locked, moment: WallInstant) -> Totals {
        let mut totals = self.counters.totals(moment);
        let others = self.cold.failures.read();
        let judged = locked.machine.stay_counts();
        totals.rejections.full = self.cold.places.rejected();
        totals.rejected += totals.rejections.full;
        totals.spared = locked.machine.spared();
        totals.would_reject = locked.machine.would_reject();
        totals.failures_by_kind = Failures {
            returned: totals.failures,
            slow: judged.slow_failures,
            silent: judged.silent_probes,
            ..others
        };
        totals.failures += others.all();
        totals.calls += others.all();
        let Some(history) = &locked.history else {
            return totals;
        };
        // A stay in the open state ends when its period has passed, even if that was not noticed.
        let open = locked.machine.open_until();
        let due = open.filter(|(until, _)| *until <= moment.now);
        let is_due = |state| u64::from(due.is_some_and(|(_, (to, _))| to == state));
        let now = open.map_or(moment.now, |(until, _)| until.min(moment.now));
        totals.opens = history.entered(State::Open);
        totals.half_opens = history.entered(State::HalfOpen) + is_due(State::HalfOpen);
        totals.closes = history.entered(State::Closed) + is_due(State::Closed);
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
            let open = locked.machine.open_until();
            if let Some((_, (to, reason))) = open.filter(|(until, _)| *until <= moment.now) {
                sum.add_transitions(&[TransitionCount {
                    from: State::Open,
                    to,
                    reason,
                    count: 1,
                }]);
            }
        }
        if let Some(latencies) = self.cold.latencies.get() {
            sum.add_latency(latencies.read());
            sum.add_latency_to_head(latencies.read_heads());
        }
    }

    /// Returns the current time by the wall clock.
    #[cfg(any(feature = "metrics", feature = "opentelemetry"))]
    pub(crate) fn wall_now(&self) -> SystemTime {
        self.time.wall()
    }

    /// Reads the clocks, for a change under a lock under which no user code may run.
    pub(crate) fn reading(&self) -> ClockReading {
        self.time.reading(self.time.now())
    }

    pub(crate) fn coarse_now(&self) -> Tick {
        self.time.coarse()
    }

    /// Returns when the breaker may be evicted, if nobody holds it.
    ///
    /// This is not a reading: transitions that are due are not applied.
    pub(crate) fn eviction(&self, now: Tick) -> Eviction {
        let mut locked = self.lock();
        self.drain(&mut locked);
        // What fell due until now is counted when the breaker is dropped.
        locked.latest = locked.latest.max(now);
        let now = locked.latest;
        locked.machine.eviction(now)
    }
}
