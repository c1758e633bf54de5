//! The body as a closure or as an `async` block.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ReturnType, Token};

use super::{Call, UserBlock};
use crate::emit::arguments::{ArgumentUse, Consumer};
use crate::emit::tokens::braced;
use crate::item::assignments::{assigns_to_self, may_lend};
use crate::item::returns::{BoxedFuture, Shape};

impl Call<'_> {
    /// Runs a body that makes a future. This part of the function is not guarded.
    pub(crate) fn emit_make_future(
        &self,
        body: &UserBlock<'_>,
        boxed: Option<&BoxedFuture>,
    ) -> TokenStream {
        let call = match (boxed, &self.function.signature.output) {
            (Some(BoxedFuture { tail: Some(_), .. }), _) => {
                let (make_boxed, output) = (self.runtime.item("make_boxed"), &self.returned.ty);
                quote_spanned!(Span::mixed_site()=> #make_boxed::<#output, _, _>)
            }
            // The body is coerced to the type.
            (Some(BoxedFuture { tail: None, .. }), ReturnType::Type(_, ty)) => {
                self.call_once(&quote!(#ty))
            }
            _ => self.call_once(&quote_spanned!(Span::mixed_site()=> _)),
        };
        let inside = self.inside_closure(body, ArgumentUse::Held, &call);
        quote_spanned!(Span::mixed_site()=> #call(move || { #inside }))
    }

    /// Returns the function of the runtime that calls a closure and returns its value.
    pub(super) fn call_once(&self, ty: &TokenStream) -> TokenStream {
        let call_once = self.runtime.item("call_once");
        quote_spanned!(Span::mixed_site()=> #call_once::<#ty, _>)
    }

    /// Returns the function that calls the body of a synchronous function.
    pub(super) fn call_body(&self) -> TokenStream {
        match self.signatures {
            Some(signatures) => signatures.path.clone(),
            None => self.call_once(&self.returned.ty),
        }
    }

    /// Makes a closure from the body.
    pub(super) fn body_closure(&self, body: &UserBlock<'_>, usage: ArgumentUse) -> TokenStream {
        let inside = self.inside_closure(body, usage, &self.call_body());
        closure(&self.capture(usage, body), body, &inside)
    }

    /// Binds the arguments and runs the body, for a closure that `call` calls.
    fn inside_closure(
        &self,
        body: &UserBlock<'_>,
        usage: ArgumentUse,
        call: &TokenStream,
    ) -> TokenStream {
        let (whole, bound) = (
            self.arguments.whole_self(&self.runtime),
            self.arguments.bind(Consumer::Body, usage),
        );
        let block = inner_block(body);
        let inside = quote!(#bound #block);
        if self.borrowed_self(body).is_none() {
            return quote!(#whole #inside);
        }
        let inner = closure(&TokenStream::new(), body, &inside);
        quote_spanned!(Span::mixed_site()=> #whole #call(#inner))
    }

    /// Makes an `async` block from the body.
    pub(super) fn body_block(&self, body: &UserBlock<'_>, usage: ArgumentUse) -> TokenStream {
        let (whole, bound) = (
            self.arguments.whole_self(&self.runtime),
            self.arguments.bind(Consumer::Body, usage),
        );
        let (anchor, mut block) = (self.type_anchor(), inner_block(body));
        if let (Shape::Async, Some(signatures)) = (&self.function.shape, self.signatures) {
            let path = &signatures.path;
            block = quote_spanned!(Span::mixed_site()=> #path(#block));
        }
        let capture = self.capture(usage, body);
        let Some(this) = self.borrowed_self(body) else {
            return async_block(&capture, body, &quote!(#anchor #whole #bound #block));
        };
        let whole_mut = self.runtime.item("whole_mut");
        let borrow = quote_spanned!(Span::mixed_site()=> #whole_mut(&mut #this););
        let inner = async_block(
            &TokenStream::new(),
            body,
            &quote!(#anchor #borrow #bound #block),
        );
        let inside = quote_spanned!(Span::mixed_site()=> #whole #inner.await);
        async_block(&capture, body, &inside)
    }

    /// Returns `self` if the body is to borrow it from a closure or block around it that owns it.
    ///
    /// When rustc looks for assignments that nothing reads, it does not count the drop of a variable that
    /// a closure owns. It would report `self.open = false` in a `commit(mut self)`, although `Drop` reads
    /// the field. It says nothing about a variable that is borrowed. A value that the function returns could
    /// not borrow from what the borrowed `self` holds.
    fn borrowed_self(&self, body: &UserBlock<'_>) -> Option<Token![self]> {
        let this = self.arguments.mutable_self()?;
        let written_by_user = matches!(self.function.shape, Shape::Block(_));
        let borrowed = !written_by_user
            && !may_lend(&self.function.signature)
            && assigns_to_self(body.statements.clone());
        borrowed.then_some(this)
    }

    /// Returns `move`, unless the fallback needs a `&mut self` after the body.
    fn capture(&self, usage: ArgumentUse, body: &UserBlock<'_>) -> TokenStream {
        if self.arguments.lends_self(usage) {
            TokenStream::new()
        } else {
            quote_spanned!(body.braces.join()=> move)
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

/// Makes a closure. Its outer tokens and the block around the inside have the spans of the user's braces, so
/// that clippy lints the closure's last expression as that of a function.
fn closure(capture: &TokenStream, body: &UserBlock<'_>, inside: &TokenStream) -> TokenStream {
    let block = outer_block(body, inside);
    quote_spanned!(body.braces.join()=> #capture || #block)
}

/// Makes an `async` block with the same spans as [`closure`].
fn async_block(capture: &TokenStream, body: &UserBlock<'_>, inside: &TokenStream) -> TokenStream {
    let block = outer_block(body, inside);
    quote_spanned!(body.braces.join()=> async #capture #block)
}

fn outer_block(body: &UserBlock<'_>, inside: &TokenStream) -> TokenStream {
    braced(
        body.braces,
        quote_spanned!(Span::mixed_site()=> { #inside }),
    )
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
