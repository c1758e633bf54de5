//! The properties of a function that clippy judges differently in an expansion.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

use super::mentions::may_mention;
use super::spelling::visible;

/// Returns whether a body is the one that clippy demands of a `clone` or a `partial_cmp` that follows from
/// another trait: `*self`, or `Some(self.cmp(other))` in one of its forms.
pub(crate) fn is_canonical(name: &Ident, body: TokenStream) -> bool {
    let tokens: Vec<_> = body.into_iter().collect();
    let mut tokens = tokens.as_slice();
    if let [TokenTree::Ident(word), rest @ .., TokenTree::Punct(end)] = tokens {
        if word == "return" && end.as_char() == ';' {
            tokens = rest;
        }
    }
    if name == "clone" {
        return matches!(tokens, [TokenTree::Punct(star), TokenTree::Ident(this)]
            if star.as_char() == '*' && this == "self");
    }
    name == "partial_cmp" && is_ordering(tokens)
}

/// Returns whether the tokens are `Some(…cmp(…))` or `….cmp(…).into()`.
fn is_ordering(tokens: &[TokenTree]) -> bool {
    match tokens {
        [
            compared @ ..,
            TokenTree::Punct(dot),
            TokenTree::Ident(into),
            TokenTree::Group(_),
        ] if dot.as_char() == '.' && into == "into" => is_cmp(compared),
        [path @ .., TokenTree::Ident(some), TokenTree::Group(inside)] if some == "Some" => {
            let inside: Vec<_> = inside.stream().into_iter().collect();
            path.iter().all(is_path) && is_cmp(&inside)
        }
        _ => false,
    }
}

/// Returns whether the tokens are `self.cmp(…)` or `Ord::cmp(…)`.
fn is_cmp(tokens: &[TokenTree]) -> bool {
    match tokens {
        [
            TokenTree::Ident(this),
            TokenTree::Punct(_),
            TokenTree::Ident(cmp),
            TokenTree::Group(_),
        ] if this == "self" => cmp == "cmp",
        [path @ .., TokenTree::Ident(cmp), TokenTree::Group(_)] => {
            cmp == "cmp" && !path.is_empty() && path.iter().all(is_path)
        }
        _ => false,
    }
}

fn is_path(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    }
}

/// Returns whether a call in the body passes on a function that is named by a path, as in
/// `map(Self::of)`. Closures are left out.
pub(crate) fn passes_function(body: TokenStream) -> bool {
    let tokens: Vec<_> = body.into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| {
        let TokenTree::Group(group) = token else {
            return false;
        };
        let called = match at.checked_sub(1).map(|before| &tokens[before]) {
            Some(TokenTree::Ident(_)) => true,
            Some(TokenTree::Punct(punct)) => punct.as_char() == '>',
            _ => false,
        };
        let inside: Vec<_> = group.stream().into_iter().collect();
        let is_comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == ',');
        inside.split(is_comma).any(|argument| {
            let call = called && group.delimiter() == Delimiter::Parenthesis;
            call && is_function_path(argument)
                || !is_closure(argument) && passes_function(argument.iter().cloned().collect())
        })
    })
}

/// Returns whether the tokens are a path of at least two segments that ends like the name of a function.
fn is_function_path(tokens: &[TokenTree]) -> bool {
    let [path @ .., TokenTree::Ident(last)] = tokens else {
        return false;
    };
    let begins_small = last.to_string().starts_with(char::is_lowercase);
    begins_small && !path.is_empty() && path.iter().all(is_path)
}

fn is_closure(tokens: &[TokenTree]) -> bool {
    match tokens {
        [TokenTree::Ident(capture), ..] => capture == "move",
        [TokenTree::Punct(bar), ..] => bar.as_char() == '|',
        _ => false,
    }
}

/// Returns whether the tokens may contain a closure or a function. It finds too much rather than too little.
pub(crate) fn may_contain_closure(tokens: impl ToTokens) -> bool {
    tokens
        .to_token_stream()
        .into_iter()
        .any(|token| match token {
            TokenTree::Ident(ident) => ident == "fn",
            TokenTree::Punct(punct) => punct.as_char() == '|',
            TokenTree::Group(group) => may_contain_closure(group.stream()),
            TokenTree::Literal(_) => false,
        })
}

/// Returns whether a type may be a future, judged by its spelling.
pub(crate) fn may_be_future(ty: &Type) -> bool {
    match visible(ty) {
        Type::Array(_) | Type::Never(_) | Type::Ptr(_) | Type::Slice(_) | Type::Tuple(_) => false,
        Type::Path(path) => {
            let last = path.path.segments.last();
            !last.is_some_and(|last| last.ident == "Result" || last.ident == "Option")
        }
        _ => true,
    }
}

/// Returns whether `clippy::type_complexity` may report a type. For each part of a type the lint adds ten times the
/// part's depth, and more for a function or a trait object. By default it reports a sum above 250.
pub(crate) fn may_be_complex(ty: &Type) -> bool {
    const MOST_SIMPLE_PARTS: usize = 6;
    let special = ["fn", "dyn"].map(|word| Ident::new(word, Span::call_site()));
    let ty = ty.to_token_stream();
    parts(ty.clone()) > MOST_SIMPLE_PARTS || may_mention(ty, &special)
}

/// Counts the names, tuples, arrays and slices in a type.
fn parts(ty: TokenStream) -> usize {
    let parts = ty.into_iter().map(|token| match token {
        TokenTree::Ident(_) => 1,
        TokenTree::Group(group) => 1 + parts(group.stream()),
        TokenTree::Literal(_) | TokenTree::Punct(_) => 0,
    });
    parts.sum()
}

#[cfg(test)]
mod tests;
