use proc_macro2::TokenStream;

use super::{Declaration, FallbackKind, FallbackOn, Judge, Number, SettingValue};
use crate::args::Arguments;
use crate::args::key::Key;
use crate::errors::Errors;
use crate::expand::tests::messages;
use crate::item;

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the test's own tokens")
}

fn declare(attribute: &str) -> Declaration {
    let mut errors = Errors::default();
    let arguments = Arguments::parse(tokens(attribute), &mut errors);
    let function = item::parse(tokens("fn pay() -> Result<(), E> {}")).expect("a function");
    let declaration = super::declare(arguments, &function, &mut errors);
    errors.finish().expect("no mistakes");
    declaration.expect("a name")
}

#[test]
fn a_missing_name_proposes_that_of_the_function() {
    let item = "fn r#pay() -> Result<(), E> {}";
    for attribute in ["", "threshold = 5"] {
        assert_eq!(
            messages(attribute, item),
            ["missing `name`: write `name = \"pay\"`"]
        );
    }
}

#[test]
fn settings_stand_in_the_order_of_the_table() {
    let declared = declare("probe_timeout = LONG, threshold = 7, name = \"p\", jitter = 1");
    let keys: Vec<_> = declared
        .settings
        .iter()
        .map(|setting| setting.key)
        .collect();
    assert_eq!(keys, [Key::Threshold, Key::Jitter, Key::ProbeTimeout]);
    assert!(matches!(
        declared.settings[0].value,
        SettingValue::Count(Number::Literal(7))
    ));
    assert!(matches!(
        declared.settings[2].value,
        SettingValue::Period(Number::Const(_))
    ));
}

#[test]
fn without_patterns_the_result_is_the_judge() {
    assert!(matches!(declare("name = \"p\"").judge, Judge::ByResult));
    let patterns = declare("name = \"p\", ignore(Err(a) | Err(b) if a)").judge;
    let Judge::Patterns {
        ignore: Some(ignore),
        success: None,
        failure: None,
    } = patterns
    else {
        panic!("{patterns:?}");
    };
    assert!(matches!(ignore.pattern, syn::Pat::Or(_)));
    assert!(ignore.guard.is_some());
}

#[test]
fn a_closure_is_taken_apart() {
    let declared = declare("name = \"p\", fallback = |e: Error| -> R { e }, fallback_on = error");
    let fallback = declared.fallback.expect("a fallback");
    assert_eq!(fallback.on, FallbackOn::Error);
    let FallbackKind::Closure(closure) = fallback.kind else {
        panic!("no closure");
    };
    assert!(closure.ty.is_some() && closure.output.is_some());
    assert!(matches!(closure.pattern, syn::Pat::Ident(_)));
}
