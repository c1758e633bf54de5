//! The kind of value that a function returns: a plain value, or a future.

use proc_macro2::TokenStream;
use proc_macro2::extra::DelimSpan;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Path, Result, ReturnType, Signature, Token, Type, parenthesized};

use super::body::{Body, braced, split_attributes};
use super::spelling::{Output, boxed_future, future_output, visible};

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
    Boxed { output: Output },
    /// `impl Future<Output = …>`
    ImplFuture { output: Output },
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

/// The call that boxes the block.
#[derive(Debug)]
pub(crate) struct Constructor {
    /// The path before the parentheses.
    pub(crate) path: TokenStream,
    pub(crate) parens: DelimSpan,
}

pub(super) fn shape(signature: &Signature, body: &Body) -> Shape {
    if signature.asyncness.is_some() {
        return Shape::Async;
    }
    let ReturnType::Type(_, ty) = &signature.output else {
        return Shape::Sync;
    };
    match visible(ty) {
        Type::ImplTrait(future) => match future_output(&future.bounds) {
            Some(output) => opaque(body, Output::spelled(output)),
            None => Shape::Sync,
        },
        Type::Path(path) => match boxed_future(path) {
            Some(output) => boxed(body, output),
            None => Shape::Sync,
        },
        _ => Shape::Sync,
    }
}

fn opaque(body: &Body, output: Output) -> Shape {
    let block = |input: ParseStream<'_>| future_block(input, output.clone());
    parsed(body, block).unwrap_or(Shape::ImplFuture { output })
}

fn boxed(body: &Body, output: Output) -> Shape {
    let block = |input: ParseStream<'_>| boxed_block(input, output.clone());
    parsed(body, block).unwrap_or(Shape::Boxed { output })
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
