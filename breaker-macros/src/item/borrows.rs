//! Which `&mut` arguments the returned value borrows from.

use syn::punctuated::Punctuated;
use syn::{
    FnArg, GenericArgument, Lifetime, PathArguments, ReceiverKind, Signature, Token, Type,
    TypeParamBound,
};

use super::returns::visible;

/// An argument that is a `&mut` reference.
pub(crate) struct Mutable<'a> {
    pub(crate) argument: &'a FnArg,
    lifetime: Option<&'a Lifetime>,
}

pub(crate) fn mutable_arguments(signature: &Signature) -> impl Iterator<Item = Mutable<'_>> {
    signature.inputs.iter().filter_map(|argument| {
        let ty = match argument {
            FnArg::Receiver(receiver) => match &receiver.kind {
                ReceiverKind::Reference(_, lifetime, Some(_)) => {
                    let lifetime = lifetime.as_ref();
                    return Some(Mutable { argument, lifetime });
                }
                ReceiverKind::Typed(_, ty) => ty,
                _ => return None,
            },
            FnArg::Typed(typed) => &typed.ty,
        };
        match visible(ty) {
            Type::Reference(reference) if reference.mutability.is_some() => Some(Mutable {
                argument,
                lifetime: reference.lifetime.as_ref(),
            }),
            _ => None,
        }
    })
}

/// The `&mut` arguments whose lifetime is in the returned type, by its name or by elision.
pub(crate) fn returned_mutable<'a>(signature: &'a Signature, returned: &Type) -> Vec<Mutable<'a>> {
    let mut output = Lifetimes::default();
    output.of(returned);
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

/// Where an elided lifetime of the return type comes from.
#[derive(Clone, Copy)]
enum Elision {
    Receiver,
    /// There is but one lifetime among the arguments.
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
                    all.of(ty);
                    if all.elided + all.named.len() > 0 {
                        return Elision::Receiver;
                    }
                }
                _ => {}
            },
            FnArg::Typed(typed) => all.of(&typed.ty),
        }
    }
    match all.elided + all.named.len() {
        1 => Elision::Only,
        _ => Elision::None,
    }
}

/// The lifetimes that stand in a type.
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

    /// Those of function pointers and of `Fn(…)` are their own.
    fn of(&mut self, ty: &Type) {
        match ty {
            Type::Reference(reference) => {
                self.add(reference.lifetime.as_ref());
                self.of(&reference.elem);
            }
            Type::Path(path) => {
                if let Some(qself) = &path.qself {
                    self.of(&qself.ty);
                }
                for segment in &path.path.segments {
                    self.of_arguments(&segment.arguments);
                }
            }
            Type::Tuple(tuple) => tuple.elems.iter().for_each(|ty| self.of(ty)),
            Type::Array(array) => self.of(&array.elem),
            Type::Slice(slice) => self.of(&slice.elem),
            Type::Ptr(pointer) => self.of(&pointer.elem),
            Type::Group(group) => self.of(&group.elem),
            Type::Paren(paren) => self.of(&paren.elem),
            Type::TraitObject(object) => self.of_bounds(&object.bounds),
            Type::ImplTrait(bounds) => self.of_bounds(&bounds.bounds),
            _ => {}
        }
    }

    fn of_arguments(&mut self, arguments: &PathArguments) {
        let PathArguments::AngleBracketed(angle) = arguments else {
            return;
        };
        for argument in &angle.args {
            match argument {
                GenericArgument::Lifetime(lifetime) => self.add(Some(lifetime)),
                GenericArgument::Type(ty) => self.of(ty),
                GenericArgument::AssocType(associated) => self.of(&associated.ty),
                _ => {}
            }
        }
    }

    fn of_bounds(&mut self, bounds: &Punctuated<TypeParamBound, Token![+]>) {
        for bound in bounds {
            match bound {
                TypeParamBound::Lifetime(lifetime) => self.add(Some(lifetime)),
                TypeParamBound::Trait(bound) => {
                    for segment in &bound.path.segments {
                        self.of_arguments(&segment.arguments);
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
