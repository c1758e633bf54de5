//! Events and who is told.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, SystemTime};

use crate::breaker::{CircuitBreaker, WeakBreaker};
use crate::config::Conflict;
use crate::snapshot::Override;
use crate::state::{Reason, State};
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, Weak, lock};
use crate::time::Brief;

/// Something that happened to a breaker.
///
/// A listener gets the events of one breaker in the order in which they happened, one at a time,
/// outside of every lock and after the new state is visible.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    breaker: CircuitBreaker,
    sequence: u64,
    at: SystemTime,
    kind: EventKind,
}

/// What an [`Event`] is about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// The state changed.
    Transition(Transition),
    /// An override was set.
    OverrideSet(Override),
    /// An override was cleared.
    OverrideCleared(Override),
    /// An override reached its end.
    OverrideExpired(Override),
    /// Settings that were loaded for this breaker before it was made cannot be met; they are left out,
    /// and the text says why.
    SettingsRefused(String),
    /// A declaration of this breaker disagrees with one that was there before it.
    Conflict(Conflict),
}

/// A change of state.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Transition {
    /// The state before, beneath any override.
    pub from: State,
    /// The state after, beneath any override.
    pub to: State,
    /// Why.
    pub reason: Reason,
    /// The generation that began.
    pub generation: u64,
    /// When the change fell due, if time alone made it so; the event's own time is when the next
    /// call or reading noticed it.
    pub due_at: Option<SystemTime>,
    /// How long the circuit stays open, if it opened.
    pub open_period: Option<Duration>,
    /// If it opened, the failures that were counted: in a row; in the window, if a rule over that was
    /// met; of the probes.
    pub failures: u64,
    /// The share of failures, or of slow calls, that met a rule.
    pub rate: Option<f64>,
}

/// Says from where to where and why, as in `closed -> open for 30s (failures_in_a_row)`.
impl fmt::Display for Transition {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.from, self.to)?;
        if let Some(period) = self.open_period {
            write!(f, " for {}", Brief(period))?;
        }
        write!(f, " ({})", self.reason)
    }
}

impl Event {
    pub(crate) fn new(
        breaker: CircuitBreaker,
        sequence: u64,
        at: SystemTime,
        kind: EventKind,
    ) -> Self {
        Self {
            breaker,
            sequence,
            at,
            kind,
        }
    }

    /// Returns the breaker; a listener may call anything on it.
    pub fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }

    /// Returns the event's number among those of its breaker, from 1 without gaps.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Returns when it was noticed, by the wall clock.
    pub fn at(&self) -> SystemTime {
        self.at
    }

    /// Returns what happened.
    pub fn kind(&self) -> &EventKind {
        &self.kind
    }
}

/// Who is told of the events of a registry.
pub(crate) type Listener = dyn Fn(&Event) + Send + Sync;

/// The listeners of one registry.
#[derive(Default)]
pub(crate) struct Listeners {
    list: Mutex<Roll>,
    /// How many deliveries ended in a panic; counted by whoever delivers.
    panics: AtomicU64,
}

#[derive(Default)]
struct Roll {
    next: u64,
    /// Shared, so that it can be told without the lock.
    entries: Arc<Vec<(u64, Arc<Listener>)>>,
    /// Conflicts that nobody has heard of yet.
    unheard: Vec<Unheard>,
}

/// An event without its breaker: that holds the listeners, which hold this.
pub(crate) struct Unheard {
    pub(crate) breaker: WeakBreaker,
    pub(crate) sequence: u64,
    pub(crate) at: SystemTime,
    pub(crate) kind: EventKind,
}

impl Listeners {
    /// Adds a listener; hands out the conflicts that came before anyone listened.
    #[inline]
    pub(crate) fn add(self: &Arc<Self>, listener: &Arc<Listener>) -> (Subscription, Vec<Unheard>) {
        let mut roll = lock(&self.list);
        let id = roll.next;
        roll.next += 1;
        let entry = (id, Arc::clone(listener));
        roll.entries = Arc::new(roll.entries.iter().cloned().chain([entry]).collect());
        let subscription = Subscription {
            listeners: Arc::downgrade(self),
            id,
        };
        (subscription, std::mem::take(&mut roll.unheard))
    }

    #[inline]
    fn remove(&self, id: u64) {
        let mut roll = lock(&self.list);
        let others = roll.entries.iter().filter(|(other, _)| *other != id);
        let entries = Arc::new(others.cloned().collect());
        let before = std::mem::replace(&mut roll.entries, entries);
        // The listener may be dropped with the old list, which is user code.
        drop(roll);
        drop(before);
    }

    pub(crate) fn tell(&self, event: &Event) {
        #[cfg(feature = "tracing")]
        self.guarded(|| crate::integrations::tracing::event(event));
        let entries = {
            let mut roll = lock(&self.list);
            if roll.entries.is_empty() {
                if let EventKind::Conflict(_) = event.kind {
                    roll.unheard.push(Unheard {
                        breaker: event.breaker.downgrade(),
                        sequence: event.sequence,
                        at: event.at,
                        kind: event.kind.clone(),
                    });
                }
                return;
            }
            Arc::clone(&roll.entries)
        };
        for (_, listener) in entries.iter() {
            self.guarded(|| listener(event));
        }
        // A listener that was cancelled meanwhile may be dropped here, which is user code.
        self.guarded(|| drop(entries));
    }

    /// Runs user code whose panic is nobody's but its own.
    pub(crate) fn guarded(&self, run: impl FnOnce()) {
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(run)) {
            self.panics.fetch_add(1, Ordering::Relaxed);
            // A payload may panic again when it is dropped.
            let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
            std::mem::forget(dropped);
        }
    }

    #[inline]
    pub(crate) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for Listeners {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = lock(&self.list).entries.len();
        f.debug_struct("Listeners")
            .field("count", &count)
            .field("panics", &self.panics())
            .finish()
    }
}

/// The way back from [`subscribe`](crate::Registry::subscribe).
///
/// Dropping it changes nothing: the listener stays for as long as the registry.
#[derive(Debug)]
pub struct Subscription {
    listeners: Weak<Listeners>,
    id: u64,
}

impl Subscription {
    /// Ends the subscription; an event that is being delivered may still arrive.
    #[inline]
    pub fn cancel(self) {
        if let Some(listeners) = self.listeners.upgrade() {
            listeners.remove(self.id);
        }
    }
}
