//! The items that expansions of the attribute name, and nothing else.
//!
//! Semantic versioning does not cover this module. The expansion is thin: it has one `static` for the call site and
//! calls these functions, so the logic is in the layers that define them.

// What the attribute uses of other crates. An expansion cannot name them, because its crate may not depend on them.
pub use core::compile_error;
pub use inventory;

// The declaration and the call site.
pub use crate::__circuit_breaker_probed as probed;
pub use crate::config::{Config, Location, Window, WindowFrom};
pub use crate::registry::{Declaration, KeyPin, Listed, Probe, Registry, Site, SiteHandle};

// The call.
pub use crate::__circuit_breaker_limited as limited;
pub use crate::__circuit_breaker_streamed as streamed;
#[cfg(feature = "stream")]
pub use crate::call::StreamCall;
#[cfg(any(feature = "http", feature = "stream"))]
pub use crate::call::StreamGuard;
pub use crate::call::{
    FallbackGuard, Guard, Guarded, Handle, Late, Limit, Marked, Owned, Recorded, RejectedCall,
    Settled, poll, poll_limited,
};
pub use crate::values::{BreakerError, CallError, Origin, Outcome};
#[cfg(feature = "stream")]
pub use futures_core::Stream;

// The requirements on a function's types.
pub use crate::attribute::{
    AnswerType, AsyncAnswer, ByError, CauseText, ClassifyByType, ClassifyOther, ClassifyResult,
    CloneForFallback, DisplayKey, FromRejection, FromRejectionResult, FromTimeout,
    FromTimeoutResult, HasClassifiedError, HasShownError, KeyText, ProbeFunction, ProbeRun,
    ResultLike, SettleByType, SettleOther, SettleResult, ShownError, TakeError, TakeRejection,
    TakeTimeout, ToKeyText, answer, boxed, boxed_stream, by_classifier, by_error, by_result,
    call_once, clone_for_fallback, error_cause, failed, failed_result, hint_if, in_range, kept_key,
    keys, never, probe_run, reject, reject_limited, reject_limited_result, reject_result,
    settle_result, stated_cause, time_out, time_out_result, typed, valid_name, whole, whole_mut,
    without_error,
};
