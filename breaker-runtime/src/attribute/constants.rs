//! The checks of constants that an attribute names. rustc runs them at compile time, and reports a panic at the caller.

use crate::config::name_problem;

/// Requires that the value of a setting is in its range.
///
/// # Panics
///
/// At compile time, with the message, if it is not.
#[track_caller]
pub const fn in_range(holds: bool, message: &str) {
    assert!(holds, "{}", message);
}

/// Requires that a constant is a valid name of a breaker.
///
/// # Panics
///
/// At compile time, with the problem, if it is not.
#[track_caller]
pub const fn valid_name(name: &str) {
    if let Some(problem) = name_problem(name) {
        in_range(false, problem);
    }
}
