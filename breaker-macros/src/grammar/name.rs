//! The rule for names of circuit breakers.

/// The longest name, in characters.
const LONGEST: usize = 128;

/// Checks a name, which consists of 1 to 128 ASCII letters, digits and `_ - . : /`. The error describes
/// the first mistake.
pub(crate) fn check(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("the name of a circuit breaker must not be empty".to_owned());
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/');
    if let Some((at, wrong)) = name.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        return Err(format!(
            "character {wrong:?} at position {} is not allowed in the name of a circuit breaker: \
             use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`",
            at + 1
        ));
    }
    if name.len() > LONGEST {
        return Err(format!(
            "the name of a circuit breaker has at most {LONGEST} characters, not {}",
            name.len()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
