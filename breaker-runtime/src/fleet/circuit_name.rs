//! The names of circuits in a store.

use crate::breaker::split_store_name;

/// Returns the name and the key of a circuit in the store.
pub(super) fn split(store_name: &str) -> (String, Option<String>) {
    let (name, key) = split_store_name(store_name);
    (name.to_owned(), key.map(str::to_owned))
}
