//! The static that stands for the call site, and the constants that it is made of.

use std::time::Duration;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::paths::{Runtime, item, local};
use crate::args::key::{Bound, Key, Range};
use crate::declare::{Declaration, Extent, Number, Setting, SettingValue};
use crate::item::Function;

/// Declares the static and hands it to the linker's list.
pub(super) fn site(declaration: &Declaration, function: &Function, rt: &Runtime) -> TokenStream {
    let site = item("SITE");
    let [site_type, declared, location, config, submit, listed] = [
        "Site",
        "Declaration",
        "Location",
        "Config",
        "inventory::submit",
        "Listed",
    ]
    .map(|name| path(rt, name));
    let name = &declaration.name;
    let ident = function.signature.ident.unraw().to_string();
    let names_registry = declaration.registry.is_some();
    let (checks, settings): (TokenStream, TokenStream) =
        declaration.settings.iter().map(|it| set(it, rt)).unzip();
    let limit = declaration.call_timeout.as_ref().map(|limit| {
        let (check, limit) = checked(&limit.value, rt);
        let limited = quote_spanned!(Span::mixed_site()=> .with_call_timeout(#limit));
        (check, limited)
    });
    let (check, limited) = limit.unzip();
    let together = together(declaration, rt);
    let key = declaration.key.as_ref();
    let keyed = key.map(|_| quote_spanned!(Span::mixed_site()=> .with_key()));
    quote_spanned!(Span::mixed_site()=>
        #checks
        #check
        #together
        static #site: #site_type = #site_type::new(#declared::new(
            #name,
            #ident,
            #location::new(
                ::core::module_path!(),
                ::core::file!(),
                ::core::line!(),
                ::core::column!(),
            ),
            #config::new() #settings,
            #names_registry,
        ) #limited #keyed);
        #submit! { #listed(&#site) }
    )
}

fn path(rt: &Runtime, names: &str) -> TokenStream {
    let mut names = names.split("::");
    let first = rt.item(names.next().unwrap_or_default());
    names.fold(first, |path, name| {
        let name = format_ident!("{name}", span = Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> #path::#name)
    })
}

/// The check of one key's value, and the call that sets it.
fn set(setting: &Setting, rt: &Runtime) -> (TokenStream, TokenStream) {
    let (check, value) = checked(setting, rt);
    let method = format_ident!("{}", setting.key.name(), span = Span::mixed_site());
    let set = quote_spanned!(Span::mixed_site()=> .#method(#value));
    (check, set)
}

/// The check of one key's value, and the value, which can be written wherever the check is in scope.
pub(super) fn checked(setting: &Setting, rt: &Runtime) -> (TokenStream, TokenStream) {
    match &setting.value {
        SettingValue::Count(number) => constant(setting, number, rt, |count| {
            Literal::u32_suffixed(*count).into_token_stream()
        }),
        SettingValue::Size(number) => constant(setting, number, rt, |size| {
            Literal::u32_unsuffixed(*size).into_token_stream()
        }),
        SettingValue::Factor(number) => constant(setting, number, rt, |factor| {
            Literal::f64_suffixed(*factor).into_token_stream()
        }),
        SettingValue::Period(number) => constant(setting, number, rt, duration),
        SettingValue::PeriodOrOff(Some(number)) => {
            let (check, limit) = constant(setting, number, rt, duration);
            let some = quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#limit));
            (check, some)
        }
        SettingValue::PeriodOrOff(None) => {
            let none = quote_spanned!(Span::mixed_site()=> ::core::option::Option::None);
            (TokenStream::new(), none)
        }
        SettingValue::Window(number) => constant(setting, number, rt, |extent| window(*extent, rt)),
        SettingValue::Flag(number) => constant(setting, number, rt, |flag| quote!(#flag)),
    }
}

fn duration(duration: &Duration) -> TokenStream {
    let (secs, nanos) = (duration.as_secs(), duration.subsec_nanos());
    quote_spanned!(Span::mixed_site()=> ::core::time::Duration::new(#secs, #nanos))
}

fn window(extent: Extent, rt: &Runtime) -> TokenStream {
    let window = rt.item("Window");
    match extent {
        Extent::Calls(calls) => quote_spanned!(Span::mixed_site()=> #window::Calls(#calls)),
        Extent::Time(time) => {
            let time = duration(&time);
            quote_spanned!(Span::mixed_site()=> #window::Time(#time))
        }
    }
}

/// A literal as it is; an expression as a constant whose range rustc checks.
fn constant<T>(
    setting: &Setting,
    number: &Number<T>,
    rt: &Runtime,
    print: impl Fn(&T) -> TokenStream,
) -> (TokenStream, TokenStream) {
    match number {
        Number::Literal(value) => (TokenStream::new(), print(value)),
        Number::Const(expr) => {
            let name = item(&setting.key.name().to_uppercase());
            (asserted(&name, expr, setting.range, rt), quote!(#name))
        }
    }
}

fn asserted(
    name: &syn::Ident,
    expr: &Expr,
    Range { bound, words }: Range,
    rt: &Runtime,
) -> TokenStream {
    let span = Span::mixed_site().located_at(expr.span());
    let float = || quote_spanned!(span=> ::core::primitive::f64);
    let (ty, holds) = match bound {
        Bound::Count => (
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
            let window = rt.item_at("Window", span);
            let holds = quote_spanned!(span=> !#window::is_empty(#name));
            (window, holds)
        }
        // Its type is its range.
        Bound::Flag => {
            let ty = quote_spanned!(span=> ::core::primitive::bool);
            return quote_spanned!(span=> const #name: #ty = #expr;);
        }
    };
    // Either a number of calls or a time: the type of the expression tells which.
    let value = if bound == Bound::Window {
        let from = rt.item_at("WindowFrom", span);
        quote_spanned!(span=> #from(#expr).window())
    } else {
        expr.into_token_stream()
    };
    quote_spanned!(span=>
        const #name: #ty = #value;
        const _: () = ::core::assert!(#holds, #words);
    )
}

/// Checks of keys that have to go together, where one of them is an expression.
fn together(declaration: &Declaration, rt: &Runtime) -> TokenStream {
    let ceiling = both(
        declaration,
        rt,
        [Key::OpenFor, Key::MaxOpenFor],
        |[open_for, most]| {
            let nanos = quote_spanned!(Span::mixed_site()=> ::core::time::Duration::as_nanos);
            let holds = quote_spanned!(Span::mixed_site()=> #nanos(&#most) >= #nanos(&#open_for));
            (
                holds,
                "`max_open_for` is shorter than `open_for`: raise it, or lower `open_for`"
                    .to_owned(),
            )
        },
    );
    let calls = [Key::MaxFailures, Key::MinCalls];
    let calls = calls.into_iter().filter_map(|key| {
        both(declaration, rt, [Key::Window, key], |[window, count]| {
            let (shape, calls) = (path(rt, "Window::Calls"), local("calls"));
            let less = quote_spanned!(Span::mixed_site()=> #shape(#calls) if #calls < #count);
            let holds = quote_spanned!(Span::mixed_site()=> !::core::matches!(#window, #less));
            let words = format!(
                "`{}` is more than the calls of `window`: lower it, or raise `window`",
                key.name()
            );
            (holds, words)
        })
    });
    ceiling.into_iter().chain(calls).collect()
}

/// Checks two keys, if both are given; two literals have been checked. A mistake is shown at the
/// expression, at that of the second key if it has one.
fn both(
    declaration: &Declaration,
    rt: &Runtime,
    keys: [Key; 2],
    check: impl FnOnce([TokenStream; 2]) -> (TokenStream, String),
) -> Option<TokenStream> {
    let given = |key| declaration.settings.iter().find(|it| it.key == key);
    let [first, second] = keys.map(given);
    let (first, second) = (first?, second?);
    let expr = second.constant().or_else(|| first.constant())?;
    let (holds, words) = check([first, second].map(|setting| checked(setting, rt).1));
    let span = Span::mixed_site().located_at(expr.span());
    Some(quote_spanned!(span=> const _: () = ::core::assert!(#holds, #words);))
}
