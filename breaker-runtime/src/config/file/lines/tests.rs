use super::Lines;

/// Counts character by character.
fn counted(text: &str, at: usize) -> (u32, u32) {
    let (mut line, mut column) = (1, 1);
    for (begins, letter) in text.char_indices() {
        if begins >= at {
            break;
        }
        match letter {
            '\n' => (line, column) = (line + 1, 1),
            '\u{feff}' if begins == 0 => {}
            _ => column += 1,
        }
    }
    (line, column)
}

#[test]
fn lines_and_columns_count_from_one_and_columns_are_characters() {
    let text = "a = 1\r\n\n  größe = \"ä\" # ß\n";
    let lines = Lines::new(text);
    assert_eq!(lines.position(0), (1, 1));
    let after = text.find('=').and_then(|first| text[first + 1..].find('='));
    assert!(after.is_some());
    for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
        assert_eq!(lines.position(at), counted(text, at), "byte {at}");
    }
    assert_eq!((lines.text(0), lines.text(1)), ("a = 1", ""));
    assert_eq!((lines.text(3), lines.text(4)), ("", ""));
}

#[test]
fn a_long_line_is_counted_across_the_marks() {
    // Counting each position from the start is slow under Miri.
    let (long, longer) = if cfg!(miri) { (30, 50) } else { (300, 500) };
    let text = format!("{}\n{}\nx", "äb".repeat(longer), "€".repeat(long));
    let lines = Lines::new(&text);
    for (at, _) in text.char_indices() {
        assert_eq!(lines.position(at), counted(&text, at), "byte {at}");
    }
}

#[test]
fn a_byte_order_mark_is_not_a_column() {
    let lines = Lines::new("\u{feff}x");
    assert_eq!(lines.position(3), (1, 1));
    assert_eq!(lines.position(0), (1, 1));
}

#[test]
fn an_empty_text_and_bytes_after_the_end_have_positions() {
    assert_eq!(Lines::new("").position(0), (1, 1));
    assert_eq!(Lines::new("ab").position(900), (1, 3));
}
