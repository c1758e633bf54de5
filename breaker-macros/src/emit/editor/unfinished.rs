//! Values that end behind `.` or `::`, because their next name is still to be typed.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

/// Puts a name behind each `.` and `::` that none follows. Returns `None` if there is no such place.
///
/// rust-analyzer completes in an expansion of what is typed so far and in one with a name that it makes up. Both have to be
/// alike up to that name, and without one the value would not parse.
pub(crate) fn with_names(attribute: TokenStream) -> Option<TokenStream> {
    let mut added = false;
    let named = name_ends(attribute, &mut added);
    added.then_some(named)
}

fn name_ends(tokens: TokenStream, added: &mut bool) -> TokenStream {
    let mut named: Vec<TokenTree> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        named.push(match token {
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), name_ends(group.stream(), added));
                inside.set_span(group.span());
                inside.into()
            }
            token => token,
        });
        let ends = match tokens.peek() {
            None => true,
            Some(TokenTree::Punct(next)) => matches!(next.as_char(), ',' | ';'),
            Some(_) => false,
        };
        if ends && expects_name(&named) {
            // Before a comma, the last sign would be joined to it.
            if let Some(TokenTree::Punct(sign)) = named.last_mut() {
                let span = sign.span();
                *sign = Punct::new(sign.as_char(), Spacing::Alone);
                sign.set_span(span);
            }
            named.push(Ident::new("unfinished", Span::mixed_site()).into());
            *added = true;
        }
    }
    named.into_iter().collect()
}

/// Returns whether the last token is a `.` or `::`, and not the end of a range.
fn expects_name(tokens: &[TokenTree]) -> bool {
    let mut last = tokens.iter().rev().map(|token| match token {
        TokenTree::Punct(punct) => punct.as_char(),
        _ => ' ',
    });
    match (last.next(), last.next()) {
        (Some('.'), before) => before != Some('.'),
        (Some(':'), before) => before == Some(':'),
        _ => false,
    }
}
