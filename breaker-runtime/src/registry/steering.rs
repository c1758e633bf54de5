//! What is read and changed while a program runs.

use super::declared::{declarations, declared_conflicts};
use super::{Declaration, Finding, Registry};
use crate::breaker::CircuitBreaker;
use crate::config::{Config, ConfigError, Layered, Overrides};
use crate::core::Core;
use crate::event::{Event, Listener, Subscription};
use crate::snapshot::Snapshot;
use crate::sync::{Arc, MutexGuard, lock};
use crate::time::Tick;

/// Held while settings change, by whoever changes them.
pub(super) struct Changing<'a> {
    now: Tick,
    _alone: MutexGuard<'a, ()>,
}

/// Readings of all breakers, listeners and settings.
impl Registry {
    /// Takes a look at every breaker, sorted by name; a reading, so it notices what time has
    /// brought about.
    #[inline]
    pub fn snapshot(&self) -> Vec<Snapshot> {
        let breakers = self.breakers();
        breakers.iter().map(CircuitBreaker::snapshot).collect()
    }

    /// [Resets](CircuitBreaker::reset) every breaker.
    #[inline]
    pub fn reset_all(&self) {
        for breaker in self.breakers() {
            breaker.reset();
        }
    }

    /// Tells `listener` of everything that happens to the breakers of this registry from now on,
    /// and of conflicts that nobody has heard of yet.
    ///
    /// Events are told outside of every lock, after the new state is visible, one at a time and in
    /// order for each breaker. A listener may call anything. One that panics is caught and counted
    /// and harms no call; one that blocks delays the one call that delivers.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, EventKind, Registry};
    ///
    /// let registry = Registry::new();
    /// registry.subscribe(|event| {
    ///     if let EventKind::Transition(transition) = event.kind() {
    ///         println!("{}: {}", event.breaker().name(), transition.to);
    ///     }
    /// });
    /// registry.get_or_create("payment", Config::new())?.trip();
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[inline]
    pub fn subscribe(&self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Subscription {
        let listener: Arc<Listener> = Arc::new(listener);
        let (subscription, unheard) = self.shared.listeners.add(&listener);
        Core::tell_again(unheard);
        subscription
    }

    /// Returns how many times a listener of this registry has panicked.
    #[inline]
    pub fn listener_panics(&self) -> u64 {
        self.shared.listeners.panics()
    }

    /// Puts settings over those of a breaker while it runs.
    ///
    /// They hold from the next decision on. State, generation and a running open period stay as
    /// they are; keys that are `None` keep what is in force.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] for a name that the registry does not have or a value that is wrong, alone
    /// or together with those in force; nothing is changed then.
    #[inline]
    pub fn configure(&self, name: &str, overrides: Overrides) -> Result<(), ConfigError> {
        let breaker = self.named(name)?;
        let overrides = Config::from(&overrides);
        let changing = self.changing();
        self.apply_layers(&changing, &breaker, |layered| {
            layered.runtime.get_or_insert_default().apply(&overrides);
        })
    }

    /// Begins a change of settings.
    #[inline]
    pub(super) fn changing(&self) -> Changing<'_> {
        // Before the lock is taken, as the clock is user code.
        let now = self.shared.time.now();
        Changing {
            now,
            _alone: lock(&self.shared.changing),
        }
    }

    /// Changes what lies around the declarations of a breaker, and of those by key of its name.
    #[inline]
    pub(super) fn apply_layers(
        &self,
        changing: &Changing<'_>,
        breaker: &CircuitBreaker,
        change: impl Fn(&mut Layered),
    ) -> Result<(), ConfigError> {
        breaker.core().apply_layers(changing.now, &change)?;
        // The breaker itself comes first: a key that is entered after this look copies it.
        let keyed = self.keyed_of(breaker);
        for breaker in keyed.iter().flat_map(|keyed| keyed.breakers()) {
            breaker.core().apply_layers(changing.now, &change)?;
        }
        Ok(())
    }

    #[inline]
    fn named(&self, name: &str) -> Result<CircuitBreaker, ConfigError> {
        self.get(name).ok_or_else(|| ConfigError::Unknown {
            name: name.to_owned(),
        })
    }

    /// Takes back what [`configure`](Self::configure) has put over the settings of a breaker.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] for a name that the registry does not have, and where a file that was loaded
    /// meanwhile cannot be met without what was configured; nothing is changed then.
    #[inline]
    pub fn unconfigure(&self, name: &str) -> Result<(), ConfigError> {
        let breaker = self.named(name)?;
        let changing = self.changing();
        self.apply_layers(&changing, &breaker, |layered| layered.runtime = None)
    }

    /// Returns every attribute of the program, whether or not its function has been called, ordered
    /// by crate, file, line and column.
    #[inline]
    pub fn declarations(&self) -> Vec<&'static Declaration> {
        declarations()
    }

    /// Returns all places that disagree about a breaker, and settings that were loaded for breakers
    /// that there are not; an empty list is what a test wants.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    ///
    /// assert_eq!(Registry::global().verify(), []);
    /// ```
    #[inline]
    pub fn verify(&self) -> Vec<Finding> {
        let conflicts = declared_conflicts().into_iter().map(Finding::Conflict);
        let unknown = self.unknown_breakers().into_iter();
        conflicts
            .chain(unknown.map(Finding::UnknownBreaker))
            .collect()
    }
}
