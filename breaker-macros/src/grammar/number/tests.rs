use super::Number;

fn shown(text: &str) -> Option<String> {
    Number::read(text).map(|number| number.to_string())
}

#[test]
fn a_number_is_read_as_people_write_it() {
    for (text, number) in [
        ("0", "0"),
        ("30", "30"),
        ("007", "7"),
        ("1.50", "1.5"),
        ("1.", "1"),
        (".5", "0.5"),
        ("+5", "5"),
        ("1_000", "1000"),
        ("1,5", "1.5"),
        ("0,125", "0.125"),
        ("1,2345", "1.2345"),
        ("1,000,000", "1000000"),
        ("12,345.5", "12345.5"),
        ("1e3", "1000"),
        ("1.5E+3", "1500"),
        ("15e-1", "1.5"),
    ] {
        assert_eq!(shown(text).as_deref(), Some(number), "{text:?}");
    }
}

#[test]
fn an_unclear_number_is_none() {
    for text in [
        "",
        "+",
        ".",
        ",",
        ",5",
        "-5",
        "++5",
        "_",
        "1,000",
        "1,00,000",
        "0,010.",
        "1.5.5",
        "1,5.5",
        "1e",
        "1e99",
        "e3",
        "0x1F",
        "1 000",
        "\u{661}",
        "1234567890123456789012345",
    ] {
        assert_eq!(shown(text), None, "{text:?}");
    }
}

#[test]
fn a_number_is_split_off_the_text_behind_it() {
    for (text, number, rest) in [("5s", "5", "s"), ("1.5 m", "1.5", " m"), ("1em", "1", "em")] {
        let split = Number::split(text).map(|(number, rest)| (number.to_string(), rest));
        assert_eq!(split, Some((number.to_owned(), rest)), "{text:?}");
    }
}

#[test]
fn calculations_are_exact_or_none() {
    let number = |text: &str| Number::read(text).expect("the test's own number");
    let sum = number("1.5").plus(number("0.25"));
    assert_eq!(sum.map(|it| it.to_string()).as_deref(), Some("1.75"));
    assert_eq!(number("0.5").times(24).and_then(Number::whole), Some(12));
    assert_eq!(number("50").shifted(-2), number("0.50").shifted(0));
    assert_eq!(number("0.5").shifted(3).and_then(Number::whole), Some(500));
    assert_eq!(
        number("1").times(u128::MAX).and_then(|it| it.shifted(1)),
        None
    );
    assert_eq!(number("4294967296").whole(), None);
    assert!(number("1.0").at_least(1) && !number("0.99").at_least(1));
}
