//! The breakers of a name by key, as a registry has them.

use super::{Keyed, Registry};
use crate::breaker::CircuitBreaker;
use crate::config::{Config, ConfigError};
use crate::keyed::KeyStats;
use crate::private::Site;
use crate::sync::Arc;

/// One breaker for each key.
impl Registry {
    /// Returns the breaker of that name for one key, if there is one; nothing is made.
    #[inline]
    pub fn get_keyed(&self, name: &str, key: &str) -> Option<CircuitBreaker> {
        self.keyed(name)?.get(key)
    }

    /// Returns the breaker of that name for one key, and makes it if there is none.
    ///
    /// All keys of a name have the same settings, those of [`get`](Self::get) with that name. There are
    /// at most `max_keys`: beyond them a breaker is given up that is closed, holds no failure in its
    /// counts, is in nobody's hands, and was not used lately. If there is none, the one that is
    /// returned is in no list: it is gone with its last handle. A key that is empty or longer than 256
    /// characters is cut, and ends in a hash.
    ///
    /// It is meant for one call: while the name's own breaker is overridden, that one is returned, so that
    /// the override holds for every key. To steer one key there is [`get_keyed`](Self::get_keyed).
    ///
    /// # Errors
    ///
    /// Those of [`get_or_create`](Self::get_or_create).
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
    #[inline]
    pub fn get_or_create_keyed(
        &self,
        name: &str,
        key: &str,
        config: Config,
    ) -> Result<CircuitBreaker, ConfigError> {
        let parent = self.get_or_create(name, config)?;
        Ok(self.keyed_under(&parent).get_or_make(key))
    }

    /// Takes a look at the breakers of all keys of a name together, if it has any; a reading, so it
    /// notices what time has brought about, and gives up those that are idle.
    #[inline]
    pub fn key_stats(&self, name: &str) -> Option<KeyStats> {
        Some(self.keyed(name)?.stats())
    }

    #[inline]
    fn keyed(&self, name: &str) -> Option<Arc<Keyed>> {
        let breakers = &self.shared.breakers;
        breakers.get(name, |entered| entered.keyed.clone())?
    }

    /// Returns the breakers by key that are copies of this one, if it is in the registry and has any.
    #[inline]
    pub(crate) fn keyed_of(&self, parent: &CircuitBreaker) -> Option<Arc<Keyed>> {
        self.shared.breakers.get(parent.name(), |entered| {
            let own = entered.breaker.same_as(parent);
            own.then(|| entered.keyed.clone()).flatten()
        })?
    }

    /// Returns the breakers by key that are copies of this one; from now on it has them.
    #[inline]
    pub(crate) fn keyed_under(&self, parent: &CircuitBreaker) -> Arc<Keyed> {
        self.keyed_of(parent).unwrap_or_else(|| {
            let made = || Arc::new(Keyed::new(parent.clone()));
            let (name, breakers) = (parent.name(), &self.shared.breakers);
            breakers.write(name, |shard| match shard.get_mut(name) {
                Some(entered) if entered.breaker.same_as(parent) => {
                    Arc::clone(entered.keyed.get_or_insert_with(made))
                }
                // It was removed meanwhile, and another one may have its name.
                _ => made(),
            })
        })
    }

    /// Returns the breakers by key of a call site.
    #[inline]
    pub(crate) fn attach_keyed(&self, site: &'static Site) -> Arc<Keyed> {
        self.keyed_under(&self.attach_site(site))
    }
}
