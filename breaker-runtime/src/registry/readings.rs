//! Readings of all breakers, and the registry in force.

#[cfg(feature = "admin")]
use std::time::SystemTime;

use super::by_name::Registry;
#[cfg(feature = "test-util")]
use super::current;
use crate::breaker::{CircuitBreaker, Snapshot};
#[cfg(feature = "metrics")]
use crate::sync::Arc;
#[cfg(feature = "admin")]
use crate::time::Tick;
#[cfg(feature = "admin")]
use crate::values::RetiredCounts;

/// Readings.
impl Registry {
    /// Returns the registry that annotated functions use here: that of the current test, or the [global](Self::global)
    /// one.
    ///
    /// In a test, it is the innermost `TestRegistry` in force on this thread (feature `test-util`). A program that
    /// reads its breakers through `current` can be tested like the functions that it guards. Call `current` again for
    /// each request, because the next one may belong to another test.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use breaker_runtime::test_util::TestRegistry;
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let test = TestRegistry::new();
    /// test.get_or_create("doc_current", Config::new())?;
    /// let entered = test.enter();
    /// assert!(Registry::current().get("doc_current").is_some());
    ///
    /// drop(entered);
    /// assert!(Registry::current().get("doc_current").is_none());
    /// # }
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn current() -> Self {
        #[cfg(feature = "test-util")]
        if let Some(registry) = current::innermost() {
            return registry;
        }
        Self::global().clone()
    }

    /// Returns what `metrics::publish` remembers of this registry.
    #[cfg(feature = "metrics")]
    pub(crate) fn published<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let published = self.inner.published.get_or_init(|| Arc::new(T::default()));
        let published = Arc::clone(published).downcast();
        published.unwrap_or_else(|_| unreachable!("only one type is stored"))
    }

    /// Returns the present time by the wall clock.
    #[cfg(feature = "admin")]
    pub(crate) fn wall_now(&self) -> SystemTime {
        self.inner.time.wall()
    }

    /// Returns the present time by the monotonic clock.
    #[cfg(feature = "admin")]
    pub(crate) fn now(&self) -> Tick {
        self.inner.time.now()
    }

    /// Returns whether the registry uses the system's clock.
    #[cfg(feature = "admin")]
    pub(crate) fn uses_system_clock(&self) -> bool {
        self.inner.time.is_system()
    }

    /// Calls `act` with the breaker of each name, sorted by name, and with what the name has counted until `now`: a
    /// name with keys has counted what its keys have.
    ///
    /// This is not a reading: transitions that are due are not applied. It runs no user code.
    #[cfg(feature = "admin")]
    pub(crate) fn each_name(
        &self,
        now: Tick,
        mut act: impl FnMut(&CircuitBreaker, &RetiredCounts),
    ) {
        for breaker in self.by_name() {
            let counts = if let Some(keyed) = self.keyed_of(&breaker) {
                keyed.counts(now)
            } else {
                let mut counts = RetiredCounts::default();
                breaker.shared().add_to(&mut counts, now);
                counts
            };
            act(&breaker, &counts);
        }
    }

    /// Calls `act` with each breaker, sorted by name. The breaker of a name with keys is followed by those of its
    /// keys, sorted by key.
    ///
    /// A breaker that is held cannot be evicted. So this method holds the breaker of only one key at a time, while
    /// [`breakers`](Self::breakers) holds all of them. Breakers that are made, removed or evicted meanwhile may be
    /// included or missing. `act` may call anything, because no lock is held.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Registry, State};
    ///
    /// let registry = Registry::new();
    /// registry.get_or_create_keyed("fetch", "sick.example", Config::new())?.trip();
    /// registry.get_or_create_keyed("fetch", "well.example", Config::new())?;
    ///
    /// let mut open = Vec::new();
    /// registry.each(|breaker| {
    ///     if breaker.state() == State::Open {
    ///         open.extend(breaker.key().map(str::to_owned));
    ///     }
    /// });
    /// assert_eq!(open, ["sick.example"]);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn each(&self, mut act: impl FnMut(&CircuitBreaker)) {
        for breaker in self.by_name() {
            act(&breaker);
            if let Some(keyed) = self.keyed_of(&breaker) {
                keyed.each_in_order(&mut act);
            }
        }
    }

    /// Returns the snapshots of all breakers, sorted by name.
    ///
    /// This is a reading: it applies transitions that are due.
    pub fn snapshot(&self) -> Vec<Snapshot> {
        let mut snapshots = Vec::new();
        self.each(|breaker| snapshots.push(breaker.snapshot()));
        snapshots
    }
}
