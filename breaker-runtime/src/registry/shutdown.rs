//! Shutdowns, during which dropped calls say nothing about dependencies.

use super::by_name::Registry;
use crate::breaker::RegistryLink;
use crate::sync::{Arc, Ordering};

/// Declares dropped calls neutral until it is dropped; made by [`Registry::neutral_drops`].
#[derive(Debug)]
#[must_use = "dropped calls are neutral only while this guard lives"]
pub struct NeutralDrops {
    link: Arc<RegistryLink>,
}

impl Registry {
    /// Makes every call that is dropped count as cancelled, however long it was pending, until the guard is dropped.
    ///
    /// Use it during a shutdown that aborts tasks: otherwise a call that had been pending for
    /// `cancel_after` counts as a failure of its dependency. It applies to all breakers of this registry, on every
    /// thread. To exempt single calls, use [`neutral_drops`](crate::neutral_drops).
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    ///
    /// let shutting_down = Registry::global().neutral_drops();
    /// // … abort the tasks that are still running …
    /// drop(shutting_down);
    /// ```
    pub fn neutral_drops(&self) -> NeutralDrops {
        self.inner
            .link
            .neutral_drops
            .fetch_add(1, Ordering::Relaxed);
        NeutralDrops {
            link: Arc::clone(&self.inner.link),
        }
    }
}

impl Drop for NeutralDrops {
    fn drop(&mut self) {
        self.link.neutral_drops.fetch_sub(1, Ordering::Relaxed);
    }
}
