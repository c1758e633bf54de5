//! Errors for items that cannot be guarded.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Token};

/// Keywords of items, with the name of the item and where the attribute belongs instead.
const ITEMS: &[(&str, &str, &str)] = &[
    ("struct", "a struct", ""),
    ("enum", "an enum", ""),
    ("union", "a union", ""),
    ("trait", "a trait", ": put it on the methods of each `impl`"),
    ("impl", "an impl", ": put it on each method"),
    ("mod", "a module", ": put it on each function"),
    ("const", "a const", ""),
    ("static", "a static", ""),
    ("type", "a type", ""),
    ("use", "a `use`", ""),
    ("macro_rules", "a macro", ""),
    ("macro", "a macro", ""),
    ("let", "a `let`", ""),
];

const GOES_ON_A_FUNCTION: &str = "`#[circuit_breaker]` goes on a function";

/// Makes an error at the keyword of an item that is not a function.
pub(super) fn not_a_function(input: ParseStream<'_>) -> Error {
    let ahead = input.fork();
    loop {
        let at = ahead.span();
        let Ok(word) = ahead.call(Ident::parse_any) else {
            return Error::new(at, GOES_ON_A_FUNCTION);
        };
        let text = word.to_string();
        let known = ITEMS.iter().find(|(keyword, ..)| *keyword == text);
        if let Some((_, item, instead)) = known {
            return not_on(item, instead, at);
        }
        match text.as_str() {
            "unsafe" | "auto" | "async" | "safe" => {}
            "extern" if ahead.peek(Token![crate]) => return not_on("an `extern crate`", "", at),
            "extern" => return not_on("an `extern` block", ": put it on the callers", at),
            _ if ahead.peek(Token![!]) || ahead.peek(Token![::]) => {
                return not_on("a macro", "", at);
            }
            _ => return Error::new(at, GOES_ON_A_FUNCTION),
        }
    }
}

fn not_on(item: &str, instead: &str, at: Span) -> Error {
    let message = format!("{GOES_ON_A_FUNCTION}, not on {item}{instead}");
    Error::new(at, message)
}

/// Makes an error for a function of a trait or an `extern` block.
pub(super) fn no_body(at: Span) -> Error {
    let message = "this function has no body to guard: put `#[circuit_breaker]` on the method of each \
                   `impl`, or on a function that calls this one";
    Error::new(at, message)
}

#[cfg(test)]
mod tests;
