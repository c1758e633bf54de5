//! Finds assignments to `self`, and signatures whose value may borrow from it.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ReturnType, Signature};

/// Returns whether the tokens assign to `self` or to a field of it: `self.open = false` or `self.count += 1`.
pub(crate) fn assigns_to_self(tokens: TokenStream) -> bool {
    let tokens: Vec<_> = tokens.into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Ident(ident) => ident == "self" && is_assigned(&tokens[at + 1..]),
        TokenTree::Group(group) => assigns_to_self(group.stream()),
        _ => false,
    })
}

/// Returns whether fields and indices follow, and then an assignment operator.
fn is_assigned(mut rest: &[TokenTree]) -> bool {
    loop {
        rest = match rest {
            [
                TokenTree::Punct(dot),
                TokenTree::Ident(_) | TokenTree::Literal(_),
                after @ ..,
            ] if dot.as_char() == '.' => after,
            [TokenTree::Group(index), after @ ..] if index.delimiter() == Delimiter::Bracket => {
                after
            }
            _ => return begins_with_assignment(rest),
        };
    }
}

fn begins_with_assignment(tokens: &[TokenTree]) -> bool {
    const COMPOUND: &[&str] = &["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];
    let mut signs = String::new();
    for token in tokens {
        let TokenTree::Punct(punct) = token else {
            break;
        };
        signs.push(punct.as_char());
        if punct.spacing() == Spacing::Alone {
            break;
        }
    }
    let plain = signs.starts_with('=') && !signs.starts_with("==") && !signs.starts_with("=>");
    plain || COMPOUND.iter().any(|it| signs.starts_with(it))
}

/// Returns whether the value of a function may borrow from something that a `self` taken by value holds. It finds too
/// much rather than too little.
pub(crate) fn may_lend(signature: &Signature) -> bool {
    let output = match &signature.output {
        ReturnType::Default => TokenStream::new(),
        ReturnType::Type(_, ty) => ty.to_token_stream(),
    };
    let names = contains(
        signature.to_token_stream(),
        &|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\''),
    );
    names
        || contains(output, &|token| match token {
            TokenTree::Ident(ident) => ident == "Self" || ident == "impl",
            TokenTree::Punct(punct) => punct.as_char() == '&',
            _ => false,
        })
}

fn contains(tokens: TokenStream, wanted: &impl Fn(&TokenTree) -> bool) -> bool {
    tokens.into_iter().any(|token| match &token {
        TokenTree::Group(group) => contains(group.stream(), wanted),
        token => wanted(token),
    })
}

#[cfg(test)]
mod tests;
