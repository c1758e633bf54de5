//! Making a breaker, and what it leaves behind.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use once_cell::sync::OnceCell;

use super::counters::Counters;
use super::event_queue::EventQueue;
use super::failure_counters::FailureCounters;
use super::gate::{Gate, SettingFlags};
use super::places::Places;
use super::published_limits::PublishedLimits;
use super::shared::{CircuitBreaker, Cold, Locked, RegistryLink, Shared};
use crate::config::{Layered, Merged};
use crate::machine::Machine;
use crate::sync::fixed::AtomicBool;
use crate::sync::{Arc, AtomicU64, Mutex, lock};
use crate::time::{Tick, Time};
use crate::values::{BreakerName, RetiredCounts};

impl CircuitBreaker {
    pub(crate) fn new(
        name: BreakerName,
        merged: Merged,
        layered: Layered,
        time: Time,
        registry: Arc<RegistryLink>,
        retired: Option<Arc<Mutex<RetiredCounts>>>,
    ) -> Self {
        let seed = RandomState::new().build_hasher().finish();
        let moment = time.moment();
        let settings = merged.effective(&layered).settings(merged.call_timeout());
        let shared = Shared {
            gate: Gate::new(),
            limits: PublishedLimits::new(&settings),
            counters: Counters::new(),
            tallies: OnceCell::new(),
            name,
            time,
            cold: Cold {
                locked: Mutex::new(Locked {
                    machine: Machine::new(settings, moment.now, seed),
                    drained: None,
                    latest: moment.now,
                    flags: SettingFlags::default(),
                    since: moment.wall,
                    merged,
                    layered,
                    history: None,
                    events: EventQueue::default(),
                }),
                failures: FailureCounters::default(),
                places: Places::new(),
                outage_end: AtomicU64::new(u64::MAX),
                counts_drops: AtomicBool::new(false),
                begun_answers: AtomicU64::new(0),
                registry,
                latencies: OnceCell::new(),
                #[cfg(feature = "rehearsal")]
                recorded_as: AtomicU64::new(0),
                retired,
                keys: OnceCell::new(),
            },
        };
        shared.apply(&mut shared.lock(), &settings);
        let breaker = Self::from_shared(shared);
        #[cfg(feature = "rehearsal")]
        breaker.record();
        breaker
    }

    /// Draws random numbers from this seed from now on, so that a simulation can repeat them.
    #[cfg(all(test, any(feature = "fleet", feature = "rehearsal")))]
    pub(crate) fn reseed(&self, seed: u64) {
        self.shared().lock().machine.reseed(seed);
    }
}

/// A keyed breaker leaves what it counted to the breakers of its name.
impl Drop for Shared {
    fn drop(&mut self) {
        #[cfg(feature = "rehearsal")]
        self.forget_record();
        if let Some(retired) = self.cold.retired.clone() {
            // The clock is not read: it may be user code, and the caller may hold a lock.
            self.add_to(&mut lock(&retired), Tick::default());
        }
    }
}
