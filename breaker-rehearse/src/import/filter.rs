//! Chooses lines by the text of a column.

use std::str::FromStr;

/// A condition on a column: `upstream=payments`, `method!=GET` or `request~/pay/`, which asks for a part of the text.
///
/// # Examples
///
/// ```
/// use breaker_rehearse::Filter;
///
/// let filter: Filter = "upstream=payments".parse()?;
/// assert!("upstream".parse::<Filter>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub(super) column: String,
    test: Test,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Is,
    IsNot,
    Contains,
}

impl Filter {
    /// Returns whether a text passes; a column that a line lacks has no text.
    pub(super) fn passes(&self, text: Option<&str>) -> bool {
        let text = text.unwrap_or_default();
        match self.test {
            Test::Is => text == self.text,
            Test::IsNot => text != self.text,
            Test::Contains => text.contains(&self.text),
        }
    }
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let at = text.find(['=', '~']).filter(|at| *at > 0);
        let at = at.ok_or_else(|| {
            format!("`{text}` is not a condition, as `column=text`, `column!=text` and `column~part` are")
        })?;
        let (column, rest) = text.split_at(at);
        let (column, condition) = match (column.strip_suffix('!'), rest.starts_with('=')) {
            (Some(column), true) => (column, Test::IsNot),
            (_, true) => (column, Test::Is),
            (_, false) => (column, Test::Contains),
        };
        Ok(Self {
            column: column.trim().to_owned(),
            test: condition,
            text: rest[1..].trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests;
