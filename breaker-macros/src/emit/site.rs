//! The static that stands for the call site, and the constants that it is made of.

use std::time::Duration;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::paths::{Runtime, item};
use crate::args::key::{Bound, Range};
use crate::declare::{Declaration, Number, Setting, SettingValue};
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
        declaration.settings.iter().map(setting).unzip();
    quote_spanned!(Span::mixed_site()=>
        #checks
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
        ));
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
fn setting(setting: &Setting) -> (TokenStream, TokenStream) {
    let (check, value) = match &setting.value {
        SettingValue::Count(number) => constant(setting, number, |count, _| {
            Literal::u32_suffixed(*count).into_token_stream()
        }),
        SettingValue::Factor(number) => constant(setting, number, |factor, _| {
            Literal::f64_suffixed(*factor).into_token_stream()
        }),
        SettingValue::Period(number) => constant(setting, number, duration),
    };
    let method = format_ident!("{}", setting.key.name(), span = Span::mixed_site());
    let set = quote_spanned!(Span::mixed_site()=> .#method(#value));
    (check, set)
}

fn duration(duration: &Duration, span: Span) -> TokenStream {
    let (secs, nanos) = (duration.as_secs(), duration.subsec_nanos());
    quote_spanned!(span=> ::core::time::Duration::new(#secs, #nanos))
}

/// A literal as it is; an expression as a constant whose range rustc checks.
fn constant<T>(
    setting: &Setting,
    number: &Number<T>,
    print: impl Fn(&T, Span) -> TokenStream,
) -> (TokenStream, TokenStream) {
    match number {
        Number::Literal(value) => (TokenStream::new(), print(value, Span::mixed_site())),
        Number::Const(expr) => {
            let name = item(&setting.key.name().to_uppercase());
            (asserted(&name, expr, setting.range), quote!(#name))
        }
    }
}

fn asserted(name: &syn::Ident, expr: &Expr, Range { bound, words }: Range) -> TokenStream {
    let span = Span::mixed_site().located_at(expr.span());
    let (ty, holds) = match bound {
        Bound::Count => (
            quote_spanned!(span=> ::core::primitive::u32),
            quote_spanned!(span=> #name >= 1),
        ),
        Bound::Growth => (
            quote_spanned!(span=> ::core::primitive::f64),
            quote_spanned!(span=> #name >= 1.0 && #name <= ::core::primitive::f64::MAX),
        ),
        Bound::Share => (
            quote_spanned!(span=> ::core::primitive::f64),
            quote_spanned!(span=> #name >= 0.0 && #name <= 1.0),
        ),
        Bound::Period => (
            quote_spanned!(span=> ::core::time::Duration),
            quote_spanned!(span=> !::core::time::Duration::is_zero(&#name)),
        ),
    };
    quote_spanned!(span=>
        const #name: #ty = #expr;
        const _: () = ::core::assert!(#holds, #words);
    )
}
