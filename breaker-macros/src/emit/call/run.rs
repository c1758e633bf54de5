//! Running the work of a guarded call until it has an answer or is late.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Visibility;

use super::call::{Call, Flow};
use super::paths::{local, macro_at};
use super::site::checked;
use crate::declare::{Given, Setting};

impl Call<'_> {
    /// Runs the work, which is a closure or a future, and leaves its value in `answer`.
    pub(super) fn run(&self, flow: Flow, work: &TokenStream) -> TokenStream {
        let (guard, answer) = (local("guard"), local("answer"));
        let ty = &self.returned.ty;
        match flow {
            Flow::Sync => {
                let call_once = self.runtime.item("call_once");
                let allowed = self.closure_returns_what_it_has_to();
                quote_spanned!(Span::mixed_site()=>
                    #allowed
                    let #answer = #call_once::<#ty, _>(#work);
                )
            }
            Flow::Async => {
                let (pinned, context) = (local("pinned"), local("context"));
                let poll = self.runtime.item("poll");
                quote_spanned!(Span::mixed_site()=>
                    let mut #pinned = ::core::pin::pin!(#work);
                    #[allow(unknown_lints, clippy::type_complexity)]
                    let #answer: #ty = ::core::future::poll_fn(|#context| {
                        #poll(&mut #guard, ::core::pin::Pin::as_mut(&mut #pinned), #context)
                    })
                    .await;
                )
            }
        }
    }

    /// What a method of a trait returns is not its own to choose: the function is not told of a large
    /// error, and neither is the closure in the place of its body to be. A function with a visibility is
    /// no such method.
    fn closure_returns_what_it_has_to(&self) -> Option<TokenStream> {
        matches!(self.function.visibility, Visibility::Inherited)
            .then(|| quote_spanned!(Span::mixed_site()=> #[allow(clippy::result_large_err)]))
    }

    /// Runs the work of a call that nothing follows, records its end and returns its value.
    pub(super) fn run_and_settle(&self, flow: Flow, work: &TokenStream) -> TokenStream {
        let (guard, answer) = (local("guard"), local("answer"));
        let settled = self.settled(&guard, &answer);
        let (ran, value) = match flow {
            Flow::Sync => {
                let ran = self.run(flow, work);
                let ran = quote_spanned!(Span::mixed_site()=> #ran let #guard = &mut #guard;);
                (ran, settled)
            }
            Flow::Async => {
                let [guarded, recorded] = ["Guarded", "Recorded"].map(|it| self.runtime.item(it));
                let ty = &self.returned.ty;
                let ran = quote_spanned!(Span::mixed_site()=>
                    #[allow(unknown_lints, clippy::type_complexity)]
                    let #answer: #ty = #guarded::new(
                        #guard,
                        #work,
                        |#guard, #answer| #recorded(#settled),
                    )
                    .await;
                );
                (ran, quote_spanned!(Span::mixed_site()=> #answer))
            }
        };
        if self.fallback_on().is_some() {
            quote_spanned!(Span::mixed_site()=> #ran return #value;)
        } else {
            quote_spanned!(Span::mixed_site()=> #ran #value)
        }
    }

    /// Runs a future until `call_timeout` has passed. Afterwards it is gone, and what it had borrowed
    /// is there for the fallback.
    pub(super) fn run_limited(
        &self,
        limit: &Given<Setting>,
        work: &TokenStream,
        answered: &Ident,
    ) -> TokenStream {
        let (guard, pinned) = (local("guard"), local("pinned"));
        let (timer, context) = (local("timer"), local("context"));
        let (timer_type, poll) = (
            self.runtime.item("Limit"),
            self.runtime.item("poll_limited"),
        );
        let limited = macro_at(self.declaration.runtime.as_ref(), "limited", limit.key);
        let available = quote_spanned!(limit.key=> #limited! {});
        let limit = self.limit(limit);
        quote_spanned!(Span::mixed_site()=>
            #available
            let #answered = {
                let mut #pinned = ::core::pin::pin!(#work);
                let mut #timer = #timer_type::new(#limit);
                let #answered = ::core::future::poll_fn(|#context| {
                    #poll(
                        &mut #guard,
                        &mut #timer,
                        ::core::pin::Pin::as_mut(&mut #pinned),
                        #context,
                    )
                })
                .await;
                #answered
            };
        )
    }

    /// The value of `call_timeout`, whose check stands beside the site.
    pub(super) fn limit(&self, limit: &Given<Setting>) -> TokenStream {
        checked(&limit.value, &self.runtime).1
    }
}
