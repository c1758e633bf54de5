//! How the body and the fallback get an argument.

use syn::{Receiver, ReceiverKind, Type};

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
