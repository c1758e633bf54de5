//! How a signature spells a future, and what the spelling says about the output.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    GenericArgument, PathArguments, PathSegment, Token, Type, TypeInfer, TypeParamBound, TypePath,
};

/// The output of a future.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Output {
    pub(crate) ty: Type,
    /// The part of the signature that spells the output. For an alias, that is its last type parameter, which
    /// may be only a part of the output.
    pub(crate) spelled: Option<Type>,
}

impl Output {
    pub(super) fn spelled(ty: Type) -> Self {
        Self {
            spelled: Some(ty.clone()),
            ty,
        }
    }
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

/// Recognises `Pin<Box<dyn Future<Output = R> + 'a>>`, `BoxFuture<'a, R>` and `LocalBoxFuture<'a, R>`.
///
/// Two of these are aliases. Each crate may have its own, whose output is not the parameter: `Result<R, Error>`, for
/// example.
pub(super) fn boxed_future(path: &TypePath) -> Option<Output> {
    let last = path.path.segments.last()?;
    if last.ident == "BoxFuture" || last.ident == "LocalBoxFuture" {
        if !matches!(last.arguments, PathArguments::AngleBracketed(_)) {
            return None;
        }
        let spelled = type_arguments(last).last().cloned();
        let span = spelled.as_ref().map_or(last.ident.span(), Spanned::span);
        return Some(Output {
            ty: output_of(&Type::Path(path.clone()), span),
            spelled,
        });
    }
    let pinned = only_argument(last, "Pin")?;
    let Type::Path(pointer) = pinned else {
        return None;
    };
    let Type::TraitObject(object) = only_argument(pointer.path.segments.last()?, "Box")? else {
        return None;
    };
    future_output(&object.bounds).map(Output::spelled)
}

/// Returns `<future as Future>::Output`, whose errors rustc reports at `span`.
fn output_of(future: &Type, span: Span) -> Type {
    let span = Span::mixed_site().located_at(span);
    let tokens = quote_spanned!(span=> <#future as ::core::future::Future>::Output);
    syn::parse2(tokens.clone()).unwrap_or(Type::Verbatim(tokens))
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
pub(super) fn future_output(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<Type> {
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
