//! Checks what has to hold for every attribute on every item, whatever their tokens are.
//!
//! A program cannot link a crate of procedural macros, so each target compiles the modules of
//! breaker-macros into itself. Outside of a compiler, `proc-macro2` makes the tokens.
#![allow(dead_code, unreachable_pub)]

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{AttrStyle, Attribute, ImplItemFn, ItemMacro, LitStr};

use crate::expand::expand;

/// The deepest nesting that is checked. The parser is recursive, as is that of rustc.
const DEEPEST: usize = 48;
const LONGEST: usize = 2048;

/// Marks parentheses that become the invisible group of a `macro_rules!` fragment.
const FRAGMENT: &str = "__fragment";

/// Expands the attribute if both texts are sequences of tokens, and checks the result.
pub fn check(attribute: &str, item: &str) {
    if attribute.len() + item.len() > LONGEST || depth(attribute).max(depth(item)) > DEEPEST {
        return;
    }
    if let (Ok(attribute), Ok(item)) = (attribute.parse(), item.parse()) {
        check_tokens(with_fragments(attribute), with_fragments(item));
    }
    // Otherwise, the map of all parsed sources grows until it is full.
    proc_macro2::extra::invalidate_current_thread_spans();
}

fn check_tokens(attribute: TokenStream, item: TokenStream) {
    // In an attribute, syn accepts a `let` as an expression anywhere. rustc may reject it.
    let doubtful = attribute.to_string().contains("let ");
    let expanded = expand(attribute, item.clone());
    match behind(&item, &expanded) {
        Some(errors) => {
            errors_only
                .parse2(errors)
                .expect("the unchanged item is followed by errors only");
        }
        // The expansion contains the body unparsed. If the body is invalid, so is the expansion.
        None => {
            if let (false, Ok(function)) = (doubtful, syn::parse2::<ImplItemFn>(item)) {
                let mut guarded: ImplItemFn = syn::parse2(expanded).expect("one function");
                // The expansion allows lints that would judge it differently from the function. These attributes
                // follow the function's own outer ones. The inner ones come last.
                let outer = function.attrs.iter().filter(|it| is_outer(it)).count();
                let added = guarded.attrs.len().saturating_sub(function.attrs.len());
                let added: Vec<_> = guarded.attrs.drain(outer..outer + added).collect();
                let allows = |it: &Attribute| is_outer(it) && it.path().is_ident("allow");
                assert!(added.iter().all(allows));
                assert_eq!(guarded.sig.inputs.len(), function.sig.inputs.len());
                assert_eq!(outside(guarded), outside(function));
            }
        }
    }
}

fn is_outer(attribute: &Attribute) -> bool {
    matches!(attribute.style, AttrStyle::Outer)
}

/// Prints the parts of a function that its callers can see. The expansion must not change them. They are
/// compared as text because syn reorders generic arguments: lifetimes come first.
fn outside(mut function: ImplItemFn) -> String {
    function.sig.inputs.clear();
    function.block.stmts.clear();
    quote!(#function).to_string()
}

/// Returns what follows the item in the expansion, if the item is unchanged.
fn behind(item: &TokenStream, expanded: &TokenStream) -> Option<TokenStream> {
    let mut expanded = expanded.clone().into_iter();
    for token in item.clone() {
        if expanded.next()?.to_string() != token.to_string() {
            return None;
        }
    }
    let rest: TokenStream = expanded.collect();
    (!rest.is_empty()).then_some(rest)
}

/// Parses one or several `compile_error! { "…" }`.
fn errors_only(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        let error: ItemMacro = input.parse()?;
        let name = error
            .mac
            .path
            .segments
            .last()
            .map(|last| last.ident.to_string());
        assert_eq!(name.as_deref(), Some("compile_error"));
        let message: LitStr = error.mac.parse_body()?;
        assert!(!message.value().is_empty());
    }
    Ok(())
}

fn with_fragments(tokens: TokenStream) -> TokenStream {
    let mut made = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = token else {
            made.push(token);
            continue;
        };
        let inside = with_fragments(group.stream());
        let fragment = matches!(made.last(), Some(TokenTree::Ident(ident)) if ident == FRAGMENT);
        let delimiter = if fragment {
            made.pop();
            Delimiter::None
        } else {
            group.delimiter()
        };
        made.push(Group::new(delimiter, inside).into());
    }
    made.into_iter().collect()
}

/// Returns an upper bound for the nesting of brackets in the text.
fn depth(text: &str) -> usize {
    let (mut now, mut deepest) = (0_usize, 0);
    for letter in text.chars() {
        match letter {
            '(' | '[' | '{' | '<' | '|' | '&' | '-' | '!' | '*' => now += 1,
            ')' | ']' | '}' | '>' | ',' | ';' => now = now.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(now);
    }
    deepest
}
