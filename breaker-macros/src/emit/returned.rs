//! The type of the value that is classified, as far as it can be named inside the function.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, Path, PathArguments, Token, Type, TypeInfer, TypeParamBound};

use super::paths::Runtime;
use super::tokens::last_span;
use crate::item::function::Function;
use crate::item::returns::Shape;
use crate::item::spelling::visible;
use crate::item::stream::StreamForm;

pub(super) struct Returned {
    /// The type, with `_` in place of `impl Trait`, which a body cannot contain.
    pub(super) ty: TokenStream,
    /// Whether the whole type is opaque.
    pub(super) is_opaque: bool,
    /// Whether the type is written: a function without an arrow returns `()`.
    pub(super) is_written: bool,
    /// The span of the first token of the type or, for a function without an arrow, of its name.
    pub(super) span: Span,
    /// The span of the last token.
    pub(super) end: Span,
}

impl Returned {
    pub(super) fn new(function: &Function, runtime: &Runtime) -> Self {
        match function.returned() {
            None => Self {
                ty: quote!(()),
                is_opaque: false,
                is_written: false,
                span: function.signature.ident.span(),
                end: function.signature.ident.span(),
            },
            Some(ty) => {
                let span = ty.span();
                let end = last_span(ty.to_token_stream()).unwrap_or(span);
                let mut ty = ty.clone();
                infer_opaque(&mut ty);
                let is_opaque = matches!(visible(&ty), Type::Infer(_));
                let ty = match &function.shape {
                    Shape::Stream(stream) if stream.form == StreamForm::Alias => {
                        let stream = runtime.item_at("Stream", span);
                        quote_spanned!(span=> <#ty as #stream>::Item)
                    }
                    _ => ty.into_token_stream(),
                };
                Self {
                    ty,
                    is_opaque,
                    is_written: true,
                    span,
                    end,
                }
            }
        }
    }
}

/// Replaces every `impl …` by `_`. syn's visitor would add seconds to the build of each user.
pub(super) fn infer_opaque(ty: &mut Type) {
    match ty {
        Type::ImplTrait(opaque) => {
            *ty = Type::Infer(TypeInfer {
                attrs: Vec::new(),
                underscore_token: Token![_](opaque.span()),
            });
        }
        Type::Array(array) => infer_opaque(&mut array.elem),
        Type::Group(group) => infer_opaque(&mut group.elem),
        Type::Paren(paren) => infer_opaque(&mut paren.elem),
        Type::Reference(reference) => infer_opaque(&mut reference.elem),
        Type::Slice(slice) => infer_opaque(&mut slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(infer_opaque),
        Type::Path(path) => {
            if let Some(qself) = &mut path.qself {
                infer_opaque(&mut qself.ty);
            }
            infer_in_path(&mut path.path);
        }
        Type::TraitObject(object) => {
            for bound in &mut object.bounds {
                if let TypeParamBound::Trait(bound) = bound {
                    infer_in_path(&mut bound.path);
                }
            }
        }
        _ => {}
    }
}

fn infer_in_path(path: &mut Path) {
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(angle) = &mut segment.arguments {
            for argument in &mut angle.args {
                match argument {
                    GenericArgument::Type(ty) => infer_opaque(ty),
                    GenericArgument::AssocType(binding) => infer_opaque(&mut binding.ty),
                    _ => {}
                }
            }
        }
    }
}
