//! The end of a message that says what to write.
//!
//! A value that is written as advised is the value that was meant. If only the writer knows what was
//! meant, the message shows an example and says that it is one.

/// What to write instead of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Advice {
    /// One of these forms has the value that was meant.
    Write(Vec<String>),
    /// The value is unknown, and the form is an example.
    SuchAs(String),
}

impl Advice {
    /// Adds the advice to the description of a problem.
    pub(crate) fn about(&self, problem: &str) -> String {
        match self {
            Self::Write(forms) => format!("{problem}: write {}", any_of(forms)),
            Self::SuchAs(form) => format!("{problem}, such as `{form}`"),
        }
    }
}

/// Lists alternatives, as in `` `a`, `b` or `c` ``.
pub(crate) fn any_of(words: &[impl AsRef<str>]) -> String {
    let mut list = String::new();
    for (index, word) in words.iter().enumerate() {
        list.push_str(match words.len() - index {
            _ if index == 0 => "",
            1 => " or ",
            _ => ", ",
        });
        list.push('`');
        list.push_str(word.as_ref());
        list.push('`');
    }
    list
}
