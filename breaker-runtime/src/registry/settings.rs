//! Listeners, and settings that change at run time.

use super::by_name::Registry;
use super::declaration::Declaration;
use super::declarations::declarations;
use crate::breaker::{Announcement, CircuitBreaker, Event, Listener, Subscription};
use crate::config::{Config, ConfigError, Layered, Overrides, nearest};
use crate::sync::{Arc, MutexGuard, Ordering, lock};
use crate::time::ClockReading;
use crate::values::{ActionKind, Attribution};

/// Held by a thread while it changes settings.
pub(super) struct Changing<'a> {
    pub(super) reading: ClockReading,
    _alone: MutexGuard<'a, ()>,
}

/// Listeners and settings.
impl Registry {
    /// Calls `listener` for every event of this registry's breakers from now on, and for conflicts that no listener
    /// has received yet.
    ///
    /// Events are delivered outside of every lock, after the new state is visible. The events of one breaker are
    /// delivered one at a time and in order; events of different breakers have no order. A listener may call
    /// anything. If it panics, the panic is caught and counted and harms no call. If it blocks, it delays only the
    /// call that delivers.
    ///
    /// The subscription ends when the returned guard is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, EventKind, Registry};
    ///
    /// let registry = Registry::new();
    /// let subscription = registry.subscribe(|event| {
    ///     if let EventKind::Transition(transition) = event.kind() {
    ///         println!("{}: {}", event.breaker().name(), transition.to);
    ///     }
    /// });
    /// registry.get_or_create("payment", Config::new())?.trip();
    /// drop(subscription); // or `subscription.detach()`, to listen as long as the registry exists
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn subscribe(&self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Subscription {
        let listener: Arc<Listener> = Arc::new(listener);
        let (subscription, pending) = Subscription::new(&self.inner.link, &listener);
        CircuitBreaker::redeliver(pending);
        subscription
    }

    /// Returns how often a listener of this registry has panicked.
    pub fn listener_panics(&self) -> u64 {
        self.inner.link.listeners.panics()
    }

    /// Returns how often code that states a [cause](crate::Cause) has panicked; such an opening has no cause.
    pub fn cause_panics(&self) -> u64 {
        self.inner.link.cause_panics.load(Ordering::Relaxed)
    }

    /// Changes settings of a breaker at run time.
    ///
    /// The new settings hold from the next decision on. State, generation and a running open period stay as they
    /// are. Settings that are `None` in `overrides` stay as they are in force.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] if the registry has no breaker of that name, or if a value is invalid by itself or together
    /// with the settings in force. Nothing changes then.
    pub fn configure(&self, name: &str, overrides: Overrides) -> Result<(), ConfigError> {
        self.configure_by(name, &overrides, &Attribution::default())
    }

    pub(super) fn configure_by(
        &self,
        name: &str,
        overrides: &Overrides,
        by: &Attribution,
    ) -> Result<(), ConfigError> {
        let overrides = Config::from(overrides);
        let given = overrides.given();
        let given = given.map(|(setting, value)| format!("{} = {value}", setting.name()));
        let settings = given.collect::<Vec<_>>().join(", ");
        let action = ActionKind::Configure { settings };
        self.change_runtime_layer(name, action, by, |layered| {
            layered.runtime.get_or_insert_default().apply(&overrides);
        })
    }

    /// Changes the settings of a breaker that were configured at run time.
    fn change_runtime_layer(
        &self,
        name: &str,
        action: ActionKind,
        by: &Attribution,
        change: impl Fn(&mut Layered),
    ) -> Result<(), ConfigError> {
        let breaker = self.named(name)?;
        let announcement = Announcement {
            action: Some(action),
            by,
            place: &|_, _| None,
        };
        let changing = self.changing();
        let changed = self.apply_layers(&changing, &breaker, Some(&announcement), change);
        // Listeners may configure.
        drop(changing);
        breaker.deliver_all_queued();
        changed
    }

    /// Begins a change of settings.
    pub(super) fn changing(&self) -> Changing<'_> {
        // Read before the lock is taken, because the clock may be user code.
        let reading = self.inner.time.reading(self.inner.time.now());
        Changing {
            reading,
            _alone: lock(&self.inner.changing),
        }
    }

    /// Changes the layers of settings around the declarations of a breaker, and those of its breakers by key.
    ///
    /// The breaker announces the change, and its keys do not. The caller delivers the events.
    pub(super) fn apply_layers(
        &self,
        changing: &Changing<'_>,
        breaker: &CircuitBreaker,
        announcement: Option<&Announcement<'_>>,
        change: impl Fn(&mut Layered),
    ) -> Result<(), ConfigError> {
        let reading = changing.reading;
        let shared = breaker.shared();
        shared.apply_layers(reading, announcement, &change)?;
        // The breaker itself comes first: a key that is added from now on copies it.
        let keyed = self.keyed_of(breaker).map(|keyed| keyed.all());
        for breaker in keyed.unwrap_or_default() {
            breaker.shared().apply_layers(reading, None, &change)?;
        }
        Ok(())
    }

    fn named(&self, name: &str) -> Result<CircuitBreaker, ConfigError> {
        self.get(name).ok_or_else(|| {
            let breakers = self.by_name();
            let names = breakers.iter().map(CircuitBreaker::name);
            ConfigError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name, names).map(str::to_owned),
            }
        })
    }

    /// Takes back the settings that [`configure`](Self::configure) changed.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] if the registry has no breaker of that name, or if a file that was loaded meanwhile is
    /// inconsistent without the configured settings. Nothing changes then.
    pub fn unconfigure(&self, name: &str) -> Result<(), ConfigError> {
        self.unconfigure_by(name, &Attribution::default())
    }

    pub(super) fn unconfigure_by(&self, name: &str, by: &Attribution) -> Result<(), ConfigError> {
        self.change_runtime_layer(name, ActionKind::Unconfigure, by, |layered| {
            layered.runtime = None;
        })
    }

    /// Returns the declarations of the program, ordered by crate, file, line and column.
    ///
    /// A declaration is listed before its function is first called, unless the linker dropped it: that happens to
    /// dependencies that the program never names, and on platforms whose linkers drop the list.
    pub fn declarations(&self) -> Vec<&'static Declaration> {
        declarations()
    }
}
