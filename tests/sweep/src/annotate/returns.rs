//! What the spelling of a return type says.

use syn::punctuated::Punctuated;
use syn::{
    GenericArgument, PathArguments, PathSegment, ReturnType, Signature, Token, Type, TypeParamBound,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Returned {
    pub is_result: bool,
    /// The function is an `async fn`, or returns a future that the attribute recognises.
    pub is_future: bool,
    /// The function returns a stream that the attribute recognises.
    pub is_stream: bool,
}

pub fn of(signature: &Signature) -> Returned {
    let is_async = signature.asyncness.is_some();
    let ReturnType::Type(_, ty) = &signature.output else {
        return Returned {
            is_result: false,
            is_future: is_async,
            is_stream: false,
        };
    };
    match output(ty) {
        Some(output) => Returned {
            is_result: is_result(output),
            is_future: true,
            is_stream: false,
        },
        None => Returned {
            is_result: is_result(ty),
            is_future: is_async,
            is_stream: !is_async && is_stream(ty),
        },
    }
}

fn is_result(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|it| it.ident == "Result")
}

/// Returns the output of a type that is spelled as a future.
fn output(ty: &Type) -> Option<&Type> {
    if let Type::ImplTrait(opaque) = ty {
        return output_of_bounds(&opaque.bounds);
    }
    let segment = last_segment(ty)?;
    match segment.ident.to_string().as_str() {
        "BoxFuture" | "LocalBoxFuture" => last_argument(segment),
        "Pin" => match last_argument(last_segment(last_argument(segment)?)?)? {
            Type::TraitObject(object) => output_of_bounds(&object.bounds),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a type is spelled as a stream.
fn is_stream(ty: &Type) -> bool {
    let has_stream = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => {
                let last = bound.path.segments.last();
                last.is_some_and(|last| last.ident == "Stream")
            }
            _ => false,
        })
    };
    let inside = |ty: &Type| match ty {
        Type::TraitObject(object) => has_stream(&object.bounds),
        _ => false,
    };
    match ty {
        Type::ImplTrait(opaque) => has_stream(&opaque.bounds),
        _ => last_segment(ty).is_some_and(|last| match last.ident.to_string().as_str() {
            "BoxStream" | "LocalBoxStream" => true,
            "Pin" => {
                let pointer = last_argument(last).and_then(last_segment);
                pointer.and_then(last_argument).is_some_and(inside)
            }
            _ => false,
        }),
    }
}

fn output_of_bounds(bounds: &Punctuated<TypeParamBound, Token![+]>) -> Option<&Type> {
    let mut segments = bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    });
    let future = segments.rfind(|it| it.ident == "Future")?;
    arguments(future).find_map(|argument| match argument {
        GenericArgument::AssocType(associated) if associated.ident == "Output" => {
            Some(&associated.ty)
        }
        _ => None,
    })
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

fn last_argument(segment: &PathSegment) -> Option<&Type> {
    let types = arguments(segment).filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.last()
}

fn arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten()
}
