//! The body as a closure or as an `async` block.

use proc_macro2::{Delimiter, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Token;

use super::{Call, UserBlock};
use crate::emit::arguments::{ArgumentUse, Consumer};
use crate::emit::paths::local;
use crate::emit::returned::Returned;
use crate::emit::tokens::{braced, call_instead, delimited};
use crate::item::assignments::{assigns_to_self, may_lend};
use crate::item::returns::Shape;
use crate::item::tail::Tail;

impl Call<'_> {
    /// Runs a body that makes a future. The user has written the type of the future, or rustc infers it. This part of
    /// the function is not guarded.
    pub(crate) fn emit_make_future(
        &self,
        body: &UserBlock<'_>,
        ty: Option<&TokenStream>,
    ) -> TokenStream {
        let inferred = quote_spanned!(Span::mixed_site()=> _);
        let call_once = self.call_once(ty.unwrap_or(&inferred));
        let closure = self.closure(body, ArgumentUse::Held, &call_once, ty);
        quote_spanned!(Span::mixed_site()=> #call_once(#closure))
    }

    /// Declares the output of a boxed future, and requires it at the end of the body. There rustc reports a
    /// future with another output. The body may shadow the names in the type.
    pub(crate) fn emit_tail(&self, tail: &Tail) -> (TokenStream, TokenStream) {
        let (output, answer_type) = (local("output"), self.runtime.item("AnswerType"));
        let ty = &self.returned.ty;
        let declared =
            quote_spanned!(Span::mixed_site()=> let #output = #answer_type::<#ty>::new(););
        let (before, path, arguments) = (&tail.before, &tail.constructor.path, &tail.arguments);
        let is_output_of = quote_spanned!(Span::mixed_site()=> #answer_type::is_output_of);
        let future = quote_spanned!(Span::mixed_site()=> &#output, #path #arguments);
        let checked = call_instead(&tail.constructor, &is_output_of, future);
        (declared, quote!(#before #checked))
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
        let Returned { ty, is_written, .. } = self.returned;
        self.closure(body, usage, &self.call_body(), is_written.then_some(ty))
    }

    /// Makes a closure that `call` calls. The closure repeats the return type that the user has written, so
    /// that rustc explains errors of the body by it. The tokens before the type have the spans of the
    /// signature, which rustc shows as the beginning of the closure.
    fn closure(
        &self,
        body: &UserBlock<'_>,
        usage: ArgumentUse,
        call: &TokenStream,
        ty: Option<&TokenStream>,
    ) -> TokenStream {
        let arrow = ty.map(|ty| quote_spanned!(Span::mixed_site()=> -> #ty));
        let signature = &self.function.signature;
        let begin = signature.fn_token.span;
        let [open, close] = [begin, signature.paren_token.span.close()].map(Token![|]);
        let closure = |capture, inside| {
            let block = outer_block(body, &inside);
            quote!(#capture #open #close #arrow #block)
        };
        // Without `move`, rustc suggests the same clones as in a function. The closure owns the arguments
        // nevertheless, because it binds them again. It cannot bind `self` again.
        let capture = if self.arguments.have_self() {
            self.capture(usage, begin)
        } else {
            TokenStream::new()
        };
        let (whole, bound) = (
            self.arguments.whole(&self.runtime),
            self.arguments.bind(Consumer::Body, usage),
        );
        let block = inner_block(body);
        if self.borrowed_self(body).is_none() {
            return closure(capture, quote!(#whole #bound #block));
        }
        let inner = closure(TokenStream::new(), quote!(#bound #block));
        let inside = quote_spanned!(Span::mixed_site()=> #whole #call(#inner));
        closure(capture, inside)
    }

    /// Makes an `async` block from the body.
    pub(super) fn body_block(&self, body: &UserBlock<'_>, usage: ArgumentUse) -> TokenStream {
        // An editor shows the documentation of a keyword wherever its span is, so neither keyword spans the body. rustc
        // joins both spans.
        let [begin, end] = [body.braces.open(), body.braces.close()];
        let block = |capture, inside| {
            let block = outer_block(body, &inside);
            quote_spanned!(begin=> async #capture #block)
        };
        let capture = self.capture(usage, end);
        let (whole, bound) = (
            self.arguments.whole(&self.runtime),
            self.arguments.bind(Consumer::Body, usage),
        );
        let (anchor, mut statements) = (self.type_anchor(), inner_block(body));
        if let (Shape::Async, Some(signatures)) = (&self.function.shape, self.signatures) {
            let path = &signatures.path;
            statements = quote_spanned!(Span::mixed_site()=> #path(#statements));
        }
        let Some(this) = self.borrowed_self(body) else {
            return block(capture, quote!(#anchor #whole #bound #statements));
        };
        let whole_mut = self.runtime.item("whole_mut");
        let borrow = quote_spanned!(Span::mixed_site()=> #whole_mut(&mut #this););
        let inner = block(
            TokenStream::new(),
            quote!(#anchor #borrow #bound #statements),
        );
        let inside = quote_spanned!(Span::mixed_site()=> #whole #inner.await);
        block(capture, inside)
    }

    /// Returns `self` if the body has to borrow it from a closure or block around it that owns it.
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
    fn capture(&self, usage: ArgumentUse, span: Span) -> TokenStream {
        if self.arguments.lends_self(usage) {
            TokenStream::new()
        } else {
            quote_spanned!(span=> move)
        }
    }

    /// Emits a `return` that never runs. It determines the type of an `async` block before the first
    /// `?`.
    ///
    /// rustc shows the operand of this `return` where it explains the type of the block. The operand begins
    /// and ends with tokens that have the spans of the written type, so that rustc shows the type and does
    /// not blame the attribute.
    pub(super) fn type_anchor(&self) -> TokenStream {
        let Returned { ty, span, end, .. } = self.returned;
        let never = self.runtime.item("never");
        let callee = quote_spanned!(Span::mixed_site()=> #never::<#ty>);
        let callee = delimited(Delimiter::Brace, *span, callee);
        let call = delimited(Delimiter::Parenthesis, *end, TokenStream::new());
        quote_spanned!(Span::mixed_site()=> if false { return #callee #call; })
    }
}

/// Puts the inside into a block with the spans of the user's braces, so that clippy lints the last expression as
/// that of a function.
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
