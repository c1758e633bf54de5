//! Texts from outside: cut, and without control characters that could deceive a reader of logs.

/// Returns at most `limit` bytes of a text, without control characters.
pub(super) fn cut(text: &str, limit: usize) -> String {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let visible = |char: char| if char.is_control() { ' ' } else { char };
    text[..end].chars().map(visible).collect()
}
