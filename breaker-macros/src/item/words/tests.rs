use syn::parse_quote;

use super::{Word, words};

fn described(ty: &str) -> String {
    let words = words(ty.parse().expect("tokens"));
    let words = words.into_iter().map(|word| match word {
        Word::Name(name) => name.to_string(),
        Word::Lifetime(lifetime) => format!("'{lifetime}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn words_are_names_and_lifetimes() {
    for (ty, expected) in [
        ("Result<Tx<'a>, E>", "Result Tx 'a E"),
        ("&u8", "'_ u8"),
        ("&'a mut [&str]", "'a mut '_ str"),
        ("(Cow<'_, str>, u8)", "Cow '_ str u8"),
        ("", ""),
    ] {
        assert_eq!(described(ty), expected, "{ty}");
    }
}

#[test]
fn parameters_of_the_function_and_single_letters_are_generic() {
    let generics = parse_quote!(<'a, Key, const SIZE: usize>);
    for (ty, expected) in [
        ("Key", true),
        ("[u8; SIZE]", true),
        ("Result<T, Error>", true),
        ("Self::Error", true),
        ("Result<u8, Error>", false),
        ("&'a str", false),
        ("Keys", false),
    ] {
        let words = words(ty.parse().expect("tokens"));
        let found = words.iter().any(|word| word.is_generic(&generics));
        assert_eq!(found, expected, "{ty}");
    }
}
