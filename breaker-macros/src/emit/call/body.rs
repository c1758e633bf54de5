//! The body as something that can be run: a closure or an `async` block.

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ReturnType;

use super::arguments::{Sharing, Taker};
use super::braced;
use super::call::Call;
use crate::item::returns::Shape;

/// User code that becomes a closure or a block.
pub(super) struct Body<'a> {
    pub(super) braces: DelimSpan,
    pub(super) statements: &'a TokenStream,
}

impl Call<'_> {
    /// Runs a body that makes a future, which is not guarded yet.
    pub(super) fn eager_body(&self, body: &Body<'_>) -> TokenStream {
        let rebound = self
            .arguments
            .rebound(&self.runtime, Taker::Body, Sharing::Held);
        let call_once = self.runtime.item("call_once");
        let (ty, block) = (self.eager_type(), own_block(body));
        quote_spanned!(Span::mixed_site()=>
            #call_once::<#ty, _>(move || { #rebound #block })
        )
    }

    /// The boxed future's own type, so that the body is coerced to it; an opaque one is inferred.
    fn eager_type(&self) -> TokenStream {
        let boxed = matches!(self.function.shape, Shape::Boxed { .. });
        match &self.function.signature.output {
            ReturnType::Type(_, ty) if boxed => quote!(#ty),
            _ => quote_spanned!(Span::mixed_site()=> _),
        }
    }

    /// The body as a closure. Its outer tokens are where the user's braces are, and so is the block
    /// around ours: what clippy says of a function's last expression it says of this closure's too.
    pub(super) fn closure(&self, body: &Body<'_>, sharing: Sharing) -> TokenStream {
        let (capture, inside) = self.inside(body, sharing);
        let span = body.braces.join();
        let block = braced(
            body.braces,
            quote_spanned!(Span::mixed_site()=> { #inside }),
        );
        quote_spanned!(span=> #capture || #block)
    }

    /// The body as an `async` block, likewise.
    pub(super) fn block(&self, body: &Body<'_>, sharing: Sharing) -> TokenStream {
        let (capture, inside) = self.inside(body, sharing);
        let (edge, span) = (self.edge(), body.braces.join());
        let block = braced(
            body.braces,
            quote_spanned!(Span::mixed_site()=> { #edge #inside }),
        );
        quote_spanned!(span=> async #capture #block)
    }

    fn inside(&self, body: &Body<'_>, sharing: Sharing) -> (TokenStream, TokenStream) {
        let rebound = self.arguments.rebound(&self.runtime, Taker::Body, sharing);
        let block = own_block(body);
        let inside = quote_spanned!(Span::mixed_site()=> #rebound #block);
        (self.capture(sharing, body.braces.join()), inside)
    }

    /// `move`, unless the fallback needs a `&mut self` after the body.
    fn capture(&self, sharing: Sharing, span: Span) -> TokenStream {
        if self.arguments.lends_self(sharing) {
            TokenStream::new()
        } else {
            quote_spanned!(span=> move)
        }
    }

    /// A `return` that never runs: it gives the block its type before the body's first `?`.
    pub(super) fn edge(&self) -> TokenStream {
        let span = Span::mixed_site().located_at(self.returned.span);
        let never = self.runtime.item_at("never", span);
        let ty = &self.returned.ty;
        quote_spanned!(span=> if false { return #never::<#ty>(); })
    }
}

/// The user's statements in the user's own braces, at the end of a block of ours.
///
/// The braces decide by their edition how long the temporaries of the last expression live: in the
/// user's until after the body's own variables, in ours until before the arguments that were bound
/// again; together that is what they do in a function. The constant keeps `unused_braces` away.
fn own_block(body: &Body<'_>) -> TokenStream {
    let statements = body.statements;
    let constant = quote_spanned!(Span::mixed_site()=> const _: () = (););
    braced(body.braces, quote!(#constant #statements))
}
