//! What an error and its sources hold and say.

use std::error::Error;

use crate::values::{BreakerError, Rejection, TimedOut, chain};

/// Returns whether an error or one of its sources is the error of a breaker.
pub(super) fn holds_breaker_error(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|error| {
        error.is::<BreakerError>() || error.is::<Rejection>() || error.is::<TimedOut>()
    })
}

/// Writes an error and its sources, without what a source repeats.
pub(super) fn chain_text(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for error in chain(error) {
        let next = error.to_string();
        if text.is_empty() {
            text = next;
        } else if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
    }
    text
}
