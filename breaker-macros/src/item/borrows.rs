//! Finds the `&mut` arguments that the returned value borrows from.

use syn::punctuated::Punctuated;
use syn::{
    FnArg, GenericArgument, Lifetime, PathArguments, ReceiverKind, Signature, Token, Type,
    TypeParamBound,
};

use super::spelling::visible;

/// An argument that is a `&mut` reference.
pub(crate) struct MutableArgument<'a> {
    pub(crate) argument: &'a FnArg,
    lifetime: Option<&'a Lifetime>,
}

pub(crate) fn mutable_arguments(
    signature: &Signature,
) -> impl Iterator<Item = MutableArgument<'_>> {
    signature.inputs.iter().filter_map(|argument| {
        let ty = match argument {
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Reference(_, lifetime, Some(_)) => {
                    let lifetime = lifetime.as_ref();
                    return Some(MutableArgument { argument, lifetime });
                }
                ReceiverKind::Typed(_, ty) => ty,
                _ => return None,
            },
            FnArg::Typed(typed) => &typed.ty,
        };
        match visible(ty) {
            Type::Reference(reference) if reference.mutability.is_some() => Some(MutableArgument {
                argument,
                lifetime: reference.lifetime.as_ref(),
            }),
            _ => None,
        }
    })
}

/// Returns the `&mut` arguments whose lifetime is in the returned type, by its name or by elision.
pub(crate) fn returned_mutable<'a>(
    signature: &'a Signature,
    returned: &Type,
) -> Vec<MutableArgument<'a>> {
    let mut output = Lifetimes::default();
    output.add_type(returned);
    let elided = output.elided > 0;
    let source = elided.then(|| elision(signature));
    mutable_arguments(signature)
        .filter(|mutable| {
            let named = mutable
                .lifetime
                .is_some_and(|it| output.named.contains(&it.ident));
            let elided = match source {
                Some(Elision::Receiver) => matches!(mutable.argument, FnArg::Receiver(_)),
                Some(Elision::Only) => mutable.lifetime.is_none_or(|it| it.ident != "static"),
                Some(Elision::None) | None => false,
            };
            named || elided
        })
        .collect()
}

/// The source of an elided lifetime in the return type.
#[derive(Clone, Copy)]
enum Elision {
    Receiver,
    /// The only lifetime among the arguments.
    Only,
    None,
}

fn elision(signature: &Signature) -> Elision {
    let mut all = Lifetimes::default();
    for argument in &signature.inputs {
        match argument {
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Reference(..) => return Elision::Receiver,
                ReceiverKind::Typed(_, ty) => {
                    all.add_type(ty);
                    if all.elided + all.named.len() > 0 {
                        return Elision::Receiver;
                    }
                }
                _ => {}
            },
            FnArg::Typed(typed) => all.add_type(&typed.ty),
        }
    }
    match all.elided + all.named.len() {
        1 => Elision::Only,
        _ => Elision::None,
    }
}

/// The lifetimes in a type.
#[derive(Default)]
struct Lifetimes {
    named: Vec<proc_macro2::Ident>,
    elided: usize,
}

impl Lifetimes {
    fn add(&mut self, lifetime: Option<&Lifetime>) {
        match lifetime {
            Some(lifetime) if lifetime.ident == "static" => {}
            Some(lifetime) if lifetime.ident != "_" => {
                if !self.named.contains(&lifetime.ident) {
                    self.named.push(lifetime.ident.clone());
                }
            }
            _ => self.elided += 1,
        }
    }

    /// Adds the lifetimes of a type. Function pointers and `Fn(…)` bind their lifetimes themselves, so
    /// these are left out.
    fn add_type(&mut self, ty: &Type) {
        match ty {
            Type::Reference(reference) => {
                self.add(reference.lifetime.as_ref());
                self.add_type(&reference.elem);
            }
            Type::Path(path) => {
                if let Some(qself) = &path.qself {
                    self.add_type(&qself.ty);
                }
                for segment in &path.path.segments {
                    self.add_arguments(&segment.arguments);
                }
            }
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| self.add_type(ty)),
            Type::Array(array) => self.add_type(&array.elem),
            Type::Slice(slice) => self.add_type(&slice.elem),
            Type::Ptr(pointer) => self.add_type(&pointer.elem),
            Type::Group(group) => self.add_type(&group.elem),
            Type::Paren(paren) => self.add_type(&paren.elem),
            Type::TraitObject(object) => self.add_bounds(&object.bounds),
            Type::ImplTrait(bounds) => self.add_bounds(&bounds.bounds),
            _ => {}
        }
    }

    fn add_arguments(&mut self, arguments: &PathArguments) {
        let PathArguments::AngleBracketed(angle) = arguments else {
            return;
        };
        for argument in &angle.args {
            match argument {
                GenericArgument::Lifetime(lifetime) => self.add(Some(lifetime)),
                GenericArgument::Type(ty) => self.add_type(ty),
                GenericArgument::AssocType(associated) => self.add_type(&associated.ty),
                _ => {}
            }
        }
    }

    fn add_bounds(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) {
        for bound in bounds {
            match bound {
                TypeParamBound::Lifetime(lifetime) => self.add(Some(lifetime)),
                TypeParamBound::Trait(bound) => {
                    for segment in &bound.path.segments {
                        self.add_arguments(&segment.arguments);
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
