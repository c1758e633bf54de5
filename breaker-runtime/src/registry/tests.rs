//! The clock that the tests of this folder share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sync::Arc;
use crate::time::{Clock, Tick};

type Call = Box<dyn FnOnce() + Send>;

/// A clock that stands still and makes a call at its n-th reading: one that another thread could make then.
#[derive(Clone, Default)]
pub(super) struct Hook(Arc<Mutex<Option<(u32, Call)>>>);

impl Hook {
    /// Sets the call, and after how many readings the clock makes it.
    pub(super) fn at(&self, nth: u32, call: impl FnOnce() + Send + 'static) {
        *self.armed() = Some((nth, Box::new(call)));
    }

    /// Clears the call; returns whether it was not made yet.
    pub(super) fn disarm(&self) -> bool {
        self.armed().take().is_some()
    }

    fn armed(&self) -> MutexGuard<'_, Option<(u32, Call)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Hook {
    fn now(&self) -> Tick {
        let mut armed = self.armed();
        if let Some((left, _)) = armed.as_mut() {
            *left -= 1;
        }
        let due = armed.take_if(|(left, _)| *left == 0);
        drop(armed);
        if let Some((_, call)) = due {
            call();
        }
        Tick::default()
    }
}
