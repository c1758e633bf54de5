//! The rule for names, which the runtime has too: one table of cases tests both.

const MAX_LENGTH: usize = 128;

/// Says what is wrong with a name.
pub(crate) fn check(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("the name of a circuit breaker must not be empty".to_owned());
    }
    let wrong = |(_, letter): &(usize, char)| {
        !letter.is_ascii_alphanumeric() && !['_', '-', '.', ':', '/'].contains(letter)
    };
    if let Some((before, letter)) = name.chars().enumerate().find(wrong) {
        return Err(format!(
            "character {letter:?} at position {} is not allowed in the name of a circuit breaker: \
             use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`",
            before + 1
        ));
    }
    if name.len() > MAX_LENGTH {
        return Err(format!(
            "the name of a circuit breaker has at most {MAX_LENGTH} characters, not {}",
            name.len()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
