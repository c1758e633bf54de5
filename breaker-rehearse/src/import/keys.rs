//! Keys of calls, which share their memory.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// How many keys share their memory. With more, some keys are stored more than once.
const MOST: usize = 1 << 16;
/// The number of characters of the longest key.
const LONGEST: usize = 256;

/// The keys so far.
#[derive(Debug, Default)]
pub(super) struct Keys(HashSet<Arc<str>>);

impl Keys {
    /// Returns the key in shared memory. A long key is cut as a registry cuts it.
    pub(super) fn shared(&mut self, key: &str) -> Arc<str> {
        let key = shortened(key);
        if let Some(known) = self.0.get(&*key) {
            return Arc::clone(known);
        }
        let key: Arc<str> = key.into();
        if self.0.len() < MOST {
            self.0.insert(Arc::clone(&key));
        }
        key
    }
}

/// Cuts a key with more than 256 characters; it ends in a hash of the original.
fn shortened(key: &str) -> Cow<'_, str> {
    if key.len() <= LONGEST || key.chars().nth(LONGEST).is_none() {
        return Cow::Borrowed(key);
    }
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let hash = format!("#{:016x}", hasher.finish());
    let mut cut: String = key.chars().take(LONGEST - hash.len()).collect();
    cut.push_str(&hash);
    Cow::Owned(cut)
}
