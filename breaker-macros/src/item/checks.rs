//! Checks of the function alone.

use syn::{Error, ReturnType, Type};

use super::function::Function;
use super::returns::Shape;
use super::spelling::{bound, visible};
use crate::errors::Errors;

/// Rejects functions that cannot be guarded, judged by their signature.
pub(crate) fn check(function: &Function, errors: &mut Errors) {
    if let Some(token) = &function.signature.constness {
        let message = "a breaker's state exists only at run time: remove `const`";
        errors.push(Error::new_spanned(token, message));
    }
    if let Some(Type::Never(never)) = function.returned().map(visible) {
        let message = "a function that never returns has no outcome: guard the calls in its body";
        errors.push(Error::new_spanned(never, message));
    }
    if let Some(ty) = unpin_future(function) {
        let message =
            "a guarded future is not `Unpin`: return a `Pin<Box<dyn Future<Output = …>>>`";
        errors.push(Error::new_spanned(ty, message));
    }
}

fn unpin_future(function: &Function) -> Option<&Type> {
    let (Shape::ImplFuture { .. }, ReturnType::Type(_, ty)) =
        (&function.shape, &function.signature.output)
    else {
        return None;
    };
    match visible(ty) {
        Type::ImplTrait(future) => bound(&future.bounds, "Unpin").map(|_| ty.as_ref()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
