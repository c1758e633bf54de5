//! The kind of value that a function returns: a plain value, or a future.

use proc_macro2::TokenStream;
use proc_macro2::extra::DelimSpan;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Error, GenericArgument, Path, PathArguments, PathSegment, Result, ReturnType, Signature, Token,
    Type, TypeInfer, TypeParamBound, parenthesized,
};

use super::body::{Body, braced, split_attributes};

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
    Boxed { output: Type },
    /// `impl Future<Output = …>`
    ImplFuture { output: Type },
}

/// The block of a future: `async move { … }` for an opaque future, `Box::pin(async move { … })` for a
/// boxed one. `#[async_trait]` expands to the latter.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct FutureBlock {
    pub(crate) constructor: Option<Constructor>,
    pub(crate) async_move: TokenStream,
    pub(crate) braces: DelimSpan,
    pub(crate) statements: TokenStream,
    pub(crate) output: Type,
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
            Some(output) => opaque(body, output),
            None => Shape::Sync,
        },
        Type::Path(path) => match boxed_output(&path.path) {
            Some(output) => boxed(body, output),
            None => Shape::Sync,
        },
        _ => Shape::Sync,
    }
}

fn opaque(body: &Body, output: Type) -> Shape {
    let block = |input: ParseStream<'_>| future_block(input, output.clone());
    parsed(body, block).unwrap_or(Shape::ImplFuture { output })
}

fn boxed(body: &Body, output: Type) -> Shape {
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

fn boxed_block(input: ParseStream<'_>, output: Type) -> Result<FutureBlock> {
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

fn future_block(input: ParseStream<'_>, output: Type) -> Result<FutureBlock> {
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

/// Removes parentheses and the invisible groups around `macro_rules!` fragments.
pub(crate) fn visible(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => return ty,
        };
    }
}

/// Returns the `R` of `Pin<Box<dyn Future<Output = R>>>`, `BoxFuture<'_, R>` or `LocalBoxFuture<'_, R>`.
fn boxed_output(path: &Path) -> Option<Type> {
    let last = path.segments.last()?;
    if last.ident == "BoxFuture" || last.ident == "LocalBoxFuture" {
        return type_arguments(last).last().cloned();
    }
    let pinned = only_argument(last, "Pin")?;
    let Type::Path(pointer) = pinned else {
        return None;
    };
    match only_argument(pointer.path.segments.last()?, "Box")? {
        Type::TraitObject(object) => future_output(&object.bounds),
        _ => None,
    }
}

fn only_argument<'a>(segment: &'a PathSegment, name: &str) -> Option<&'a Type> {
    let first = type_arguments(segment).next().map(visible);
    first.filter(|_| segment.ident == name)
}

fn type_arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(angle) => Some(&angle.args),
        _ => None,
    };
    arguments
        .into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

/// Returns the `Output` of the bound `Future`.
fn future_output(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<Type> {
    let future = bound(bounds, "Future")?;
    let PathArguments::AngleBracketed(angle) = &future.arguments else {
        return Some(Type::Infer(TypeInfer {
            attrs: Vec::new(),
            underscore_token: Token![_](future.span()),
        }));
    };
    angle.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(output.ty.clone()),
        _ => None,
    })
}

/// Finds a trait by the last segment of its path.
pub(super) fn bound<'a>(
    bounds: &'a Punctuated<TypeParamBound, Token![+]>,
    name: &str,
) -> Option<&'a PathSegment> {
    bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last();
            last.filter(|last| last.ident == name)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests;
