//! The handle of a breaker, what all its handles share, and the events that contain a handle. These types refer to each
//! other, so they are defined together. Their methods are in the other files of the folder.

use std::any::Any;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::SystemTime;

use once_cell::sync::OnceCell;

use super::counters::{Counter, Counters};
use super::event::EventKind;
use super::event_queue::{EventQueue, ToldEvent};
use super::failure_counters::FailureCounters;
use super::gate::{Gate, SettingFlags};
use super::history::History;
use super::latencies::Latencies;
use super::listeners::Listeners;
use super::nesting::BreakerId;
use super::places::Places;
use super::published_limits::PublishedLimits;
#[cfg(feature = "rehearsal")]
use super::recording::Recording;
use super::ring::Ring;
use super::tally::{Drained, Tallies};
#[cfg(any(feature = "tokio", feature = "tower"))]
use super::wakers::Wakers;
use crate::config::{Layered, Merged};
use crate::machine::Machine;
use crate::sync::fixed::AtomicBool;
use crate::sync::{Arc, AtomicU64, Mutex, Weak};
use crate::time::{Tick, Time};
#[cfg(feature = "fleet")]
use crate::values::FleetView;
use crate::values::{Action, BreakerName, KeyStats, RetiredCounts};

/// A circuit breaker.
///
/// Handles are cheap to clone, and every clone is the same breaker. A [`Registry`](crate::Registry) or the
/// attribute makes them.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{CallError, Config, Registry, State};
///
/// let registry = Registry::new();
/// let payment = registry.get_or_create("payment", Config::new().threshold(2))?;
/// for _ in 0..2 {
///     let answer = payment.call(|| Err::<(), _>("connection reset"));
///     assert_eq!(answer, Err(CallError::Inner("connection reset")));
/// }
/// assert_eq!(payment.state(), State::Open);
/// assert!(matches!(payment.call(|| Ok::<_, ()>(1)), Err(CallError::Breaker(_))));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct CircuitBreaker {
    shared: Arc<Shared>,
}

/// A handle that does not keep its breaker alive.
#[derive(Clone, Debug)]
pub(crate) struct WeakBreaker(Weak<Shared>);

/// What all handles of one breaker share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) gate: Gate,
    pub(super) limits: PublishedLimits,
    pub(super) counters: Counters,
    /// Allocated when the breaker first has a window or `slow_call`.
    pub(super) tallies: OnceCell<Tallies>,
    pub(super) name: BreakerName,
    pub(super) time: Time,
    pub(super) cold: Cold,
}

/// What only the holder of the lock and rare calls access.
///
/// It is on separate cache lines, so that a thread that takes the lock does not slow down calls that pass the gate.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Cold {
    pub(super) locked: Mutex<Locked>,
    pub(super) failures: FailureCounters,
    pub(super) places: Places,
    /// When the present outage ends, in ticks, if the circuit is closed.
    pub(super) outage_end: AtomicU64,
    /// Whether calls that are dropped in a row open the circuit: the setting `cancelled_in_a_row`. It publishes nothing
    /// but itself.
    pub(super) counts_drops: AtomicBool,
    /// How many calls had an answer that began to arrive. Whoever receives the first part writes it; it publishes nothing
    /// else.
    pub(super) begun_answers: AtomicU64,
    pub(super) registry: Arc<RegistryLink>,
    /// Allocated when the setting `latency` is first turned on.
    pub(super) latencies: OnceCell<Latencies>,
    /// Under which id a recorder knows the breaker; 0 while no recorder does. The holder of the lock writes it, and it
    /// publishes nothing but itself.
    #[cfg(feature = "rehearsal")]
    pub(super) recorded_as: AtomicU64,
    /// Where a keyed breaker leaves its counts when it is dropped.
    pub(super) retired: Option<Arc<Mutex<RetiredCounts>>>,
    /// The breakers by key that this breaker belongs to: as the breaker of the name, or as that of one key.
    pub(super) keys: OnceCell<Weak<dyn KeySet>>,
}

/// The breakers of one name, one for each key.
pub(crate) trait KeySet: fmt::Debug + Send + Sync {
    /// Calls `act` with the breaker of each key.
    fn for_each(&self, act: &mut dyn FnMut(&CircuitBreaker));

    /// Calls `act` with the breaker of each key, except for keys that are idle and remember nothing.
    fn for_each_kept(&self, act: &mut dyn FnMut(&CircuitBreaker));

    /// Returns the sums over all keys.
    fn stats(&self) -> KeyStats;

    /// Returns the breaker of a key that has a place in the set.
    fn find(&self, key: &str) -> Option<CircuitBreaker>;

    /// Gives the breaker of a key a place in the set, even if the set is full.
    ///
    /// Returns the breaker that has the place, which is another one if the key has one already.
    fn list(&self, breaker: &CircuitBreaker) -> CircuitBreaker;
}

const _: () = assert!(
    cfg!(breaker_loom) || size_of::<Shared>() <= 1024,
    "one more cache line for each breaker"
);

/// What the machine's lock guards.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) machine: Machine,
    /// How much of the tallies was drained, if there are tallies.
    pub(super) drained: Option<Drained>,
    /// The latest instant that the machine was given.
    pub(super) latest: Tick,
    /// What the gate publishes of the settings.
    pub(super) flags: SettingFlags,
    /// When the present generation began, dated at that moment: later steps of the wall clock do not change it.
    pub(super) since: SystemTime,
    pub(super) merged: Merged,
    pub(super) layered: Layered,
    /// Allocated by the first transition or action.
    pub(super) history: Option<Box<History>>,
    pub(super) events: EventQueue,
}

// A panic cannot leave a breaker half changed: no user code runs under the lock, so the data under a poisoned lock is
// consistent, and the lock can be taken anyway.
impl UnwindSafe for Shared {}
impl RefUnwindSafe for Shared {}

impl CircuitBreaker {
    pub(super) fn from_shared(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    #[inline]
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Returns the number of handles, this one included.
    pub(crate) fn handles(&self) -> usize {
        Arc::strong_count(&self.shared)
    }

    /// Returns a reference that keeps the breaker's address from being reused.
    pub(super) fn address(&self) -> Weak<dyn Any + Send + Sync> {
        let shared: Weak<Shared> = Arc::downgrade(&self.shared);
        shared
    }

    pub(crate) fn downgrade(&self) -> WeakBreaker {
        WeakBreaker(Arc::downgrade(&self.shared))
    }

    /// Returns whether both handles belong to the same breaker.
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

/// Sorts breakers by name and then by key.
pub(crate) fn sort_by_name(breakers: &mut [CircuitBreaker]) {
    breakers.sort_unstable_by(|a, b| (a.name(), a.key()).cmp(&(b.name(), b.key())));
}

impl WeakBreaker {
    /// Returns whether both refer to the same breaker.
    #[cfg(any(feature = "admin", feature = "metrics", feature = "opentelemetry"))]
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }

    pub(crate) fn upgrade(&self) -> Option<CircuitBreaker> {
        self.0.upgrade().map(|shared| CircuitBreaker { shared })
    }
}

impl Shared {
    pub(crate) fn name(&self) -> &BreakerName {
        &self.name
    }

    #[inline]
    pub(crate) fn count(&self, counter: Counter) {
        self.counters.add(counter);
    }

    /// Identifies the breaker while it lives.
    #[inline]
    pub(super) fn id(&self) -> BreakerId {
        BreakerId(std::ptr::from_ref(self).addr())
    }
}

/// Shows the name only, because showing more would be a reading.
impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("name", self.shared.name())
            .finish_non_exhaustive()
    }
}

/// Something that happened to a breaker.
///
/// A listener receives the events of one breaker in order, one at a time, outside all locks and after the new state is
/// visible. Events of different breakers have no defined order.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    breaker: CircuitBreaker,
    told: ToldEvent,
    span: Option<&'static str>,
}

impl Event {
    pub(super) fn new(
        breaker: CircuitBreaker,
        told: ToldEvent,
        span: Option<&'static str>,
    ) -> Self {
        Self {
            breaker,
            told,
            span,
        }
    }

    /// Returns the breaker; a listener may call any of its methods.
    pub fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }

    /// Returns the number of the event among those of its breaker, counted from 1 without gaps.
    pub fn sequence(&self) -> u64 {
        self.told.sequence
    }

    /// Returns when the event was noticed, by the wall clock.
    pub fn at(&self) -> SystemTime {
        self.told.at
    }

    /// Returns what happened.
    pub fn kind(&self) -> &EventKind {
        &self.told.kind
    }

    /// Returns the name of the `tracing` span in which the event was caused.
    ///
    /// Another thread may deliver the event, so a listener may run in a different span. Returns `None` if there was no
    /// span, if the feature `tracing` is off, and for a conflict that was found before the first listener subscribed.
    pub fn span(&self) -> Option<&str> {
        self.span
    }

    /// Returns what to keep of an event that no listener received: only conflicts are delivered to a later listener.
    pub(super) fn pending(&self) -> Option<PendingEvent> {
        matches!(self.told.kind, EventKind::Conflict(_)).then(|| PendingEvent {
            breaker: self.breaker.downgrade(),
            told: self.told.clone(),
        })
    }
}

/// The membership of a registry in a fleet.
///
/// It is no listener: events that wait for the first listener go on waiting.
#[cfg(feature = "fleet")]
pub(crate) trait FleetHook: fmt::Debug + Send + Sync {
    /// Says that an event of this breaker was delivered. It is called outside all locks, and must not block.
    fn changed(&self, breaker: &CircuitBreaker);

    /// Returns what this instance knows of the circuit in its fleet, if the circuit is shared.
    fn view(&self, breaker: &CircuitBreaker) -> Option<FleetView>;

    /// Returns the name of this instance in the fleet.
    fn id(&self) -> &str;

    /// Returns the name of the fleet.
    fn namespace(&self) -> &str;

    /// Returns the membership as a type that this layer does not know.
    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// A function that receives the events of a registry.
pub(crate) type Listener = dyn Fn(&Event) + Send + Sync;

/// What all breakers of one registry share.
#[derive(Debug, Default)]
pub(crate) struct RegistryLink {
    pub(crate) listeners: Listeners<Event, PendingEvent>,
    #[cfg(any(feature = "tokio", feature = "tower"))]
    pub(super) wakers: Wakers,
    #[cfg(feature = "timer")]
    pub(crate) timer: crate::time::RegistryTimer,
    /// The most recent actions on the breakers of the registry, and on the registry.
    pub(super) actions: Mutex<Ring<Action, 256>>,
    /// How often the code that states a cause has panicked.
    pub(crate) cause_panics: AtomicU64,
    /// Whom to tell of events, if the registry has joined a fleet.
    #[cfg(feature = "fleet")]
    pub(super) fleet: Mutex<Option<Arc<dyn FleetHook>>>,
    /// Where recorded calls leave what happened; allocated by the first recorder.
    #[cfg(feature = "rehearsal")]
    pub(super) recording: OnceCell<Arc<Recording>>,
    /// How many guards declare dropped calls neutral; see [`Registry::neutral_drops`](crate::Registry::neutral_drops).
    pub(crate) neutral_drops: AtomicU64,
}

/// An event that no listener has received yet.
///
/// It does not keep its breaker alive: the breaker holds the listeners, which hold this event.
pub(crate) struct PendingEvent {
    pub(super) breaker: WeakBreaker,
    pub(super) told: ToldEvent,
}
