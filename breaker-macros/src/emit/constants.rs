//! The values of settings: literals as they are, and constants whose range rustc checks.

use std::time::Duration;

use proc_macro2::{Delimiter, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::paths::{Runtime, item, local};
use super::tokens::{delimited, located_at};
use crate::args::literal::WindowSize;
use crate::args::setting::{Number, Setting, SettingValue};
use crate::args::setting_name::{Bound, Range, SettingName};
use crate::args::value::Name;
use crate::declare::Declaration;
use crate::declare::rules::settings::{Order, PERIOD_PAIRS, exceeds_window};

/// The tokens of one setting.
pub(super) struct Checked {
    /// The constant with its assertion, or nothing for a literal.
    pub(super) check: TokenStream,
    /// The value, which is valid wherever the constant is in scope.
    pub(super) value: TokenStream,
}

/// Emits the value of a setting.
pub(super) fn checked(setting: &Setting, rt: &Runtime) -> Checked {
    match &setting.value {
        SettingValue::Count(number) => constant(setting, number, rt, |count| {
            Literal::u32_suffixed(*count).into_token_stream()
        }),
        SettingValue::CountOrOff(count) => or_off(count.as_ref(), |number| {
            constant(setting, number, rt, |count| {
                Literal::u32_suffixed(*count).into_token_stream()
            })
        }),
        SettingValue::Size(number) => constant(setting, number, rt, |size| {
            Literal::u32_unsuffixed(*size).into_token_stream()
        }),
        SettingValue::Factor(number) => constant(setting, number, rt, |factor| {
            Literal::f64_suffixed(*factor).into_token_stream()
        }),
        SettingValue::Period(number) => constant(setting, number, rt, duration),
        SettingValue::PeriodOrOff(period) => or_off(period.as_ref(), |number| {
            constant(setting, number, rt, duration)
        }),
        SettingValue::Window(number) => constant(setting, number, rt, |size| window(*size, rt)),
        SettingValue::Flag(number) => constant(setting, number, rt, |flag| quote!(#flag)),
    }
}

/// Emits the value of a setting that can be turned off.
fn or_off<T>(number: Option<&Number<T>>, on: impl FnOnce(&Number<T>) -> Checked) -> Checked {
    let Some(number) = number else {
        return Checked {
            check: TokenStream::new(),
            value: quote_spanned!(Span::mixed_site()=> ::core::option::Option::None),
        };
    };
    let Checked { check, value } = on(number);
    let value = quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#value));
    Checked { check, value }
}

/// Emits the name of the breaker.
pub(super) fn checked_name(name: &Name, rt: &Runtime) -> Checked {
    let path = match name {
        Name::Literal(text) => {
            return Checked {
                check: TokenStream::new(),
                value: text.to_token_stream(),
            };
        }
        Name::Const(path) => path,
    };
    let name = item("NAME");
    let check = check_at(path.span(), rt, "valid_name", quote!(#name));
    let check = quote_spanned!(Span::mixed_site()=>
        const #name: &'static ::core::primitive::str = #path;
        #check
    );
    Checked {
        check,
        value: quote!(#name),
    }
}

/// Emits the value of a setting, or nothing if the setting is turned off.
fn value_if_on(setting: &Setting, rt: &Runtime) -> Option<TokenStream> {
    match &setting.value {
        SettingValue::PeriodOrOff(period) => {
            Some(constant(setting, period.as_ref()?, rt, duration).value)
        }
        _ => Some(checked(setting, rt).value),
    }
}

fn duration(duration: &Duration) -> TokenStream {
    let (secs, nanos) = (duration.as_secs(), duration.subsec_nanos());
    quote_spanned!(Span::mixed_site()=> ::core::time::Duration::new(#secs, #nanos))
}

fn window(size: WindowSize, rt: &Runtime) -> TokenStream {
    let window = rt.item("Window");
    match size {
        WindowSize::Calls(calls) => quote_spanned!(Span::mixed_site()=> #window::Calls(#calls)),
        WindowSize::Time(time) => {
            let time = duration(&time);
            quote_spanned!(Span::mixed_site()=> #window::Time(#time))
        }
    }
}

/// Emits a literal as it is, and an expression as a constant with an assertion.
fn constant<T>(
    setting: &Setting,
    number: &Number<T>,
    rt: &Runtime,
    print: impl Fn(&T) -> TokenStream,
) -> Checked {
    match number {
        Number::Literal(value) => Checked {
            check: TokenStream::new(),
            value: print(value),
        },
        Number::Const(expr) => {
            let name = item(&setting.name.as_str().to_uppercase());
            Checked {
                check: asserted(&name, expr, setting.range, rt),
                value: quote!(#name),
            }
        }
    }
}

fn asserted(
    name: &Ident,
    expr: &Expr,
    Range { bound, message }: Range,
    rt: &Runtime,
) -> TokenStream {
    let span = Span::mixed_site();
    let float = || quote_spanned!(span=> ::core::primitive::f64);
    let (ty, holds) = match bound {
        Bound::Count | Bound::CountOrOff => (
            quote_spanned!(span=> ::core::primitive::u32),
            quote_spanned!(span=> #name >= 1),
        ),
        Bound::Size => (
            quote_spanned!(span=> ::core::primitive::usize),
            quote_spanned!(span=> #name >= 1),
        ),
        Bound::Growth => (
            float(),
            quote_spanned!(span=> #name >= 1.0 && #name <= ::core::primitive::f64::MAX),
        ),
        Bound::Share => (float(), quote_spanned!(span=> #name >= 0.0 && #name <= 1.0)),
        Bound::Rate => (float(), quote_spanned!(span=> #name > 0.0 && #name <= 1.0)),
        Bound::Period | Bound::PeriodOrOff => (
            quote_spanned!(span=> ::core::time::Duration),
            quote_spanned!(span=> !::core::time::Duration::is_zero(&#name)),
        ),
        Bound::Window => {
            let window = rt.item("Window");
            let holds = quote_spanned!(span=> !#window::is_empty(#name));
            (window, holds)
        }
        // Every `bool` is in range.
        Bound::Flag => {
            let ty = quote_spanned!(span=> ::core::primitive::bool);
            return quote_spanned!(span=> const #name: #ty = #expr;);
        }
    };
    // The type of the expression decides whether it is a number of calls or a period.
    let value = if bound == Bound::Window {
        let at = span.located_at(expr.span());
        let from = rt.item_at("WindowFrom", at);
        quote_spanned!(at=> #from(#expr).window())
    } else {
        expr.into_token_stream()
    };
    let assertion = assertion(expr.span(), &holds, message, rt);
    quote_spanned!(span=> const #name: #ty = #value; #assertion)
}

/// Emits the assertions about two settings, one of which is an expression. Two literals have been
/// checked already.
pub(super) fn asserted_pairs(declaration: &Declaration, rt: &Runtime) -> TokenStream {
    let periods = PERIOD_PAIRS.iter().filter_map(|pair| {
        asserted_pair(declaration, rt, pair.names, pair.message, |periods| {
            let nanos = quote_spanned!(Span::mixed_site()=> ::core::time::Duration::as_nanos);
            let [first, second] =
                periods.map(|period| quote_spanned!(Span::mixed_site()=> #nanos(&#period)));
            match pair.order {
                Order::AtLeast => quote_spanned!(Span::mixed_site()=> #second >= #first),
                Order::AtMost => quote_spanned!(Span::mixed_site()=> #second <= #first),
                Order::Less => quote_spanned!(Span::mixed_site()=> #second < #first),
            }
        })
    });
    let calls = [SettingName::MaxFailures, SettingName::MinCalls];
    let calls = calls.into_iter().filter_map(|name| {
        asserted_pair(
            declaration,
            rt,
            [SettingName::Window, name],
            &exceeds_window(name, None),
            |[window, count]| {
                let (shape, calls) = (rt.path("Window::Calls"), local("calls"));
                let less = quote_spanned!(Span::mixed_site()=> #shape(#calls) if #calls < #count);
                quote_spanned!(Span::mixed_site()=> !::core::matches!(#window, #less))
            },
        )
    });
    periods.chain(calls).collect()
}

/// Emits the assertion about a pair of settings if the attribute has both. rustc reports a failed
/// assertion at the expression, and at that of the second setting if there are two.
fn asserted_pair(
    declaration: &Declaration,
    rt: &Runtime,
    names: [SettingName; 2],
    message: &str,
    condition: impl FnOnce([TokenStream; 2]) -> TokenStream,
) -> Option<TokenStream> {
    let limit = declaration.call_timeout.iter().map(|given| &given.value);
    let all: Vec<_> = declaration.settings.iter().chain(limit).collect();
    let find = |name| all.iter().copied().find(|it| it.name == name);
    let [first, second] = names.map(find);
    let (first, second) = (first?, second?);
    let expr = second.constant().or_else(|| first.constant())?;
    let [Some(one), Some(other)] = [first, second].map(|setting| value_if_on(setting, rt)) else {
        return None;
    };
    let holds = condition([one, other]);
    Some(assertion(expr.span(), &holds, message, rt))
}

fn assertion(place: Span, holds: &TokenStream, message: &str, rt: &Runtime) -> TokenStream {
    let arguments = quote_spanned!(Span::mixed_site()=> #holds, #message);
    check_at(place, rt, "in_range", arguments)
}

/// Calls a check of the runtime at compile time. rustc reports it at `place`, where an editor finds nothing of the
/// expansion but the name of the check.
fn check_at(place: Span, rt: &Runtime, check: &str, arguments: TokenStream) -> TokenStream {
    let (path, check) = (rt.item(check), local(check));
    let here = located_at(&check, place);
    let at = Span::mixed_site().located_at(place);
    let call = delimited(Delimiter::Parenthesis, at, arguments);
    quote_spanned!(Span::mixed_site()=> const _: () = { use #path as #check; #here #call };)
}
