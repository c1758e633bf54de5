//! A guarded call: admission before it, the outcome after it, and what a drop in between means.

mod fallback;
mod future;
mod guard;
mod handle;
mod permit;
mod run;
mod timeout;

pub use self::fallback::FallbackGuard;
pub use self::future::{Guarded, Marked, Recorded, poll};
pub(crate) use self::guard::enter;
pub use self::guard::{Guard, RejectedCall, Settled};
pub use self::handle::{Handle, Owned};
pub use self::permit::Permit;
pub use self::timeout::{Late, Limit, poll_limited};
