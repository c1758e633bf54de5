//! Keys of calls, which share their memory.

use std::collections::HashSet;
use std::sync::Arc;

use breaker_runtime::rehearsal::Call;

/// How many keys share their memory. With more, some keys are stored more than once.
const MOST: usize = 1 << 16;

/// The keys so far.
#[derive(Debug, Default)]
pub(super) struct Keys(HashSet<Arc<str>>);

impl Keys {
    /// Returns the key of a call in shared memory.
    pub(super) fn shared(&mut self, key: &str) -> Arc<str> {
        let key = Call::shortened_key(key);
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
