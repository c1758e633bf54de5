//! Listeners, and settings that change at run time.

use super::by_name::Registry;
use super::declaration::Declaration;
use super::declarations::declarations;
use crate::breaker::{Announcement, CircuitBreaker, Event, Listener, Subscription};
use crate::config::{ConfigError, Layered, Patch, nearest};
use crate::sync::{Arc, MutexGuard, Ordering, lock};
use crate::time::ClockReading;
use crate::values::{ActionKind, Attribution, Configured};

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

    /// Runs code of the program, and catches and counts its panic.
    #[cfg(feature = "admin")]
    pub(crate) fn catch_panic(&self, run: impl FnOnce()) {
        self.inner.link.listeners.catch_panic(run);
    }

    /// Returns how often code that states a [cause](crate::Cause) has panicked.
    ///
    /// An opening whose code panicked has no cause.
    pub fn cause_panics(&self) -> u64 {
        self.inner.link.cause_panics.load(Ordering::Relaxed)
    }

    /// Changes settings of a breaker at run time, and returns what has changed.
    ///
    /// Takes [`Overrides`](crate::Overrides), or a [`Patch`], which can also turn settings off and take them back. The
    /// new settings apply from the next decision on. State, generation and a running open period stay as they are, and
    /// so do settings that are not mentioned.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] if the registry has no breaker of that name, if the patch names a setting that does not exist
    /// or cannot be turned off, or if a value is invalid by itself or together with the settings in force. Nothing
    /// changes then.
    pub fn configure(
        &self,
        name: &str,
        patch: impl Into<Patch>,
    ) -> Result<Configured, ConfigError> {
        self.configure_by(name, &patch.into(), &Attribution::default(), || Ok(()))
    }

    /// Changes settings if `check`, which runs when no settings change any more, returns no error.
    pub(super) fn configure_by<E: From<ConfigError>>(
        &self,
        name: &str,
        patch: &Patch,
        by: &Attribution,
        check: impl FnOnce() -> Result<(), E>,
    ) -> Result<Configured, E> {
        let action = ActionKind::Configure {
            settings: patch.to_string(),
        };
        self.change_runtime_layer(name, patch, action, by, check)
    }

    /// Returns what [`configure`](Self::configure) would do with a patch, without changing any settings.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the patch. `configure` would return the first of these errors.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Overrides, Reason, Registry, Window, WindowEffect};
    ///
    /// let registry = Registry::new();
    /// let config = Config::new().window(Window::Calls(10)).max_failures(5);
    /// let mail = registry.get_or_create("mail", config)?;
    /// for _ in 0..3 {
    ///     let _ = mail.call(|| Err::<(), _>("no route"));
    /// }
    ///
    /// let stricter = Overrides { max_failures: Some(3), ..Overrides::default() };
    /// let would = registry.dry_run("mail", stricter).expect("the settings are valid");
    /// assert_eq!(would.changes[0].to, "3");
    /// assert_eq!(would.window, WindowEffect::Kept);
    /// assert_eq!(would.rule_met, Some(Reason::MaxFailures)); // the next failure would open the circuit
    /// assert_eq!(mail.config().max_failures, Some(5));
    ///
    /// let wrong = Overrides { jitter: Some(7.0), backoff: Some(0.0), ..Overrides::default() };
    /// assert_eq!(registry.dry_run("mail", wrong).unwrap_err().len(), 2);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn dry_run(
        &self,
        name: &str,
        patch: impl Into<Patch>,
    ) -> Result<Configured, Vec<ConfigError>> {
        let patch = patch.into();
        let breaker = self.named(name).map_err(|error| vec![error])?;
        let changing = self.changing();
        let (reading, by) = (changing.reading, Attribution::default());
        let would = breaker.shared().preview(reading, &patch, &by);
        drop(changing);
        breaker.deliver_queued();
        would
    }

    /// Changes the settings of a breaker that were configured at run time.
    ///
    /// `check` runs when no settings change any more; if it returns an error, nothing changes.
    fn change_runtime_layer<E: From<ConfigError>>(
        &self,
        name: &str,
        patch: &Patch,
        action: ActionKind,
        by: &Attribution,
        check: impl FnOnce() -> Result<(), E>,
    ) -> Result<Configured, E> {
        let breaker = self.named(name)?;
        let announcement = Announcement {
            action: Some(action),
            by,
            place: &|_, _| None,
        };
        let changing = self.changing();
        // No settings change in between, as long as `changing` lives.
        let configured = check().and_then(|()| {
            let would = breaker.shared().preview(changing.reading, patch, by);
            let configured = would.map_err(|mut rejected| rejected.remove(0))?;
            self.apply_layers(&changing, &breaker, Some(&announcement), |layered| {
                patch.apply(&mut layered.runtime);
            })?;
            Ok(configured)
        });
        // Listeners may configure.
        drop(changing);
        breaker.deliver_all_queued();
        configured
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
    /// Only the breaker of a name has events for the change, and its keys do not. The caller delivers the events.
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

    /// Takes back all settings that [`configure`](Self::configure) changed, and returns what has changed.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] if the registry has no breaker of that name, or if a file that was loaded meanwhile is
    /// inconsistent without the configured settings. Nothing changes then.
    pub fn unconfigure(&self, name: &str) -> Result<Configured, ConfigError> {
        self.unconfigure_by(name, &Attribution::default(), || Ok(()))
    }

    /// Takes back all configured settings if `check`, which runs when no settings change any more, returns no error.
    pub(super) fn unconfigure_by<E: From<ConfigError>>(
        &self,
        name: &str,
        by: &Attribution,
        check: impl FnOnce() -> Result<(), E>,
    ) -> Result<Configured, E> {
        let patch = Patch::take_back_all();
        self.change_runtime_layer(name, &patch, ActionKind::Unconfigure, by, check)
    }

    /// Returns the declarations of the program, ordered by crate, file, line and column.
    ///
    /// A declaration is listed before its function is first called, unless the linker dropped it: that happens to
    /// dependencies that the program never names, and on platforms whose linkers drop the list.
    pub fn declarations(&self) -> Vec<&'static Declaration> {
        declarations()
    }
}
