//! For tests: a clock that the test moves, and a registry per test.

mod clocks;
mod registry;

pub use self::clocks::ManualClock;
#[cfg(feature = "tokio")]
pub use self::clocks::TokioClock;
pub use self::registry::{EnteredRegistry, TestRegistry};
