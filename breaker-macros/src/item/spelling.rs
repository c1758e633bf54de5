//! How a signature spells a future, and what the spelling says about the output.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    GenericArgument, Generics, Lifetime, PathArguments, PathSegment, Token, Type, TypeInfer,
    TypeParamBound, TypePath, TypeTraitObject,
};

use super::words::{Word, words};

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

/// The spelling of a boxed future.
pub(super) struct Spelling<'a> {
    pub(super) output: Output,
    /// The lifetime of the trait object.
    lifetime: Option<&'a Lifetime>,
}

impl Spelling<'_> {
    /// Returns whether a future of this type may live shorter than the function has to promise.
    ///
    /// A trait object lives no longer than the types in it, so that `dyn Future<Output = &'a str> + 'static` is not
    /// `'static`. A future that contains such an object cannot be returned as the same type.
    pub(super) fn may_live_too_short(&self, generics: &Generics) -> bool {
        let Some(output) = &self.output.spelled else {
            return false;
        };
        let is_short = |lifetime: &Ident| match self.lifetime {
            Some(object) => *lifetime != object.ident && lifetime != "static",
            None => lifetime != "static",
        };
        let words = words(output.to_token_stream());
        words.iter().any(|word| match word {
            Word::Name(_) => word.is_generic(generics),
            Word::Lifetime(lifetime) => is_short(lifetime),
        })
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
/// The last two are aliases. A crate may have its own alias, whose output is not the parameter but `Result<R, Error>`,
/// for example.
pub(super) fn boxed_future(path: &TypePath) -> Option<Spelling<'_>> {
    let last = path.path.segments.last()?;
    if last.ident == "BoxFuture" || last.ident == "LocalBoxFuture" {
        let PathArguments::AngleBracketed(angle) = &last.arguments else {
            return None;
        };
        let lifetime = angle.args.iter().find_map(|argument| match argument {
            GenericArgument::Lifetime(lifetime) => Some(lifetime),
            _ => None,
        });
        let spelled = type_arguments(last).last().cloned();
        let span = spelled.as_ref().map_or(last.ident.span(), Spanned::span);
        let output = Output {
            ty: output_of(&Type::Path(path.clone()), span),
            spelled,
        };
        return Some(Spelling { output, lifetime });
    }
    let object = pinned_object(last)?;
    Some(Spelling {
        output: Output::spelled(future_output(&object.bounds)?),
        lifetime: object.bounds.iter().find_map(|bound| match bound {
            TypeParamBound::Lifetime(lifetime) => Some(lifetime),
            _ => None,
        }),
    })
}

/// Returns `<future as Future>::Output`, whose errors rustc reports at `span` alone.
fn output_of(future: &Type, span: Span) -> Type {
    // In edition 2015, a path of the user could not begin with `::core`.
    let path = quote_spanned!(Span::mixed_site().located_at(span)=> ::core::future::Future);
    let tokens = quote_spanned!(span=> <#future as #path>::Output);
    syn::parse2(tokens.clone()).unwrap_or(Type::Verbatim(tokens))
}

/// Recognises `Pin<Box<dyn …>>` by its last segment.
pub(super) fn pinned_object(last: &PathSegment) -> Option<&TypeTraitObject> {
    let Type::Path(pointer) = only_argument(last, "Pin")? else {
        return None;
    };
    match only_argument(pointer.path.segments.last()?, "Box")? {
        Type::TraitObject(object) => Some(object),
        _ => None,
    }
}

pub(super) fn only_argument<'a>(segment: &'a PathSegment, name: &str) -> Option<&'a Type> {
    let first = type_arguments(segment).next().map(visible);
    first.filter(|_| segment.ident == name)
}

pub(super) fn type_arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
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
    associated(bounds, "Future", "Output")
}

/// Returns an associated type of a bound. It is inferred if the bound has no arguments.
pub(super) fn associated(
    bounds: &Punctuated<TypeParamBound, Token![+]>,
    name: &str,
    associated: &str,
) -> Option<Type> {
    let bound = bound(bounds, name)?;
    let PathArguments::AngleBracketed(angle) = &bound.arguments else {
        return Some(Type::Infer(TypeInfer {
            attrs: Vec::new(),
            underscore_token: Token![_](bound.span()),
        }));
    };
    angle.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(ty) if ty.ident == associated => Some(ty.ty.clone()),
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
