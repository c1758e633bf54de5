use super::check;

const LONGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\
                       0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn a_name_is_ascii_letters_digits_and_five_signs() {
    for name in ["payment", "p", "Pay-ment_2.eu:west/1", "0", LONGEST] {
        assert_eq!(check(name), Ok(()), "{name:?}");
    }
}

#[test]
fn an_empty_name_is_a_mistake() {
    let message = "the name of a circuit breaker must not be empty";
    assert_eq!(check(""), Err(message.to_owned()));
}

#[test]
fn the_first_wrong_character_is_reported_with_its_position() {
    for (name, character, position) in [
        ("pay ment", "' '", 4),
        (" payment", "' '", 1),
        ("pay\n", "'\\n'", 4),
        ("pay\"", "'\"'", 4),
        ("pay'", "'\\''", 4),
        ("pay#1", "'#'", 4),
        ("größe", "'ö'", 3),
        ("größe und mehr", "'ö'", 3),
    ] {
        let message = format!(
            "character {character} at position {position} is not allowed in the name of a circuit \
             breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`"
        );
        assert_eq!(check(name), Err(message), "{name:?}");
    }
}

#[test]
fn a_name_has_at_most_128_characters() {
    let message = "the name of a circuit breaker has at most 128 characters, not 129";
    assert_eq!(check(&format!("{LONGEST}g")), Err(message.to_owned()));
}
