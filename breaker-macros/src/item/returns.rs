//! The kind of value that a function returns: a plain value, a future, or a stream.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{
    Error, Generics, Path, Result, ReturnType, Signature, Token, Type, TypePath, parenthesized,
};

use super::body::{Body, braced, split_attributes};
use super::spelling::{Output, Spelling, boxed_future, future_output, visible};
use super::stream::ReturnedStream;
use super::tail::{self, Constructor, Tail};

/// How the function returns the guarded value.
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Shape {
    /// A value that is not a future, judged by the signature.
    Sync,
    /// `async fn`
    Async,
    /// A future whose block is the whole body.
    Block(FutureBlock),
    /// A boxed future from any other body.
    Boxed(BoxedFuture),
    /// `impl Future<Output = …>`
    ImplFuture { output: Output },
    /// A stream, whose items are judged.
    Stream(ReturnedStream),
}

/// A boxed future from a body that is not a single block.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct BoxedFuture {
    pub(crate) output: Output,
    /// The `Box::pin(…)` at the end of the body, if the body returns nothing else and a trait object may not
    /// live long enough for the future around it.
    pub(crate) tail: Option<Tail>,
}

/// The block of a future: `async move { … }` for an opaque future, `Box::pin(async move { … })` for a
/// boxed one. `#[async_trait]` expands to the latter.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct FutureBlock {
    pub(crate) constructor: Option<Constructor>,
    pub(crate) async_move: TokenStream,
    pub(crate) braces: DelimSpan,
    pub(crate) statements: TokenStream,
    pub(crate) output: Output,
}

pub(super) fn shape(signature: &Signature, body: &Body) -> Shape {
    if signature.asyncness.is_some() {
        return Shape::Async;
    }
    let ReturnType::Type(_, ty) = &signature.output else {
        return Shape::Sync;
    };
    if let Some(stream) = ReturnedStream::of(ty) {
        return match visible(ty) {
            Type::Path(path) if constructs(body.statements.clone(), path) => Shape::Sync,
            _ => Shape::Stream(stream),
        };
    }
    match visible(ty) {
        Type::ImplTrait(future) => match future_output(&future.bounds) {
            Some(output) => opaque(body, Output::spelled(output)),
            None => Shape::Sync,
        },
        Type::Path(path) => match boxed_future(path) {
            Some(_) if constructs(body.statements.clone(), path) => Shape::Sync,
            Some(future) => boxed(body, future, &signature.generics),
            None => Shape::Sync,
        },
        _ => Shape::Sync,
    }
}

/// Returns whether the body contains `BoxFuture(…)` or `BoxFuture { … }`, or the same of a stream. Then the type is not an alias but a struct
/// with this name.
fn constructs(body: TokenStream, path: &TypePath) -> bool {
    let name = path.path.segments.last().map(|last| &last.ident);
    let tokens: Vec<_> = body.into_iter().collect();
    let is_call = tokens.windows(2).any(|tokens| match tokens {
        [TokenTree::Ident(ident), TokenTree::Group(group)] => {
            Some(ident) == name
                && matches!(group.delimiter(), Delimiter::Parenthesis | Delimiter::Brace)
        }
        _ => false,
    });
    is_call
        || tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => constructs(group.stream(), path),
            _ => false,
        })
}

fn opaque(body: &Body, output: Output) -> Shape {
    let block = |input: ParseStream<'_>| future_block(input, output.clone());
    parsed(body, block).unwrap_or(Shape::ImplFuture { output })
}

fn boxed(body: &Body, future: Spelling<'_>, generics: &Generics) -> Shape {
    let block = |input: ParseStream<'_>| boxed_block(input, future.output.clone());
    if let Some(block) = parsed(body, block) {
        return block;
    }
    let short = future.may_live_too_short(generics);
    let tail = short.then(|| tail::box_pin(&body.statements)).flatten();
    Shape::Boxed(BoxedFuture {
        output: future.output,
        tail,
    })
}

/// Returns the block if the body consists of nothing else.
fn parsed(
    body: &Body,
    block: impl FnOnce(ParseStream<'_>) -> Result<FutureBlock>,
) -> Option<Shape> {
    if !body.inner_attributes.is_empty() {
        return None;
    }
    block.parse2(body.statements.clone()).ok().map(Shape::Block)
}

fn boxed_block(input: ParseStream<'_>, output: Output) -> Result<FutureBlock> {
    let constructor = input.call(Path::parse_mod_style)?;
    let mut names = constructor.segments.iter().rev().map(|it| &it.ident);
    if !(names.next().is_some_and(|name| name == "pin")
        && names.next().is_some_and(|name| name == "Box"))
    {
        return Err(Error::new_spanned(constructor, "expected `Box::pin`"));
    }
    let content;
    let parens = parenthesized!(content in input);
    let block = future_block(&content, output)?;
    content.parse::<Option<Token![,]>>()?;
    Ok(FutureBlock {
        constructor: Some(Constructor {
            path: quote!(#constructor),
            parens: parens.span,
        }),
        ..block
    })
}

fn future_block(input: ParseStream<'_>, output: Output) -> Result<FutureBlock> {
    let future: Token![async] = input.parse()?;
    let capture: Token![move] = input.parse()?;
    let (statements, braces) = braced(input)?;
    // Inner attributes would have to move with the statements into another block.
    let (attributes, _) = split_attributes(statements.clone());
    if !attributes.is_empty() {
        return Err(input.error("expected no inner attributes"));
    }
    Ok(FutureBlock {
        constructor: None,
        async_move: quote!(#future #capture),
        braces,
        statements,
        output,
    })
}

#[cfg(test)]
mod tests;
