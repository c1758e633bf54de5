//! What a recorder needs of a registry.

use super::by_name::Registry;
use crate::breaker::Recording;
use crate::sync::Arc;
use crate::time::Time;

impl Registry {
    /// Returns where the recorded calls of the registry leave what happened.
    pub(crate) fn recording(&self) -> &Arc<Recording> {
        self.inner.link.recording()
    }

    pub(crate) fn time(&self) -> Time {
        self.inner.time.clone()
    }
}
