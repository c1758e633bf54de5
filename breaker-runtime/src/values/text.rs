//! Escapes and cuts text from outside, so that it fits into one line of a log.

/// Returns `text` with escapes for its control characters, cut to at most `longest` characters.
pub(crate) fn printable(text: &str, longest: usize) -> String {
    let mut printable = String::new();
    let mut room = longest;
    for letter in text.chars() {
        let printed = printed(letter);
        let length = printed.clone().count();
        if length > room {
            break;
        }
        room -= length;
        printable.extend(printed);
    }
    printable
}

/// Returns a character, or the escape of a control character.
pub(super) fn printed(letter: char) -> impl Iterator<Item = char> + Clone {
    let escape = letter.is_control().then(|| letter.escape_default());
    let plain = escape.is_none().then_some(letter);
    escape.into_iter().flatten().chain(plain)
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(printable("a\nb\u{1b}[0m ü", 100), "a\\nb\\u{1b}[0m \u{fc}");
    }

    #[test]
    fn a_text_is_cut_between_characters_and_never_inside_an_escape() {
        assert_eq!(printable("üüü", 2), "üü");
        assert_eq!(printable("ab\n", 3), "ab");
        assert_eq!(printable("ab\n", 4), "ab\\n");
    }
}
