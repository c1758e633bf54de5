//! The fallback: a call of its path, or its closure written in place.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, MacroDelimiter};

use super::arguments::{Sharing, Taker};
use super::call::Call;
use super::paths::local;
use super::{braced, located_at};
use crate::declare::{Closure, Fallback, FallbackKind, FallbackOn};

impl Call<'_> {
    pub(super) fn fallback_closure(&self, fallback: &Fallback, sharing: Sharing) -> TokenStream {
        let inside = match &fallback.kind {
            FallbackKind::Path(path) => {
                let path = quote!(#path);
                self.arguments.call(&path, path.span(), sharing)
            }
            FallbackKind::Closure(closure) => self.inlined(closure, fallback.on, sharing),
        };
        quote_spanned!(Span::mixed_site()=> move || { #inside })
    }

    pub(super) fn fallback_block(&self, fallback: &Fallback, sharing: Sharing) -> TokenStream {
        let edge = self.edge();
        let inside = match &fallback.kind {
            FallbackKind::Path(path) => {
                let path = quote!(#path);
                let span = path.span();
                let answer = self.runtime.item_at("answer", span);
                let call = self.arguments.call(&path, span, sharing);
                let span = Span::mixed_site().located_at(span);
                quote_spanned!(span=> #answer({ #call }).await)
            }
            FallbackKind::Closure(closure) => self.inlined(closure, fallback.on, sharing),
        };
        quote_spanned!(Span::mixed_site()=> async move { #edge #inside })
    }

    /// The closure's body, with its argument and the function's own bound before it.
    fn inlined(&self, closure: &Closure, on: FallbackOn, sharing: Sharing) -> TokenStream {
        let rebound = self
            .arguments
            .rebound(&self.runtime, Taker::Fallback, sharing);
        let Closure {
            pattern,
            ty,
            output,
            body,
            ..
        } = closure;
        let error = located_at(local("error"), ty.span());
        let ty = match ty {
            Some(ty) => quote!(#ty),
            None if on == FallbackOn::Rejected => self.runtime.item("BreakerError"),
            None => {
                let error = self.runtime.item("CallError");
                quote_spanned!(Span::mixed_site()=> #error<_>)
            }
        };
        let body = self.arguments.with_own_self(opened(body), sharing);
        let answer = if let Some(output) = output {
            let typed = self.runtime.item("typed");
            quote_spanned!(Span::mixed_site()=> #typed::<#output>(#body))
        } else {
            body
        };
        quote_spanned!(Span::mixed_site()=>
            #rebound
            #[allow(unknown_lints, clippy::no_effect_underscore_binding)]
            let #pattern: #ty = #error;
            #answer
        )
    }
}

/// The closure's body; if that is a block, one that rustc does not take for needless braces.
fn opened(body: &Expr) -> TokenStream {
    match body {
        Expr::Paren(paren) => opened(&paren.expr),
        Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => {
            let statements = &block.block.stmts;
            let constant = quote_spanned!(Span::mixed_site()=> const _: () = (););
            braced(
                block.block.brace_token.span,
                quote!(#constant #(#statements)*),
            )
        }
        _ if ends_early(body) => quote_spanned!(Span::mixed_site()=> (#body)),
        _ => quote!(#body),
    }
}

/// Whether it would be over behind its first `}` where a statement stands: `match x { … } + 1`.
fn ends_early(expr: &Expr) -> bool {
    let first = match expr {
        // A dot or a `?` goes on with what stands before it.
        Expr::Await(it) => return ends_early(&it.base),
        Expr::Field(it) => return ends_early(&it.base),
        Expr::Group(it) => return ends_early(&it.expr),
        Expr::MethodCall(it) => return ends_early(&it.receiver),
        Expr::Try(it) => return ends_early(&it.expr),
        Expr::Assign(it) => &it.left,
        Expr::Binary(it) => &it.left,
        Expr::Call(it) => &it.func,
        Expr::Cast(it) => &it.expr,
        Expr::Index(it) => &it.expr,
        Expr::Range(it) => match &it.start {
            Some(start) => start,
            None => return false,
        },
        _ => return false,
    };
    is_statement(first) || ends_early(first)
}

/// Whether it takes no semicolon to be one.
fn is_statement(expr: &Expr) -> bool {
    match expr {
        Expr::Block(_)
        | Expr::Const(_)
        | Expr::ForLoop(_)
        | Expr::If(_)
        | Expr::Loop(_)
        | Expr::Match(_)
        | Expr::TryBlock(_)
        | Expr::Unsafe(_)
        | Expr::While(_) => true,
        Expr::Macro(it) => matches!(it.mac.delimiter, MacroDelimiter::Brace(_)),
        // Not every compiler sees the group of a fragment.
        Expr::Group(it) => is_statement(&it.expr),
        _ => false,
    }
}
