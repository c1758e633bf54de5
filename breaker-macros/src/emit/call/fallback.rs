//! The fallback: a call of its path, or the body of its closure.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprPath, MacroDelimiter};

use super::{Call, Flow};
use crate::args::callable::{Closure, FallbackKind, FallbackOn};
use crate::declare::Fallback;
use crate::emit::arguments::{ArgumentUse, Consumer};
use crate::emit::paths::local;
use crate::emit::tokens::{braced, located_at};

impl Call<'_> {
    /// Runs the fallback. Its error is in the variable `error`.
    pub(super) fn emit_fallback(
        &self,
        flow: Flow,
        fallback: &Fallback,
        usage: ArgumentUse,
    ) -> TokenStream {
        let work = match flow {
            Flow::Sync => self.fallback_closure(fallback, usage),
            Flow::Async => self.fallback_block(fallback, usage),
        };
        let code = match &fallback.kind {
            FallbackKind::Path(_) => TokenStream::new(),
            FallbackKind::Closure(closure) => closure.body.to_token_stream(),
        };
        self.emit_work(flow, &work, &code)
    }

    fn fallback_closure(&self, fallback: &Fallback, usage: ArgumentUse) -> TokenStream {
        let inside = match &fallback.kind {
            FallbackKind::Path(path) => {
                self.arguments
                    .call(&self.callee(path), place_of(path), usage)
            }
            FallbackKind::Closure(closure) => self.inlined(closure, fallback.on, usage),
        };
        quote_spanned!(Span::mixed_site()=> move || { #inside })
    }

    fn fallback_block(&self, fallback: &Fallback, usage: ArgumentUse) -> TokenStream {
        let anchor = self.type_anchor();
        let inside = match &fallback.kind {
            FallbackKind::Path(path) => {
                let span = place_of(path);
                let answer = self.runtime.item_at("answer", span);
                let call = self.arguments.call(&self.callee(path), span, usage);
                let span = Span::mixed_site().located_at(span);
                quote_spanned!(span=> #answer({ #call }).await)
            }
            FallbackKind::Closure(closure) => self.inlined(closure, fallback.on, usage),
        };
        quote_spanned!(Span::mixed_site()=> async move { #anchor #inside })
    }

    /// Returns the path of a fallback. In a method, a mere name is in parentheses.
    ///
    /// If only a method has this name, rustc then shows the method. Without the parentheses, rustc would
    /// suggest calls of the method with these arguments, none of which is a fallback.
    fn callee(&self, path: &ExprPath) -> TokenStream {
        let is_method = self.function.signature.receiver().is_some();
        if !is_method || path.path.get_ident().is_none() {
            return quote!(#path);
        }
        let mut group = Group::new(Delimiter::Parenthesis, quote!(#path));
        group.set_span(Span::mixed_site().located_at(path.span()));
        group.into_token_stream()
    }

    /// Emits the closure's body after bindings for its argument and the function's arguments.
    fn inlined(&self, closure: &Closure, on: FallbackOn, usage: ArgumentUse) -> TokenStream {
        let bound = self.arguments.bind(Consumer::Fallback, usage);
        let Closure {
            pattern,
            ty,
            output,
            body,
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
        let body = self.arguments.with_copied_self(unwrap_block(body), usage);
        let answer = if let Some(output) = output {
            let typed = self.runtime.item("typed");
            quote_spanned!(Span::mixed_site()=> #typed::<#output>(#body))
        } else {
            body
        };
        quote_spanned!(Span::mixed_site()=>
            #bound
            #[allow(unknown_lints, clippy::no_effect_underscore_binding)]
            let #pattern: #ty = #error;
            #answer
        )
    }
}

/// Returns where errors of a fallback's call are reported: at the name of the function, because rustc cannot underline
/// more than one token of a path in an expansion.
fn place_of(path: &ExprPath) -> Span {
    let last = path.path.segments.last();
    last.map_or_else(|| path.span(), |last| last.ident.span())
}

/// Returns the body of a closure. A block gets a constant, so that rustc does not report its braces as
/// unused.
fn unwrap_block(body: &Expr) -> TokenStream {
    match body {
        Expr::Paren(paren) => unwrap_block(&paren.expr),
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

/// Returns whether rustc would end the expression after its first `}` if it were a statement, as in
/// `match x { … } + 1`.
fn ends_early(expr: &Expr) -> bool {
    let first = match expr {
        // A dot or a `?` continues the expression.
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

/// Returns whether the expression is a statement without a semicolon.
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
        // Not every compiler keeps the invisible group of a fragment.
        Expr::Group(it) => is_statement(&it.expr),
        _ => false,
    }
}
