//! Forms of functions and items that cannot be guarded.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, ReturnType, Token, Type};

use super::Function;
use super::returns::{Shape, bound, visible};
use crate::errors::Errors;

/// Items by their keyword, and where the attribute goes instead.
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

/// An error at the keyword of what is no function.
pub(super) fn no_function(input: ParseStream<'_>) -> Error {
    let ahead = input.fork();
    loop {
        let at = ahead.span();
        let Ok(word) = ahead.call(Ident::parse_any) else {
            return Error::new(at, "#[circuit_breaker] goes on a function");
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
            _ => return Error::new(at, "#[circuit_breaker] goes on a function"),
        }
    }
}

fn not_on(item: &str, instead: &str, at: Span) -> Error {
    let message = format!("#[circuit_breaker] goes on a function, not on {item}{instead}");
    Error::new(at, message)
}

/// An error for a function of a trait or an `extern` block.
pub(super) fn no_body(at: Span) -> Error {
    let message = "there is no body to guard: put #[circuit_breaker] on the method of each `impl`, \
                   or on a function that calls this one";
    Error::new(at, message)
}

/// Refuses what the signature alone tells.
pub(crate) fn check(function: &Function, errors: &mut Errors) {
    if let Some(token) = &function.signature.constness {
        let message = "a breaker's state exists only at run time: remove `const`";
        errors.push(Error::new_spanned(token, message));
    }
    if let Some(Type::Never(never)) = function.returned().map(visible) {
        let message = "a function that never returns has no outcome: guard the calls in its body";
        errors.push(Error::new_spanned(never, message));
    }
    if let Some(ty) = unpin_future(function) {
        let message =
            "a guarded future is not `Unpin`: return a `Pin<Box<dyn Future<Output = …>>>`";
        errors.push(Error::new_spanned(ty, message));
    }
}

fn unpin_future(function: &Function) -> Option<&Type> {
    let (Shape::ImplFuture { .. }, ReturnType::Type(_, ty)) =
        (&function.shape, &function.signature.output)
    else {
        return None;
    };
    match visible(ty) {
        Type::ImplTrait(future) => bound(&future.bounds, "Unpin").map(|_| ty.as_ref()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
