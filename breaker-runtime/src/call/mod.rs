//! Guarded calls: admission before a call, its outcome after it, and the meaning of a drop in between.

#[cfg(feature = "tokio")]
mod admission_timer;
mod answers;
mod fallback;
mod future;
mod guard;
mod handle;
mod judge;
mod neutral_drops;
mod options;
mod permit;
#[cfg(feature = "tokio")]
mod ready;
mod report;
mod run;
#[cfg(feature = "stream")]
mod stream;
#[cfg(any(feature = "http", feature = "stream"))]
mod stream_guard;
mod streamed;
mod timeout;
mod with;

#[cfg(feature = "tokio")]
pub(crate) use self::admission_timer::AdmissionTimer;
pub use self::answers::{AsyncFallback, Awaited, FallbackOn};
pub use self::fallback::FallbackGuard;
pub use self::future::{Guarded, Marked, Recorded, poll};
pub(crate) use self::guard::enter;
pub use self::guard::{Guard, RejectedCall, Settled};
#[cfg(feature = "tokio")]
pub(crate) use self::guard::{enter_as_check, enter_as_probe};
pub use self::handle::{Handle, Owned};
pub use self::neutral_drops::neutral_drops;
pub use self::options::{AnyCall, AsyncCall, CallOptions};
pub use self::permit::Permit;
#[cfg(feature = "stream")]
pub use self::stream::{GuardedStream, StreamCall};
#[cfg(any(feature = "http", feature = "stream"))]
pub use self::stream_guard::StreamGuard;
pub use self::timeout::{Late, Limit, poll_limited};
