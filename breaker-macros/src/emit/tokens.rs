//! Tokens with other delimiters or spans.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};

/// Puts tokens into existing braces.
pub(super) fn braced(braces: DelimSpan, tokens: TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(braces.join());
    group.into_token_stream()
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
