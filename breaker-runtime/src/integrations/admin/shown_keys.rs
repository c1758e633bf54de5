//! How answers show keys: as they are, or by a hash.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, RandomState};

use crate::breaker::{CircuitBreaker, KeySet as _, Snapshot};
use crate::registry::Registry;

/// How answers show keys.
///
/// The hash depends on a random secret. Without the secret, nobody finds a key by hashing all likely ones.
#[derive(Clone, Debug, Default)]
pub(super) struct ShownKeys {
    hidden_by: Option<RandomState>,
}

impl ShownKeys {
    /// Shows hashes, which differ from those that any other process shows.
    pub(super) fn hashed() -> Self {
        Self {
            hidden_by: Some(RandomState::new()),
        }
    }

    /// Returns what is shown for a key.
    pub(super) fn shown<'a>(&self, key: &'a str) -> Cow<'a, str> {
        match &self.hidden_by {
            None => Cow::Borrowed(key),
            Some(secret) => Cow::Owned(format!("{:016x}", secret.hash_one(key))),
        }
    }

    /// Returns the breaker of the key that is shown like this. Makes none.
    pub(super) fn find(
        &self,
        registry: &Registry,
        name: &CircuitBreaker,
        shown: &str,
    ) -> Option<CircuitBreaker> {
        if self.hidden_by.is_none() {
            return registry.get_keyed(name.name(), shown);
        }
        let mut found = None;
        registry.keyed_of(name)?.for_each(&mut |breaker| {
            if breaker.key().is_some_and(|key| self.shown(key) == shown) {
                found = Some(breaker.clone());
            }
        });
        found
    }

    /// Replaces a key by what is shown for it.
    pub(super) fn replace(&self, key: &mut Option<String>) {
        if self.hidden_by.is_some() {
            *key = key.take().map(|key| self.shown(&key).into_owned());
        }
    }

    /// Replaces the keys in a snapshot.
    pub(super) fn replace_in(&self, snapshot: &mut Snapshot) {
        self.replace(&mut snapshot.key);
        for action in &mut snapshot.actions {
            self.replace(&mut action.key);
        }
    }
}
