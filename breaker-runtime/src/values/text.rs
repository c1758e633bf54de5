//! Text from outside, made fit for one line of a log.

/// Returns `text` with escapes for its control characters, cut to at most `longest` characters.
pub(crate) fn printable(text: &str, longest: usize) -> String {
    let mut printable = String::new();
    let mut room = longest;
    for letter in text.chars() {
        let escaped = letter.is_control();
        let length = if escaped {
            letter.escape_default().count()
        } else {
            1
        };
        if length > room {
            break;
        }
        room -= length;
        if escaped {
            printable.extend(letter.escape_default());
        } else {
            printable.push(letter);
        }
    }
    printable
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
