//! The whole of a guarded call: asks for a permit, then runs the body or returns the rejection.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::{Call, Flow, UserBlock};
use crate::args::callable::{FallbackKind, FallbackOn};
use crate::declare::Fallback;
use crate::emit::arguments::ArgumentUse;
use crate::emit::paths::{Runtime, item, local};
use crate::emit::site::emit_site;
use crate::item::control::may_await;

impl Call<'_> {
    /// Emits a function whose body runs under the guard.
    pub(crate) fn emit_guarded_body(&self, flow: Flow, body: &UserBlock<'_>) -> TokenStream {
        let usage = self.argument_use();
        let copies = self.arguments.copies(&self.runtime, usage);
        let work = match flow {
            Flow::Sync => self.body_closure(body, usage),
            Flow::Async => self.body_block(body, usage),
        };
        let call = self.emit_call(flow, &work, usage);
        quote!(#copies #call)
    }

    /// Emits the guarded part of a function that makes its future before the guard.
    pub(crate) fn emit_guarded_future(&self, future: &Ident) -> TokenStream {
        self.emit_call(Flow::Async, &quote!(#future), ArgumentUse::Held)
    }

    /// Clones the arguments for the fallback of a function that makes its future before the guard.
    pub(crate) fn copies_before_future(&self) -> TokenStream {
        match self.declaration.fallback {
            Some(_) => self.arguments.copies(&self.runtime, ArgumentUse::Held),
            None => TokenStream::new(),
        }
    }

    /// Keeps the text of the key in a function that makes its future before the guard. The values that
    /// the key is made from may be gone by the first poll, and need not live until then.
    pub(crate) fn emit_kept_key(&self) -> Option<TokenStream> {
        let key = self.declaration.key.as_ref()?;
        let (kept, keep) = (local("key"), self.runtime.item("kept_key"));
        let text = key_text(key, &self.runtime);
        Some(quote_spanned!(Span::mixed_site()=>
            #[allow(unknown_lints, clippy::used_underscore_binding)]
            let #kept = #keep(&#text);
        ))
    }

    /// Emits the call site and the call, followed by the fallback.
    fn emit_call(&self, flow: Flow, work: &TokenStream, usage: ArgumentUse) -> TokenStream {
        let guarded = self.emit_enter(flow, work, usage);
        let Some(fallback) = &self.declaration.fallback else {
            return guarded;
        };
        let (entered, guard, error) = (local("entered"), local("guard"), local("error"));
        let (answer, outcome) = (local("answer"), local("outcome"));
        let flow = fallback_flow(flow, fallback);
        let mutable = mutable(flow == Flow::Async);
        let begin = match &fallback.kind {
            FallbackKind::Closure(_) => quote_spanned!(Span::mixed_site()=>
                #[allow(unused_variables)]
                let (#mutable #guard, #error) = #entered;
            ),
            // A path does not get the error, which the future would hold while it waits.
            FallbackKind::Path(_) => {
                let without_error = self.runtime.item("without_error");
                quote_spanned!(Span::mixed_site()=>
                    let #mutable #guard = #without_error(#entered);
                )
            }
        };
        let run_fallback = self.emit_fallback(flow, fallback, usage);
        let classified = self.emit_classify(&answer);
        let fallback_guard = self.runtime.item("FallbackGuard");
        let answer_type = self.emit_answer_type();
        quote_spanned!(Span::mixed_site()=>
            #answer_type
            let #entered = #guarded;
            #begin
            #run_fallback
            let #outcome = #classified;
            #fallback_guard::settle(#guard, #outcome);
            #answer
        )
    }

    /// Asks for a permit, and runs the work if there is one. The result is what the function returns or,
    /// with a fallback, the guard of the fallback and its error.
    fn emit_enter(&self, flow: Flow, work: &TokenStream, usage: ArgumentUse) -> TokenStream {
        let (guard, rejected) = (local("guard"), local("rejected"));
        let (request, run) = (self.permit_request(usage), self.emit_run(flow, work));
        let mutable = mutable((flow == Flow::Async) != self.settles_at_once());
        let (rejection, permitted) = (self.emit_rejection(&rejected), local("permitted"));
        let site = emit_site(self.declaration, self.function, &self.runtime);
        let signatures = self.signatures.map(|signatures| &signatures.item);
        // Clippy looks at the attributes of a function only if it does not begin with an item.
        let items = quote!(#site #signatures);
        // A separate statement drops the temporaries of the expressions of `registry` and `key`, such as
        // a lock guard, before the body runs.
        let entered = quote_spanned!(Span::mixed_site()=>
            #[allow(unknown_lints, clippy::used_underscore_binding)]
            let #permitted = #request;
        );
        if self.fallback_on().is_none() {
            // A separate block: otherwise the future would hold the matched value while one of the arms
            // waits.
            return quote_spanned!(Span::mixed_site()=>
                let #mutable #guard = {
                    #entered
                    match #permitted {
                        ::core::result::Result::Ok(#guard) => #guard,
                        ::core::result::Result::Err(#rejected) => return #rejection,
                    }
                };
                #items
                #run
            );
        }
        let lent = self.arguments.lent(usage);
        quote_spanned!(Span::mixed_site()=> {
            #items
            #entered
            #lent
            match #permitted {
                ::core::result::Result::Ok(#mutable #guard) => { #run }
                ::core::result::Result::Err(#rejected) => #rejection,
            }
        })
    }

    pub(super) fn permit_request(&self, usage: ArgumentUse) -> TokenStream {
        let (ty, site) = (self.runtime.item("Site"), item("SITE"));
        let registry = &self.declaration.registry;
        let key = self.declaration.key.as_ref().map(|key| match usage {
            ArgumentUse::Held => local("key").into_token_stream(),
            ArgumentUse::Either | ArgumentUse::Both => key_text(key, &self.runtime),
        });
        // Not as method calls: a trait of the user may have a method of the same name.
        match (registry, key) {
            (None, None) => quote_spanned!(Span::mixed_site()=> #ty::enter(&#site)),
            (Some(registry), None) => {
                quote_spanned!(Span::mixed_site()=> #ty::enter_in(&#site, #registry))
            }
            (None, Some(key)) => {
                quote_spanned!(Span::mixed_site()=> #ty::enter_keyed(&#site, &#key))
            }
            (Some(registry), Some(key)) => {
                quote_spanned!(Span::mixed_site()=> #ty::enter_keyed_in(&#site, #registry, &#key))
            }
        }
    }
}

/// Returns how the fallback runs. A future would own the error of the call while it is awaited, so it would be `Send`
/// only if the error is. A closure that awaits nothing therefore runs as a closure.
fn fallback_flow(flow: Flow, fallback: &Fallback) -> Flow {
    match (fallback.on, &fallback.kind) {
        (FallbackOn::Error | FallbackOn::Any, FallbackKind::Closure(closure))
            if !may_await(closure.body.to_token_stream()) =>
        {
            Flow::Sync
        }
        _ => flow,
    }
}

/// Converts a key to text. The parentheses are needed because `&` binds more tightly than most
/// operators.
fn key_text(key: &Expr, rt: &Runtime) -> TokenStream {
    let span = Span::mixed_site().located_at(key.span());
    let key_of = rt.item_at("KeyText", span);
    quote_spanned!(span=> #key_of::new(&(#key)).__circuit_breaker_key())
}

/// Returns `mut` for a guard that is polled or settled in place.
fn mutable(mutable: bool) -> Option<TokenStream> {
    mutable.then(|| quote_spanned!(Span::mixed_site()=> mut))
}
