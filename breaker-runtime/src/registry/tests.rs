//! What the tests of this folder share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::sync::Arc;
use crate::time::{Clock, Tick};

type Call = Box<dyn FnOnce() + Send>;

/// A clock that does something else when it is asked for the n-th time: what another thread could do
/// then. It stands still.
#[derive(Clone, Default)]
pub(super) struct Hook(Arc<Mutex<Option<(u32, Call)>>>);

impl Hook {
    /// Has it make a call when it is asked for the n-th time from now.
    pub(super) fn at(&self, nth: u32, call: impl FnOnce() + Send + 'static) {
        *self.armed() = Some((nth, Box::new(call)));
    }

    /// Takes the call back; returns whether it was still to be made.
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
