//! How the body and the fallback get an argument.

use syn::{Path, Receiver, ReceiverKind, Type};

use crate::item::spelling::visible;

/// The code that arguments are bound for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consumer {
    Body,
    Fallback,
}

/// How the body and the fallback share the arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArgumentUse {
    /// Only one of the two runs: the arguments move into that one.
    Either,
    /// The body runs to its end, then the fallback may run.
    Both,
    /// The future that the body has made holds the arguments while the fallback runs.
    Held,
}

/// How a type passes its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum PassedBy {
    SharedReference,
    MutableReference,
    Value,
}

impl PassedBy {
    pub(super) fn of(ty: &Type) -> Self {
        match visible(ty) {
            Type::Reference(reference) if reference.mutability.is_some() => Self::MutableReference,
            Type::Reference(_) => Self::SharedReference,
            _ => Self::Value,
        }
    }

    pub(super) fn of_receiver(receiver: &Receiver) -> Self {
        match &receiver.kind {
            ReceiverKind::Reference(_, _, Some(_)) => Self::MutableReference,
            ReceiverKind::Reference(_, _, None) => Self::SharedReference,
            ReceiverKind::Typed(_, ty) => Self::of(ty),
            _ => Self::Value,
        }
    }
}

/// The primitive types, which have no destructor.
const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32",
    "u64", "u128", "usize",
];

/// Returns whether a value of the type may have a destructor.
pub(super) fn may_have_destructor(ty: &Type) -> bool {
    match visible(ty) {
        Type::Reference(_) => false,
        Type::Array(array) => may_have_destructor(&array.elem),
        Type::Path(path) => !is_primitive(&path.path),
        _ => true,
    }
}

fn is_primitive(path: &Path) -> bool {
    let name = path.get_ident();
    name.is_some_and(|name| PRIMITIVES.iter().any(|it| name == it))
}
