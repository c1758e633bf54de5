//! One guarded call: enter, run the body, judge, record. Sync and async differ only in who waits.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::arguments::{Arguments, Sharing};
use super::body::Body;
use super::paths::{Runtime, item, local};
use super::returned::Returned;
use super::site::site;
use crate::declare::{Declaration, Fallback, FallbackOn};
use crate::item::Function;

pub(super) struct Call<'a> {
    pub(super) declaration: &'a Declaration,
    pub(super) function: &'a Function,
    pub(super) runtime: Runtime,
    pub(super) arguments: &'a Arguments,
    pub(super) returned: &'a Returned,
}

/// Who runs the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Sync,
    Async,
}

impl Call<'_> {
    pub(super) fn fallback_on(&self) -> Option<FallbackOn> {
        self.declaration
            .fallback
            .as_ref()
            .map(|fallback| fallback.on)
    }

    /// How body and fallback share the arguments of a function that runs its body under the guard.
    pub(super) fn sharing(&self) -> Sharing {
        match self.fallback_on() {
            Some(FallbackOn::Error | FallbackOn::Any) => Sharing::Both,
            Some(FallbackOn::Rejected) | None => Sharing::Either,
        }
    }

    /// The whole of a function whose body runs under the guard.
    pub(super) fn guarded(&self, flow: Flow, body: &Body<'_>) -> TokenStream {
        let sharing = self.sharing();
        let copies = self.arguments.copies(&self.runtime, sharing);
        let work = match flow {
            Flow::Sync => self.closure(body, sharing),
            Flow::Async => self.block(body, sharing),
        };
        let flown = self.flown(flow, &work, sharing);
        quote!(#copies #flown)
    }

    /// The guarded part of a function that has made its future already.
    pub(super) fn guarded_future(&self, future: &Ident) -> TokenStream {
        self.flown(Flow::Async, &quote!(#future), Sharing::Held)
    }

    /// What the fallback of such a function will need.
    pub(super) fn copies(&self) -> TokenStream {
        match self.declaration.fallback {
            Some(_) => self.arguments.copies(&self.runtime, Sharing::Held),
            None => TokenStream::new(),
        }
    }

    /// Enter, run, judge, record; then what a call gets that ends without an answer of its own.
    fn flown(&self, flow: Flow, work: &TokenStream, sharing: Sharing) -> TokenStream {
        let site = site(self.declaration, self.function, &self.runtime);
        let guarded = self.entered(flow, work, sharing);
        let Some(fallback) = &self.declaration.fallback else {
            return quote!(#site #guarded);
        };
        let (entered, guard, error) = (local("entered"), local("guard"), local("error"));
        let (answer, outcome) = (local("answer"), local("outcome"));
        let mutable = mutable(flow == Flow::Async);
        let answered = self.answered(flow, fallback, sharing);
        let judged = self.judged(&answer);
        let counted = self.runtime.item("FallbackGuard");
        quote_spanned!(Span::mixed_site()=>
            #site
            let #entered = #guarded;
            #[allow(unused_variables)]
            let (#mutable #guard, #error) = #entered;
            #answered
            let #outcome = #judged;
            #counted::settle(#guard, #outcome);
            #answer
        )
    }

    /// Enters, and runs the work if the call was let through. It is what the function returns or,
    /// with a fallback, what that one needs.
    fn entered(&self, flow: Flow, work: &TokenStream, sharing: Sharing) -> TokenStream {
        let (guard, refused) = (local("guard"), local("refused"));
        let (enter, ran) = (self.enter(sharing), self.ran(flow, work));
        let mutable = mutable((flow == Flow::Async) != self.settles_at_once());
        let (refusal, permitted) = (self.refused(&refused), local("permitted"));
        // A statement of its own: what the expressions of `registry` and `key` lock is not held
        // meanwhile.
        let entered = quote_spanned!(Span::mixed_site()=>
            #[allow(unknown_lints, clippy::used_underscore_binding)]
            let #permitted = #enter;
        );
        if self.fallback_on().is_none() {
            // In a block of its own: what is matched on would stay in the future for as long as one of
            // the arms waits.
            return quote_spanned!(Span::mixed_site()=>
                let #mutable #guard = {
                    #entered
                    match #permitted {
                        ::core::result::Result::Ok(#guard) => #guard,
                        ::core::result::Result::Err(#refused) => return #refusal,
                    }
                };
                #ran
            );
        }
        let lent = self.arguments.lent(sharing);
        quote_spanned!(Span::mixed_site()=> {
            #entered
            #lent
            match #permitted {
                ::core::result::Result::Ok(#mutable #guard) => { #ran }
                ::core::result::Result::Err(#refused) => #refusal,
            }
        })
    }

    fn enter(&self, sharing: Sharing) -> TokenStream {
        let (ty, site) = (self.runtime.item("Site"), item("SITE"));
        let registry = &self.declaration.registry;
        let key = self.declaration.key.as_ref().map(|key| match sharing {
            Sharing::Held => local("key").into_token_stream(),
            Sharing::Either | Sharing::Both => key_text(key, &self.runtime),
        });
        // Never by method call: a trait of the user may have a method of that name.
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

    /// Keeps the key of a function that makes its future before it is guarded: what the key is made of
    /// is gone by the first poll, or need not live until then.
    pub(super) fn kept_key(&self) -> Option<TokenStream> {
        let key = self.declaration.key.as_ref()?;
        let (kept, keep) = (local("key"), self.runtime.item("kept_key"));
        let text = key_text(key, &self.runtime);
        Some(quote_spanned!(Span::mixed_site()=>
            #[allow(unknown_lints, clippy::used_underscore_binding)]
            let #kept = #keep(&#text);
        ))
    }

    /// Runs the work and ends the call.
    fn ran(&self, flow: Flow, work: &TokenStream) -> TokenStream {
        if self.settles_at_once() {
            return self.run_and_settle(flow, work);
        }
        let (answer, outcome) = (local("answer"), local("outcome"));
        let (judged, done) = (self.judged(&answer), self.done(&answer, &outcome));
        let done = quote_spanned!(Span::mixed_site()=> let #outcome = #judged; #done);
        let Some(limit) = &self.declaration.call_timeout else {
            let run = self.run(flow, work);
            return quote!(#run #done);
        };
        let (answered, value) = (local("answered"), local("value"));
        let (run, late) = (self.run_limited(limit, work, &answered), self.late(limit));
        let ty = &self.returned.ty;
        quote_spanned!(Span::mixed_site()=>
            #run
            match #answered {
                ::core::result::Result::Ok(#value) => {
                    #[allow(unknown_lints, clippy::type_complexity)]
                    let #answer: #ty = #value;
                    #done
                }
                ::core::result::Result::Err(_) => { #late }
            }
        )
    }

    /// Runs the fallback, whose error stands in a variable.
    fn answered(&self, flow: Flow, fallback: &Fallback, sharing: Sharing) -> TokenStream {
        let work = match flow {
            Flow::Sync => self.fallback_closure(fallback, sharing),
            Flow::Async => self.fallback_block(fallback, sharing),
        };
        self.run(flow, &work)
    }
}

/// The text of a key, in parentheses since a `&` takes only as much as it can reach.
fn key_text(key: &Expr, rt: &Runtime) -> TokenStream {
    let span = Span::mixed_site().located_at(key.span());
    let key_of = rt.item_at("KeyOf", span);
    quote_spanned!(span=> #key_of::new(&(#key)).__circuit_breaker_key())
}

/// A guard changes that is polled or settled where it stands.
fn mutable(mutable: bool) -> Option<TokenStream> {
    mutable.then(|| quote_spanned!(Span::mixed_site()=> mut))
}
