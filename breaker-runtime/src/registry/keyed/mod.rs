//! The breakers by key of a registry.

mod cache;
mod entry;
mod pin;
mod set;
mod set_id;

pub use self::pin::KeyPin;
pub(crate) use self::set::KeyedBreakers;
#[cfg(feature = "rehearsal")]
pub(crate) use self::set::{EVICTION_TRIES, IDLE_TRIES};
use super::by_name::Registry;
use super::site::Site;
use crate::breaker::CircuitBreaker;
use crate::config::{Config, ConfigError};
use crate::sync::Arc;
use crate::values::KeyStats;

/// One breaker for each key.
impl Registry {
    /// Returns the breaker named `name` for one key, or `None` if it does not exist.
    pub fn get_keyed(&self, name: &str, key: &str) -> Option<CircuitBreaker> {
        self.keyed(name)?.get(key)
    }

    /// Returns the breaker named `name` for one key, and makes it if it does not exist.
    ///
    /// All keys of a name have the settings of the breaker that [`get`](Self::get) returns for the name. At most
    /// `max_keys` keys have a breaker. Beyond that, a new key evicts one that is closed, has no failure in its counts,
    /// has no other handles and was not used recently. If none can be evicted, the returned breaker is unlisted: it is
    /// dropped with its last handle. An empty key, or one longer than 256 characters, is cut and ends in a hash.
    ///
    /// The breaker is always that of the key. An override of the name decides which calls it admits, and an override of
    /// an unlisted breaker gives it a place beyond `max_keys`.
    ///
    /// # Errors
    ///
    /// The errors of [`get_or_create`](Self::get_or_create).
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Registry, State};
    ///
    /// let registry = Registry::new();
    /// let sick = registry.get_or_create_keyed("fetch", "sick.example", Config::new())?;
    /// let well = registry.get_or_create_keyed("fetch", "well.example", Config::new())?;
    /// sick.trip();
    /// assert_eq!(well.state(), State::Closed);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[track_caller]
    pub fn get_or_create_keyed(
        &self,
        name: &str,
        key: &str,
        config: Config,
    ) -> Result<CircuitBreaker, ConfigError> {
        let parent = self.get_or_create(name, config)?;
        let pin = self.keyed_under(&parent).pin(key);
        Ok(CircuitBreaker::clone(&pin))
    }

    /// Returns the sums over all keys of a name, or `None` if the name has no keys.
    ///
    /// This is a reading: it applies transitions that are due. Keys that have been idle for `idle_ttl` and remember no
    /// failure are not counted as keys, although they are evicted only when a new key comes. Their totals are included.
    pub fn key_stats(&self, name: &str) -> Option<KeyStats> {
        Some(self.keyed(name)?.stats())
    }

    fn keyed(&self, name: &str) -> Option<Arc<KeyedBreakers>> {
        let breakers = &self.inner.breakers;
        breakers.get(name, |entry| entry.keyed.clone())?
    }

    /// Returns the breakers by key of this breaker, if it is in the registry and has any.
    pub(crate) fn keyed_of(&self, parent: &CircuitBreaker) -> Option<Arc<KeyedBreakers>> {
        self.inner.breakers.get(parent.name(), |entry| {
            let own = entry.breaker.same_as(parent);
            own.then(|| entry.keyed.clone()).flatten()
        })?
    }

    /// Returns the set of breakers by key of this breaker, and makes the set if it does not exist.
    pub(crate) fn keyed_under(&self, parent: &CircuitBreaker) -> Arc<KeyedBreakers> {
        self.keyed_of(parent).unwrap_or_else(|| {
            let made = || KeyedBreakers::new(parent);
            let (name, breakers) = (parent.name(), &self.inner.breakers);
            let keyed = breakers.write(name, |shard| match shard.get_mut(name) {
                Some(entry) if entry.breaker.same_as(parent) => {
                    Arc::clone(entry.keyed.get_or_insert_with(made))
                }
                // The breaker was removed meanwhile, and another one may have its name.
                _ => made(),
            });
            // Without the lock, because this may notify listeners.
            parent.leave_calls_to_keys();
            keyed
        })
    }

    /// Returns the breakers by key of a call site.
    pub(crate) fn attach_keyed(&self, site: &'static Site) -> Arc<KeyedBreakers> {
        self.keyed_under(&self.attach_site(site))
    }
}
