//! The items that most users of this crate need, for `use breaker_runtime::prelude::*;`.
//!
//! It contains no modules, so it does not clash with the crates `axum`, `metrics`, `tower` and `tracing`. A name that
//! you import or define yourself, such as axum's `State`, takes precedence over the prelude.
//!
//! ```
//! # #[cfg(feature = "macros")] {
//! use breaker_runtime::prelude::*;
//!
//! #[circuit_breaker(name = "stock", fallback = |_rejected| Ok(0))]
//! fn in_stock(item: &str) -> Result<usize, BreakerError> {
//!     Ok(item.len())
//! }
//!
//! let stock = Registry::global().get("stock").expect("declared above");
//! stock.trip();
//! assert_eq!(stock.state(), State::Open);
//! assert_eq!(in_stock("tea"), Ok(0));
//! # }
//! ```

#[cfg(feature = "macros")]
#[doc(no_inline)]
pub use crate::circuit_breaker;
#[doc(no_inline)]
pub use crate::{
    BreakerError, CallError, CircuitBreaker, Config, Outcome, Permit, Registry, Rejection,
    RejectionReason, State, TimedOut, Window,
};

#[cfg(all(
    test,
    feature = "axum",
    feature = "macros",
    feature = "metrics",
    feature = "tracing"
))]
mod tests;
