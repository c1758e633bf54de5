//! What expansions of the attribute require of a function's types.

mod by_error;
mod causes;
mod constants;
mod expansion;
mod key_text;
pub mod keys;
mod probe;
mod results;

pub use self::by_error::{ByError, HasClassifiedError, by_error};
pub use self::causes::{CauseText, HasShownError, ShownError, error_cause, stated_cause};
pub use self::constants::{in_range, valid_name};
pub use self::expansion::{
    AnswerType, answer, boxed, boxed_stream, call_once, clone_for_fallback, failed, failed_result,
    hint_if, never, reject, reject_limited, reject_limited_result, reject_result, time_out,
    time_out_result, typed, whole, whole_mut, without_error,
};
pub use self::key_text::{DisplayKey, KeyText, ToKeyText, kept_key};
pub use self::probe::{ProbeFunction, ProbeRun, probe_run};
pub use self::results::{
    AsyncAnswer, ClassifyByType, ClassifyOther, ClassifyResult, CloneForFallback, FromRejection,
    FromRejectionResult, FromTimeout, FromTimeoutResult, ResultLike, SettleByType, SettleOther,
    SettleResult, TakeError, TakeRejection, TakeTimeout, by_classifier, by_result, settle_result,
};
