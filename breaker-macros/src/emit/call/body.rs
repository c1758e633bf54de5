//! The body as a closure or as an `async` block.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ReturnType;

use super::{Call, UserBlock};
use crate::emit::arguments::{ArgumentUse, Consumer};
use crate::emit::tokens::braced;
use crate::item::returns::Shape;

impl Call<'_> {
    /// Runs a body that makes a future. This part of the function is not guarded.
    pub(crate) fn emit_make_future(&self, body: &UserBlock<'_>) -> TokenStream {
        let bound = self
            .arguments
            .bind(&self.runtime, Consumer::Body, ArgumentUse::Held);
        let call_once = self.runtime.item("call_once");
        let (ty, block) = (self.future_type(), inner_block(body));
        quote_spanned!(Span::mixed_site()=>
            #call_once::<#ty, _>(move || { #bound #block })
        )
    }

    /// Returns the type of a boxed future, so that the body is coerced to it. An opaque type is
    /// inferred.
    fn future_type(&self) -> TokenStream {
        let boxed = matches!(self.function.shape, Shape::Boxed { .. });
        match &self.function.signature.output {
            ReturnType::Type(_, ty) if boxed => quote!(#ty),
            _ => quote_spanned!(Span::mixed_site()=> _),
        }
    }

    /// Makes a closure from the body. Its outer tokens and the block around it have the spans of the
    /// user's braces, so that clippy lints the closure's last expression as that of a function.
    pub(super) fn body_closure(&self, body: &UserBlock<'_>, usage: ArgumentUse) -> TokenStream {
        let (capture, inside) = self.captured_body(body, usage);
        let span = body.braces.join();
        let block = braced(
            body.braces,
            quote_spanned!(Span::mixed_site()=> { #inside }),
        );
        quote_spanned!(span=> #capture || #block)
    }

    /// Makes an `async` block from the body, with the same spans as
    /// [`body_closure`](Self::body_closure).
    pub(super) fn body_block(&self, body: &UserBlock<'_>, usage: ArgumentUse) -> TokenStream {
        let (capture, inside) = self.captured_body(body, usage);
        let (anchor, span) = (self.type_anchor(), body.braces.join());
        let block = braced(
            body.braces,
            quote_spanned!(Span::mixed_site()=> { #anchor #inside }),
        );
        quote_spanned!(span=> async #capture #block)
    }

    fn captured_body(
        &self,
        body: &UserBlock<'_>,
        usage: ArgumentUse,
    ) -> (TokenStream, TokenStream) {
        let bound = self.arguments.bind(&self.runtime, Consumer::Body, usage);
        let block = inner_block(body);
        let inside = quote_spanned!(Span::mixed_site()=> #bound #block);
        (self.capture(usage, body.braces.join()), inside)
    }

    /// Returns `move`, unless the fallback needs a `&mut self` after the body.
    fn capture(&self, usage: ArgumentUse, span: Span) -> TokenStream {
        if self.arguments.lends_self(usage) {
            TokenStream::new()
        } else {
            quote_spanned!(span=> move)
        }
    }

    /// Emits a `return` that never runs. It determines the type of an `async` block before the first
    /// `?`.
    pub(super) fn type_anchor(&self) -> TokenStream {
        let span = Span::mixed_site().located_at(self.returned.span);
        let never = self.runtime.item_at("never", span);
        let ty = &self.returned.ty;
        quote_spanned!(span=> if false { return #never::<#ty>(); })
    }
}

/// Puts the user's statements into the user's braces, which end a block of this crate.
///
/// The edition of a block's braces decides when the temporaries of its last expression are dropped. The
/// user's braces have the user's edition, in which they may outlive the variables of the body. The outer
/// braces have the edition of this crate, in which they are dropped before the arguments. Together, the
/// order is that of the original function. The constant prevents the lint `unused_braces`.
fn inner_block(body: &UserBlock<'_>) -> TokenStream {
    let statements = body.statements;
    let constant = quote_spanned!(Span::mixed_site()=> const _: () = (););
    braced(body.braces, quote!(#constant #statements))
}
