//! How a signature spells a stream, and what the spelling says about the items.

use syn::Type;

use super::spelling::{
    Output, associated, bound, only_argument, pinned_object, type_arguments, visible,
};

/// A stream that a function returns.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct ReturnedStream {
    /// The item of the stream; for an alias, the alias.
    pub(crate) item: Output,
    pub(crate) form: StreamForm,
}

/// The form in which a function returns a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum StreamForm {
    /// `impl Stream<Item = …>`
    Opaque,
    /// `Pin<Box<dyn Stream<Item = …>>>`
    Boxed,
    /// `BoxStream<…>`, whose parameter may be only a part of the item.
    Alias,
}

impl ReturnedStream {
    /// Recognises a stream that can be replaced by one around it.
    pub(super) fn of(ty: &Type) -> Option<Self> {
        let (item, form) = match visible(ty) {
            Type::ImplTrait(stream) => (
                associated(&stream.bounds, "Stream", "Item")?,
                StreamForm::Opaque,
            ),
            Type::Path(path) => {
                let last = path.path.segments.last()?;
                if last.ident == "BoxStream" || last.ident == "LocalBoxStream" {
                    let spelled = type_arguments(last).last()?.clone();
                    let item = Output {
                        ty: ty.clone(),
                        spelled: Some(spelled),
                    };
                    let form = StreamForm::Alias;
                    return Some(Self { item, form });
                }
                let object = pinned_object(last)?;
                (
                    associated(&object.bounds, "Stream", "Item")?,
                    StreamForm::Boxed,
                )
            }
            _ => return None,
        };
        let item = Output::spelled(item);
        Some(Self { item, form })
    }
}

/// Recognises every spelling of a stream, also those that cannot be guarded.
pub(crate) fn is_stream(ty: &Type) -> bool {
    match visible(ty) {
        Type::ImplTrait(stream) => bound(&stream.bounds, "Stream").is_some(),
        Type::TraitObject(stream) => bound(&stream.bounds, "Stream").is_some(),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let inside = only_argument(last, "Pin").or_else(|| only_argument(last, "Box"));
            last.ident == "BoxStream"
                || last.ident == "LocalBoxStream"
                || inside.is_some_and(is_stream)
        }),
        _ => false,
    }
}
