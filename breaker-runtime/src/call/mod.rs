//! Guarded calls: admission before a call, its outcome after it, and the meaning of a drop in between.

mod fallback;
mod future;
mod guard;
mod handle;
mod neutral_drops;
mod permit;
mod run;
mod timeout;

pub use self::fallback::FallbackGuard;
pub use self::future::{Guarded, Marked, Recorded, poll};
pub(crate) use self::guard::enter;
pub use self::guard::{Guard, RejectedCall, Settled};
pub use self::handle::{Handle, Owned};
pub use self::neutral_drops::neutral_drops;
pub use self::permit::Permit;
pub use self::timeout::{Late, Limit, poll_limited};
