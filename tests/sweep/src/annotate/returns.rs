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
}

pub fn of(signature: &Signature) -> Returned {
    let is_async = signature.asyncness.is_some();
    let ReturnType::Type(_, ty) = &signature.output else {
        return Returned {
            is_result: false,
            is_future: is_async,
        };
    };
    match output(ty) {
        Some(output) => Returned {
            is_result: is_result(output),
            is_future: true,
        },
        None => Returned {
            is_result: is_result(ty),
            is_future: is_async,
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
