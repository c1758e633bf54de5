//! The one rule for names, which the attribute has word for word.

use super::ConfigError;

/// The longest name, in characters.
const LONGEST: usize = 128;

/// Checks a name: 1 to 128 ASCII letters, digits and `_ - . : /`.
#[inline]
pub(crate) fn check_name(name: &str) -> Result<(), ConfigError> {
    match problem(name) {
        None => Ok(()),
        Some(problem) => Err(ConfigError::Name {
            name: name.to_owned(),
            problem,
        }),
    }
}

#[inline]
fn problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("the name of a circuit breaker must not be empty".to_owned());
    }
    let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/');
    if let Some((at, wrong)) = name.chars().enumerate().find(|(_, c)| !allowed(c)) {
        return Some(format!(
            "character {wrong:?} at position {} is not allowed in the name of a circuit breaker: \
             use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`",
            at + 1
        ));
    }
    let length = name.chars().count();
    (length > LONGEST).then(|| {
        format!("the name of a circuit breaker has at most {LONGEST} characters, not {length}")
    })
}
