//! Trait objects without `dyn`, such as `Box<Fn(u32) -> u32>` in the editions 2015 and 2018. syn does
//! not parse them.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// Inserts `dyn` before every bare `Fn`, `FnMut` and `FnOnce` of a signature.
pub(super) fn add_dyn(item: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = item.into_iter().collect();
    let mut written = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = tokens.split_at(at);
        match token {
            TokenTree::Ident(ident) if is_bare(before, ident, after.get(1)) => {
                written.push(Ident::new("dyn", ident.span()).into());
                written.push(token.clone());
            }
            TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => {
                let mut inside = Group::new(group.delimiter(), add_dyn(group.stream()));
                inside.set_span(group.span());
                written.push(inside.into());
            }
            _ => written.push(token.clone()),
        }
    }
    written.into_iter().collect()
}

fn is_bare(before: &[TokenTree], ident: &Ident, next: Option<&TokenTree>) -> bool {
    let callable = ["Fn", "FnMut", "FnOnce"].iter().any(|name| ident == name);
    let called = matches!(next, Some(TokenTree::Group(arguments))
        if arguments.delimiter() == Delimiter::Parenthesis);
    callable && called && begins_type(before)
}

/// Returns whether a type that is not a bound can follow these tokens.
fn begins_type(before: &[TokenTree]) -> bool {
    match before {
        [] => true,
        [.., TokenTree::Punct(quote), TokenTree::Ident(_)] if quote.as_char() == '\'' => true,
        [.., TokenTree::Ident(word)] => word == "mut" || word == "const",
        [.., TokenTree::Punct(punct)] => "<,&=>*".contains(punct.as_char()),
        _ => false,
    }
}
