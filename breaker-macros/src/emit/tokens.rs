//! Tokens with other delimiters or spans.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};

use crate::item::tail::Constructor;

/// Puts tokens into existing braces.
pub(super) fn braced(braces: DelimSpan, tokens: TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(braces.join());
    group.into_token_stream()
}

/// Puts tokens into delimiters with the given span.
pub(super) fn delimited(delimiter: Delimiter, span: Span, tokens: TokenStream) -> TokenStream {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group.into_token_stream()
}

/// Returns the span of the last token, which for a group is its closing delimiter.
pub(super) fn last_span(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().last().map(|token| match token {
        TokenTree::Group(group) => group.span_close(),
        token => token.span(),
    })
}

/// Moves all tokens to one place in the source. They keep their hygiene.
pub(super) fn located_at(tokens: impl ToTokens, span: Span) -> TokenStream {
    let mut located = TokenStream::new();
    for mut token in tokens.into_token_stream() {
        if let TokenTree::Group(group) = &token {
            let inside = located_at(group.stream(), span);
            let mut group = Group::new(group.delimiter(), inside);
            group.set_span(token.span().located_at(span));
            located.append(group);
        } else {
            token.set_span(token.span().located_at(span));
            located.append(token);
        }
    }
    located
}

/// Calls another function in place of a constructor. rustc reports errors of the call at the constructor.
pub(super) fn call_instead(
    constructor: &Constructor,
    callee: &TokenStream,
    arguments: TokenStream,
) -> TokenStream {
    let first = constructor.path.clone().into_iter().next();
    let place = first.map_or_else(Span::call_site, |token| token.span());
    let callee = located_at(callee, place);
    let span = Span::mixed_site().located_at(constructor.parens.join());
    let arguments = delimited(Delimiter::Parenthesis, span, arguments);
    quote!(#callee #arguments)
}
