//! A list of listeners, which are notified outside all locks.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};

use crate::sync::{Arc, AtomicU64, Mutex, Ordering, lock};

/// The listeners for events of type `E`; `P` is what is kept of an event that no listener received.
pub(crate) struct Listeners<E, P> {
    list: Mutex<ListenerList<E, P>>,
    /// How often a listener has panicked.
    panics: AtomicU64,
}

type Callback<E> = dyn Fn(&E) + Send + Sync;

struct ListenerList<E, P> {
    next_id: u64,
    /// Shared, so that listeners run without the lock.
    entries: Arc<Vec<(u64, Arc<Callback<E>>)>>,
    /// Events that no listener has received yet.
    pending: Vec<P>,
}

impl<E, P> Default for Listeners<E, P> {
    fn default() -> Self {
        Self {
            list: Mutex::new(ListenerList {
                next_id: 0,
                entries: Arc::default(),
                pending: Vec::new(),
            }),
            panics: AtomicU64::new(0),
        }
    }
}

impl<E, P> Listeners<E, P> {
    /// Adds a listener; returns its number and the events that no listener has received.
    pub(crate) fn add(&self, listener: &Arc<Callback<E>>) -> (u64, Vec<P>) {
        let mut list = lock(&self.list);
        let id = list.next_id;
        list.next_id += 1;
        let entry = (id, Arc::clone(listener));
        list.entries = Arc::new(list.entries.iter().cloned().chain([entry]).collect());
        (id, std::mem::take(&mut list.pending))
    }

    pub(crate) fn remove(&self, id: u64) {
        let mut list = lock(&self.list);
        let others = list.entries.iter().filter(|(other, _)| *other != id);
        let entries = Arc::new(others.cloned().collect());
        let before = std::mem::replace(&mut list.entries, entries);
        drop(list);
        // This may drop the listener, which is user code.
        self.catch_panic(|| drop(before));
    }

    /// Notifies all listeners. Without listeners, keeps what `pending` returns for the first listener that is added.
    pub(crate) fn notify(&self, event: &E, pending: impl FnOnce(&E) -> Option<P>) {
        let entries = {
            let mut list = lock(&self.list);
            if list.entries.is_empty() {
                list.pending.extend(pending(event));
                return;
            }
            Arc::clone(&list.entries)
        };
        for (_, listener) in entries.iter() {
            self.catch_panic(|| listener(event));
        }
        // This may drop a listener that was removed meanwhile, which is user code.
        self.catch_panic(|| drop(entries));
    }

    /// Runs user code, and catches and counts its panic.
    pub(crate) fn catch_panic(&self, run: impl FnOnce()) {
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(run)) {
            self.panics.fetch_add(1, Ordering::Relaxed);
            // Dropping the payload may panic again.
            let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
            std::mem::forget(dropped);
        }
    }

    /// Returns how often a listener has panicked.
    pub(crate) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }
}

impl<E, P> fmt::Debug for Listeners<E, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = lock(&self.list).entries.len();
        f.debug_struct("Listeners")
            .field("count", &count)
            .field("panics", &self.panics())
            .finish()
    }
}
