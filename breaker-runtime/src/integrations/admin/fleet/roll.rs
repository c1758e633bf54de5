//! The live members as the store last told them, so that many clients do not ask it many times.

use std::time::Duration;

use crate::sync::{Arc, Mutex, lock};
use crate::time::Tick;

/// How long an answer is good.
const FRESH: Duration = Duration::from_secs(1);

/// A live member of a fleet.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: String,
    /// How long ago the store heard it.
    pub(super) heard: Duration,
}

/// The live members, or why they are not known.
pub(super) type Members = Arc<Result<Vec<Member>, String>>;

/// The last answer of the store.
#[derive(Debug, Default)]
pub(in super::super) struct Roll(Mutex<Option<(Tick, Members)>>);

impl Roll {
    /// Returns the live members. `ask` asks the store, at most once a second but for requests that come together.
    pub(super) async fn call(
        &self,
        now: Tick,
        ask: impl Future<Output = Result<Vec<Member>, String>>,
    ) -> Members {
        let last = lock(&self.0).clone();
        if let Some((_, members)) = last.filter(|(at, _)| now.since(*at) < FRESH) {
            return members;
        }
        let members = Arc::new(ask.await);
        *lock(&self.0) = Some((now, Arc::clone(&members)));
        members
    }
}

#[cfg(test)]
mod tests;
