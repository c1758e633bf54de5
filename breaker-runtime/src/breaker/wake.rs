//! Waking the tasks that wait for a change of a breaker.

use super::shared::CircuitBreaker;

#[cfg(any(feature = "tokio", feature = "tower"))]
impl CircuitBreaker {
    /// Wakes the tasks that wait for a change of this breaker. A waker may be user code, so no lock may be held.
    #[cold]
    pub(crate) fn wake_waiting(&self) {
        let link = &self.shared().cold.registry;
        for task in link.wakers.take(self.shared().id()) {
            link.listeners.catch_panic(|| task.wake());
        }
    }
}

/// Without these features no task waits.
#[cfg(not(any(feature = "tokio", feature = "tower")))]
impl CircuitBreaker {
    #[expect(clippy::unused_self, reason = "there is nothing to wake")]
    pub(crate) fn wake_waiting(&self) {}
}
