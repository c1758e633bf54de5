use proc_macro2::TokenStream;

use super::{emit_for_editor, with_names};
use crate::args::setting_name::SettingName;
use crate::expand::tests::declared;

fn expanded(attribute: &str, item: &str) -> String {
    let (declaration, function) = declared(attribute, item);
    let item: TokenStream = item.parse().expect("the test's own tokens");
    emit_for_editor(&declaration, &function, item).to_string()
}

#[test]
fn the_signature_and_the_body_stay_as_they_are() {
    let text = expanded(
        "name = \"payment\", fallback = later, key = order.id",
        "# [must_use] pub async fn pay (mut order : Order , (a , b) : Pair) -> Result < u8 , E > { order . total (); }",
    );
    assert!(text.starts_with("# [must_use] pub async fn pay (mut order : Order , (a , b) : Pair) -> Result < u8 , E > { if false {"));
    assert!(text.ends_with("} { order . total () ; } }"), "{text}");
}

#[test]
fn each_setting_is_named_in_code_that_parses() {
    for setting in SettingName::ALL {
        let needed = match setting.as_str() {
            "name" => String::new(),
            "fallback_on" => "name = \"payment\", fallback = later,".to_owned(),
            _ => "name = \"payment\",".to_owned(),
        };
        let attribute = format!("{needed} {}", setting.example());
        if !crate::expand::tests::messages(&attribute, ITEM).is_empty() {
            continue;
        }
        let text = expanded(&attribute, ITEM);
        syn::parse_str::<syn::ItemFn>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let named = text.contains(setting.as_str());
        assert!(named || setting.as_str() == "crate", "{text}");
    }
}

const ITEM: &str = "async fn pay() -> Result<(), Error> { charge() }";

#[test]
fn constants_and_closures_keep_their_tokens() {
    let text = expanded(
        "name = NAME, threshold = LIMIT, window = SIZE, max_failures = 2, cancel_after = LONG, \
         ignore(Err(e) if e.is_known()), open_for_hint = |value| value.hint(), \
         cause = |value| value.text(), registry = self.registry(), \
         fallback = |error| -> Reply { error.reply() }",
        "async fn pay(&self) -> Result<(), Error> { charge() }",
    );
    for part in [
        "= NAME",
        "threshold (LIMIT)",
        "(SIZE) . window ()",
        "Some (LONG)",
        "Err (e) if e . is_known ()",
        "| value | value . hint ()",
        "| value | value . text ()",
        "= self . registry ()",
        "error . reply ()",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_value_that_ends_behind_a_dot_or_a_path_gets_a_name() {
    for (typed, named) in [
        ("key = self.", "key = self . unfinished"),
        (
            "key = self., name = \"a\"",
            "key = self . unfinished , name = \"a\"",
        ),
        ("fallback = Self::", "fallback = Self :: unfinished"),
        (
            "ignore(Err(PayError::))",
            "ignore (Err (PayError :: unfinished))",
        ),
        (
            "fallback = |error| { error.; 1 }",
            "fallback = | error | { error . unfinished ; 1 }",
        ),
    ] {
        let tokens = with_names(typed.parse().expect("the test's own tokens"));
        assert_eq!(
            tokens.map(|it| it.to_string()).as_deref(),
            Some(named),
            "{typed}"
        );
    }
}

#[test]
fn a_range_and_a_finished_value_get_no_name() {
    for finished in [
        "trip(Err(Error::Busy { .. }))",
        "key = items[1..]",
        "key = host.name()",
    ] {
        let tokens: TokenStream = finished.parse().expect("the test's own tokens");
        assert!(with_names(tokens).is_none(), "{finished}");
    }
}
