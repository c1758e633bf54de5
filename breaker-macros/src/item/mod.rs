//! The function: its signature is parsed, its body stays as it is.

mod bare;
pub(crate) mod borrows;
pub(crate) mod checks;
pub(crate) mod returns;

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Abi, Attribute, Result, ReturnType, Signature, Token, Type, Visibility};

use self::returns::Shape;

/// What the attribute stands on.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Function {
    /// The outer attributes, in order, but for this one and those above it.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) signature: Signature,
    pub(crate) body: Body,
    pub(crate) shape: Shape,
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct Body {
    /// The user's own braces.
    pub(crate) braces: DelimSpan,
    pub(crate) inner_attributes: Vec<Attribute>,
    /// The statements as they were written, never parsed.
    pub(crate) statements: TokenStream,
}

/// Takes a function apart; everything else is an error.
pub(crate) fn parse(item: TokenStream) -> Result<Function> {
    let statements = untouched(item.clone());
    let mut function = match function.parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => function.parse2(bare::with_dyn(item)).map_err(|_| error)?,
    };
    if let (Some(statements), true) = (statements, function.body.inner_attributes.is_empty()) {
        function.body.statements = statements;
    }
    Ok(function)
}

/// The inside of the last braces, as the compiler handed it over: once taken apart, `$call(value)`
/// of a `macro_rules!` fragment would be parsed without its invisible parentheses.
fn untouched(item: TokenStream) -> Option<TokenStream> {
    match item.into_iter().last()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            untouched(group.stream())
        }
        _ => None,
    }
}

fn function(input: ParseStream<'_>) -> Result<Function> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    let defaultness = input.parse()?;
    if !starts_function(input) {
        return Err(checks::no_function(input));
    }
    // Only a function of an `extern` block is `safe`, and that has no body.
    input.parse::<Option<Token![safe]>>()?;
    let signature: Signature = input.parse()?;
    let body = Body::parse(input, &signature)?;
    let shape = returns::shape(&signature, &body);
    Ok(Function {
        attributes,
        visibility,
        defaultness,
        signature,
        body,
        shape,
    })
}

fn starts_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Option<Token![safe]>>().is_ok()
        && ahead.parse::<Option<Token![const]>>().is_ok()
        && ahead.parse::<Option<Token![async]>>().is_ok()
        && ahead.parse::<Option<Token![unsafe]>>().is_ok()
        && ahead.parse::<Option<Abi>>().is_ok()
        && ahead.peek(Token![fn])
}

impl Function {
    /// The type of the value that is judged: for a future its output, `None` without an arrow.
    pub(crate) fn returned(&self) -> Option<&Type> {
        match (&self.shape, &self.signature.output) {
            (Shape::Block(block), _) => Some(&block.output),
            (Shape::Boxed { output } | Shape::ImplFuture { output }, _) => Some(output),
            (Shape::Sync | Shape::Async, ReturnType::Type(_, ty)) => Some(ty),
            (Shape::Sync | Shape::Async, ReturnType::Default) => None,
        }
    }
}

impl Body {
    fn parse(input: ParseStream<'_>, signature: &Signature) -> Result<Self> {
        if input.is_empty() {
            return Err(checks::no_body(signature.ident.span()));
        }
        if input.peek(Token![;]) {
            return Err(checks::no_body(input.span()));
        }
        let (tokens, braces) = braced(input)?;
        let (inner_attributes, statements) = split(tokens);
        Ok(Self {
            braces,
            inner_attributes,
            statements,
        })
    }
}

/// The inside of braces, untouched, also of those of a `$body:block`.
fn braced(input: ParseStream<'_>) -> Result<(TokenStream, DelimSpan)> {
    input.step(|cursor| match cursor.group(Delimiter::Brace) {
        Some((inside, braces, rest)) => Ok(((inside.token_stream(), braces), rest)),
        None => Err(cursor.error("expected a body in braces")),
    })
}

/// Parts `#![…]` from what follows.
fn split(tokens: TokenStream) -> (Vec<Attribute>, TokenStream) {
    let inner = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_inner)?;
        Ok((attributes, input.parse()?))
    };
    // Half-typed attributes stay among the statements, where rustc finds them.
    let parted = inner.parse2(tokens.clone());
    parted.unwrap_or_else(|_| (Vec::new(), tokens))
}

#[cfg(test)]
mod tests;
