//! The setting `probe` of a declaration.

use std::time::Duration;

use crate::attribute::ProbeRun;

/// How a declaration probes its dependency.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// Makes a run of the function.
    #[cfg_attr(
        not(feature = "tokio"),
        expect(
            dead_code,
            reason = "without a timer the attribute rejects the setting"
        )
    )]
    pub(crate) run: fn() -> ProbeRun,
    /// How often the function runs while the circuit is closed; never if it is `None`.
    pub(crate) always: Option<Duration>,
}

impl Probe {
    /// Makes a probe; only expansions of the attribute call this.
    #[doc(hidden)]
    pub const fn new(run: fn() -> ProbeRun) -> Self {
        Self { run, always: None }
    }

    /// Adds the setting `probe_always`; only expansions of the attribute call this.
    #[doc(hidden)]
    #[must_use]
    pub const fn always(mut self, every: Duration) -> Self {
        self.always = Some(every);
        self
    }
}
