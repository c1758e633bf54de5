//! The names of circuits in a store.

use crate::breaker::SEPARATOR;

/// Returns the name and the key of a circuit in the store.
pub(super) fn split(store_name: &str) -> (String, Option<String>) {
    match store_name.split_once(SEPARATOR) {
        Some((name, key)) => (name.to_owned(), Some(key.to_owned())),
        None => (store_name.to_owned(), None),
    }
}
