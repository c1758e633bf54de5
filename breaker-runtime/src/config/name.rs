//! The checks of a breaker's name at run time, and of a constant at compile time.

use super::error::ConfigError;
use super::grammar::name;

/// Returns what is wrong with the name in a constant, by the rule of `check_name`.
pub(crate) const fn name_problem(name: &str) -> Option<&'static str> {
    let mut rest = name.as_bytes();
    if rest.is_empty() {
        return Some("the name of a circuit breaker must not be empty");
    }
    while let [first, others @ ..] = rest {
        if !matches!(first, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b':' | b'/')
        {
            return Some(
                "a character is not allowed in the name of a circuit breaker: use ASCII letters, digits, \
                 `_`, `-`, `.`, `:` and `/`",
            );
        }
        rest = others;
    }
    if name.len() > 128 {
        return Some("the name of a circuit breaker has at most 128 characters");
    }
    None
}

/// Checks a name: 1 to 128 ASCII letters, digits and `_ - . : /`.
pub(crate) fn check_name(name: &str) -> Result<(), ConfigError> {
    name::check(name).map_err(|problem| ConfigError::Name {
        name: name.to_owned(),
        problem,
    })
}

#[cfg(test)]
mod tests;
