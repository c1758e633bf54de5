use std::time::Duration;

use proc_macro2::TokenStream;

use super::{Classifier, Declaration};
use crate::args::Arguments;
use crate::args::callable::{FallbackKind, FallbackOn};
use crate::args::literal::WindowSize;
use crate::args::setting::{Number, SettingValue};
use crate::args::setting_name::SettingName;
use crate::errors::Errors;
use crate::expand::tests::messages;
use crate::item::function::Function;

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("the test's own tokens")
}

fn declare(attribute: &str) -> Declaration {
    let mut errors = Errors::default();
    let arguments = Arguments::parse(tokens(attribute), &mut errors);
    let function = tokens("async fn pay() -> Result<(), E> {}");
    let function = Function::parse(function).expect("a function");
    let declaration = super::declare(arguments, &function, &mut errors);
    errors.finish().expect("no mistakes");
    declaration.expect("a name")
}

fn names(declaration: &Declaration) -> Vec<SettingName> {
    declaration.settings.iter().map(|it| it.name).collect()
}

#[test]
fn a_missing_name_suggests_that_of_the_function() {
    let item = "fn r#pay() -> Result<(), E> {}";
    for attribute in ["", "threshold = 5"] {
        assert_eq!(
            messages(attribute, item),
            ["missing `name`: write `name = \"pay\"`"]
        );
    }
}

#[test]
fn settings_are_in_the_order_of_the_documentation() {
    let declared = declare("probe_timeout = LONG, threshold = 7, name = \"p\", jitter = 1");
    assert_eq!(
        names(&declared),
        [
            SettingName::Threshold,
            SettingName::Jitter,
            SettingName::ProbeTimeout
        ]
    );
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
fn a_window_is_of_calls_or_of_time() {
    let window = |value: &str| {
        let declared = declare(&format!(
            "name = \"p\", failure_rate = 0.5, window = {value}"
        ));
        let mut settings = declared.settings.into_iter();
        settings.find(|setting| setting.name == SettingName::Window)
    };
    for (value, expected) in [
        ("100", WindowSize::Calls(100)),
        ("\"60s\"", WindowSize::Time(Duration::from_secs(60))),
    ] {
        let read = window(value).map(|setting| setting.value);
        let Some(SettingValue::Window(Number::Literal(extent))) = read else {
            panic!("{value}: {read:?}");
        };
        assert_eq!(extent, expected);
    }
}

#[test]
fn a_setting_of_the_function_is_not_one_of_the_breaker() {
    let declared =
        declare("name = \"p\", call_timeout = \"2s\", open_for_hint = hint, key = &self.host");
    assert!(declared.settings.is_empty());
    assert!(declared.call_timeout.is_some() && declared.open_for_hint.is_some());
    assert!(declared.key.is_some() && declared.registry.is_none());
}

#[test]
fn the_limits_for_keys_and_the_flags_are_settings_of_the_breaker() {
    let declared =
        declare("critical = VITAL, latency = true, key = host, name = \"p\", max_keys = 7");
    assert_eq!(
        names(&declared),
        [
            SettingName::MaxKeys,
            SettingName::Latency,
            SettingName::Critical
        ]
    );
    assert!(matches!(
        declared.settings[0].value,
        SettingValue::Size(Number::Literal(7))
    ));
    assert!(matches!(
        declared.settings[1].value,
        SettingValue::Flag(Number::Literal(true))
    ));
    assert!(matches!(
        declared.settings[2].value,
        SettingValue::Flag(Number::Const(_))
    ));
}

#[test]
fn off_is_not_a_duration() {
    let declared = declare("name = \"p\", cancel_after = \"off\"");
    assert!(matches!(
        declared.settings[0].value,
        SettingValue::PeriodOrOff(None)
    ));
}

#[test]
fn without_patterns_the_result_decides() {
    assert!(matches!(
        declare("name = \"p\"").classifier,
        Classifier::ByResult
    ));
    let patterns = declare("name = \"p\", ignore(Err(a) | Err(b) if a)").classifier;
    let Classifier::Patterns {
        trip: None,
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
fn a_closure_is_split_into_its_parts() {
    let declared = declare("name = \"p\", fallback = |e: Error| -> R { e }, fallback_on = error");
    let fallback = declared.fallback.expect("a fallback");
    assert_eq!(fallback.on, FallbackOn::Error);
    let FallbackKind::Closure(closure) = fallback.kind else {
        panic!("no closure");
    };
    assert!(closure.ty.is_some() && closure.output.is_some());
    assert!(matches!(closure.pattern, syn::Pat::Ident(_)));
}
