//! What expansions of the attribute require of a function's types.

mod expansion;
mod key_text;
mod results;

pub use self::expansion::{
    again, answer, boxed, call_once, failed, failed_result, hint_if, never, refuse, refuse_error,
    refuse_error_result, refuse_result, typed, whole,
};
pub use self::key_text::{HasText, KeyOf, Shown, kept_key};
pub use self::results::{
    Again, AsyncAnswer, HasError, Refusable, RefusableResult, ResultLike, Stoppable, TakesRefusal,
    Unnamed, UnnamedOther, UnnamedResult, Whole, WholeOther, WholeResult, by_classifier, by_result,
    settle_result,
};
