use std::fmt::Write as _;

use proc_macro2::TokenStream;

use super::{Arguments, Declaration, Errors, Function, check, expand};

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the test's own tokens")
}

/// Returns the errors of an attribute on an item.
pub(crate) fn messages(attribute: &str, item: &str) -> Vec<String> {
    let mut errors = Errors::default();
    let arguments = Arguments::parse(tokens(attribute), &mut errors);
    match check(arguments, tokens(item), errors) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.into_iter().map(|error| error.to_string()).collect(),
    }
}

/// Returns the parts of a valid attribute on a valid item.
pub(crate) fn declared(attribute: &str, item: &str) -> (Declaration, Function) {
    let mut errors = Errors::default();
    let arguments = Arguments::parse(tokens(attribute), &mut errors);
    check(arguments, tokens(item), errors).unwrap_or_else(|error| panic!("{attribute}: {error}"))
}

/// Returns the errors of these arguments on a valid function.
pub(crate) fn about(arguments: &str) -> Vec<String> {
    let arguments = format!("name = \"payment\", {arguments}");
    messages(&arguments, "fn pay() -> Result<(), Error> { charge() }")
}

#[test]
fn after_a_mistake_the_errors_follow_the_unchanged_item() {
    let item = "# [must_use] pub fn pay () -> Result < u8 , E > { let half - typed }";
    let expanded = expand(tokens("nmae = 1"), tokens(item)).to_string();
    let item = tokens(item).to_string();
    assert!(expanded.starts_with(&item), "{expanded}");
    assert_eq!(expanded.matches("compile_error").count(), 1, "{expanded}");
}

#[test]
fn several_mistakes_are_all_reported_at_once() {
    let item = "const fn pay(n: u8) { n }";
    let arguments = "name = 5, treshold = 5, open_for = 30, jitter = 2.0, fallback = \"later\", \
                     name = \"b\"; backoff";
    let all = messages(arguments, item);
    assert_eq!(all.len(), 10, "{all:#?}");
}

#[test]
fn incomplete_bodies_are_not_parsed() {
    let item = "fn pay() -> Result<(), E> { let x = ; foo( ) . . }";
    assert!(messages("name = \"payment\"", item).is_empty());
}

const ODD_ATTRIBUTES: &[&str] = &[
    "",
    ",",
    ",,,",
    ";",
    "=",
    "= =",
    "name",
    "name =",
    "name = ,",
    "name = = \"x\"",
    "name =>",
    "name == \"x\"",
    "name: \"x\"",
    "name(\"x\")",
    "name = \"\u{1f980}\"",
    "name = \"a\" \"b\"",
    "name = -\"a\"",
    "name = --5",
    "'a",
    "'a = 1",
    "\"x\"",
    "b'x'",
    "0x1F",
    "1.0e400",
    "r#name = \"x\"",
    "r#fn = 1",
    "crate",
    "crate = crate",
    "crate::name = 5",
    "self = self",
    "_ = _",
    "name = {",
    "()",
    "(((())))",
    "[name = \"x\"]",
    "{ name = \"x\" }",
    "ignore",
    "ignore()",
    "ignore(,)",
    "ignore(|)",
    "ignore(Err(_) if)",
    "ignore(Err(_) if x y)",
    "ignore(Err(a b))",
    "ignore = Err(_)",
    "ignore[Err(_)]",
    "fallback = ||",
    "fallback = |a",
    "fallback = |a, b| a",
    "fallback = async |e| e",
    "fallback = for<'a> |e: &'a u8| -> u8 { *e }",
    "fallback = self.0",
    "fallback = self.later()?.await",
    "fallback = <",
    "fallback = <T as",
    "threshold = 99999999999999999999999999999999999999999999999999",
    "threshold = 1e5",
    "threshold = 0b2",
    "threshold = 5u32",
    "threshold = foo(1 2)",
    "threshold = if",
    "jitter = 1e400",
    "jitter = -0.0",
    "open_for = \"99999999999999999999999999h\"",
    "open_for = \"1.99999999999999999999999999999999999999999999999999999999s\"",
    "open_for = \"\\u{0}\"s",
    "window = --5",
    "window = \"\"",
    "window = 0x",
    "failure_rate = 1e-999",
    "cancel_after = off",
    "cancel_after = -\"off\"",
    "open_for_hint = ||",
    "open_for_hint = |a, b| a",
    "call_timeout = \"off\"",
    "# ! [x]",
    "name = \"payment\", key",
    "name = \"payment\", key = key key = key",
    "name = \"payment\", key = return",
    "name = \"payment\", key = |x| x",
    "name = \"payment\", key = Host { name: 5 } .. 7, latency = !",
    "name = \"payment\", key = a, max_keys = --5, idle_ttl = -\"off\", critical = -true",
    "$x",
    "&& || !",
    "name = \"a\" threshold = 5 open_for = \"1s\"",
];

const ODD_ITEMS: &[&str] = &[
    "",
    ";",
    "fn",
    "fn pay",
    "fn pay(",
    "fn pay()",
    "fn pay();",
    "fn pay() -> ;",
    "fn pay() -> Result<(), E> {} {}",
    "fn pay() -> Pin<Box<dyn Future>> {}",
    "fn pay() -> Pin {}",
    "fn pay() -> Pin<Box> {}",
    "fn pay() -> Pin<'a> {}",
    "fn pay() -> BoxFuture {}",
    "fn pay() -> BoxFuture<'_> {}",
    "fn pay() -> impl Future {}",
    "fn pay() -> Pin<Box<dyn Future<Output = ()>>> { Box::pin(async move {",
    "fn pay() -> Pin<Box<dyn Future<Output = ()>>> { Box::pin(async move { #! [ ) }",
    "fn pay() { #![allow }",
    "fn pay() { #![allow(x)] #! }",
    "# [",
    "#[circuit_breaker(name = ] fn pay() {}",
    "#[circuit_breaker] #[circuit_breaker = 5] fn pay() -> u8 {}",
    "unsafe",
    "extern",
    "extern \"C\"",
    "pub",
    "pub(in)",
    "default",
    "default impl X for Y {}",
    "const",
    "async",
    "let x = 5;",
    "|x| x",
    "union!()",
    "a::b! {}",
    "5 + 5",
    "safe fn pay();",
    "fn pay(self, self) {}",
    "fn pay(...) -> ! {}",
    "{ fn pay() {} }",
];

#[test]
fn odd_tokens_are_errors_and_never_panics() {
    let good = ("name = \"payment\"", "fn pay() -> Result<(), E> {}");
    let mut seen = String::new();
    // A macro never receives text that is not a sequence of tokens.
    for attribute in ODD_ATTRIBUTES.iter().filter_map(|text| text.parse().ok()) {
        let item = good.1.parse().expect("tokens");
        let _ = write!(seen, "{}", expand(attribute, item));
    }
    for item in ODD_ITEMS
        .iter()
        .filter_map(|text| text.parse::<TokenStream>().ok())
    {
        let attribute = good.0.parse().expect("tokens");
        let _ = write!(seen, "{}", expand(attribute, item.clone()));
        let attribute = "fallback = later, fallback_on = any"
            .parse()
            .expect("tokens");
        let _ = write!(seen, "{}", expand(attribute, item.clone()));
        let attribute = "name = \"payment\", call_timeout = \"2s\", open_for_hint = hint"
            .parse()
            .expect("tokens");
        let _ = write!(seen, "{}", expand(attribute, item));
    }
    assert!(!seen.is_empty());
}
