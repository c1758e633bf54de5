//! The body of the annotated function, whose statements are never parsed.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Result, Signature, Token};

use super::unsupported;

#[cfg_attr(test, derive(Debug))]
pub(crate) struct Body {
    /// The user's own braces.
    pub(crate) braces: DelimSpan,
    pub(crate) inner_attributes: Vec<Attribute>,
    /// The tokens after the inner attributes.
    pub(crate) statements: TokenStream,
}

impl Body {
    pub(super) fn parse(input: ParseStream<'_>, signature: &Signature) -> Result<Self> {
        if input.is_empty() {
            return Err(unsupported::no_body(signature.ident.span()));
        }
        if input.peek(Token![;]) {
            return Err(unsupported::no_body(input.span()));
        }
        let (tokens, braces) = braced(input)?;
        let (inner_attributes, statements) = split_attributes(tokens);
        Ok(Self {
            braces,
            inner_attributes,
            statements,
        })
    }
}

/// Returns the inside of the last braces exactly as the compiler passed it. Parsing would remove the
/// invisible parentheses around a `macro_rules!` fragment, and so change the meaning of `$call(value)`.
pub(super) fn raw_body(item: TokenStream) -> Option<TokenStream> {
    match item.into_iter().last()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => raw_body(group.stream()),
        _ => None,
    }
}

/// Parses braces, which may be those of a `$body:block` fragment, and returns their inside unparsed.
pub(super) fn braced(input: ParseStream<'_>) -> Result<(TokenStream, DelimSpan)> {
    input.step(|cursor| match cursor.group(Delimiter::Brace) {
        Some((inside, braces, rest)) => Ok(((inside.token_stream(), braces), rest)),
        None => Err(cursor.error("expected a body in braces")),
    })
}

/// Splits `#![…]` from the statements that follow.
pub(super) fn split_attributes(tokens: TokenStream) -> (Vec<Attribute>, TokenStream) {
    let inner = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_inner)?;
        Ok((attributes, input.parse()?))
    };
    // Incomplete attributes stay among the statements, where rustc reports them.
    let split = inner.parse2(tokens.clone());
    split.unwrap_or_else(|_| (Vec::new(), tokens))
}
