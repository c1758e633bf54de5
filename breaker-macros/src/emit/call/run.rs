//! Runs the body of an admitted call and finishes the call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Visibility;

use super::{Call, Flow};
use crate::args::Given;
use crate::args::setting::Setting;
use crate::emit::constants::checked;
use crate::emit::paths::{local, macro_at};
use crate::item::clippy::{may_be_complex, may_be_future, may_contain_closure};
use crate::item::returns::Shape;

impl Call<'_> {
    /// Runs the work and finishes the call.
    pub(super) fn emit_run(&self, flow: Flow, work: &TokenStream) -> TokenStream {
        if self.settles_at_once() {
            return self.emit_run_and_settle(flow, work);
        }
        let (answer, outcome) = (local("answer"), local("outcome"));
        let (classified, finish) = (
            self.emit_classified(&answer, &outcome),
            self.emit_finish(&answer, &outcome),
        );
        let finish = quote_spanned!(Span::mixed_site()=> #classified #finish);
        let Some(limit) = &self.declaration.call_timeout else {
            let run = self.emit_body(flow, work);
            return quote!(#run #finish);
        };
        let (answered, value) = (local("answered"), local("value"));
        let run = self.emit_limited_work(limit, work, &answered);
        let timeout = self.emit_timeout(limit);
        let ty = &self.returned.ty;
        quote_spanned!(Span::mixed_site()=>
            #run
            match #answered {
                ::core::result::Result::Ok(#value) => {
                    #[allow(unknown_lints, clippy::type_complexity)]
                    let #answer: #ty = #value;
                    #finish
                }
                ::core::result::Result::Err(_) => { #timeout }
            }
        )
    }

    /// Runs the body, which is a closure or a future, and binds its value to `answer`.
    fn emit_body(&self, flow: Flow, work: &TokenStream) -> TokenStream {
        let code = &self.function.body.statements;
        self.emit_work_by(flow, work, &self.call_body(), code)
    }

    /// Runs a closure or a future that contains the user's `code`, and binds its value to `answer`.
    pub(super) fn emit_work(
        &self,
        flow: Flow,
        work: &TokenStream,
        code: &TokenStream,
    ) -> TokenStream {
        self.emit_work_by(flow, work, &self.call_once(&self.returned.ty), code)
    }

    /// Runs a closure, with the function `call`, or a future.
    fn emit_work_by(
        &self,
        flow: Flow,
        work: &TokenStream,
        call: &TokenStream,
        code: &TokenStream,
    ) -> TokenStream {
        let (guard, answer) = (local("guard"), local("answer"));
        let ty = &self.returned.ty;
        let same = self.emit_same_type(&answer);
        match flow {
            Flow::Sync => {
                let large = self.allow_large_error(code);
                let complex = self.allow_complex_type();
                quote_spanned!(Span::mixed_site()=>
                    #large
                    #complex
                    let #answer = #call(#work);
                    #same
                )
            }
            Flow::Async => {
                let (pinned, context) = (local("pinned"), local("context"));
                let poll = self.runtime.item("poll");
                let allowed = self.allow_awaitable_answer();
                quote_spanned!(Span::mixed_site()=>
                    #allowed
                    let mut #pinned = ::core::pin::pin!(#work);
                    #[allow(unknown_lints, clippy::type_complexity)]
                    let #answer: #ty = ::core::future::poll_fn(|#context| {
                        #poll(&mut #guard, ::core::pin::Pin::as_mut(&mut #pinned), #context)
                    })
                    .await;
                    #same
                )
            }
        }
    }

    /// Declares that the body and the fallback return one type, which the expansion cannot name.
    pub(super) fn emit_answer_type(&self) -> Option<TokenStream> {
        let (of_answer, ty) = (local("type"), self.runtime.item("AnswerType"));
        self.infers_answer()
            .then(|| quote_spanned!(Span::mixed_site()=> let #of_answer = #ty::new();))
    }

    /// Gives a value this type. Otherwise the type of a fallback that always panics would be unknown
    /// when its value is classified.
    fn emit_same_type(&self, answer: &Ident) -> Option<TokenStream> {
        let (of_answer, ty) = (local("type"), self.runtime.item("AnswerType"));
        self.infers_answer()
            .then(|| quote_spanned!(Span::mixed_site()=> #ty::is_that_of(&#of_answer, &#answer);))
    }

    fn infers_answer(&self) -> bool {
        self.returned.is_opaque && self.fallback_on().is_some()
    }

    /// Exempts the closure from `clippy::result_large_err`, which reports the function if it has to: a method of a trait
    /// cannot choose its error type, and a future is not a `Result`. A function with a visibility is not a
    /// method of a trait. In such a function, the lint stays on for closures in the user's code.
    fn allow_large_error(&self, code: &TokenStream) -> Option<TokenStream> {
        let exempt = matches!(self.function.visibility, Visibility::Inherited)
            || !matches!(self.function.shape, Shape::Sync)
            || !may_contain_closure(code);
        exempt.then(|| quote_spanned!(Span::mixed_site()=> #[allow(clippy::result_large_err)]))
    }

    /// Exempts the return type of the closure from `clippy::type_complexity`, which reports the function if it has to.
    /// The lint stays on in the user's code if the type is so simple that clippy cannot report it.
    fn allow_complex_type(&self) -> Option<TokenStream> {
        let exempt = matches!(self.function.visibility, Visibility::Inherited)
            && self.function.returned().is_some_and(may_be_complex);
        exempt.then(|| quote_spanned!(Span::mixed_site()=> #[allow(clippy::type_complexity)]))
    }

    /// Exempts an `async` block from `clippy::async_yields_async`, which does not look at an `async fn`. The lint stays
    /// on where the type is certainly not a future, because the block contains the user's code.
    pub(crate) fn allow_awaitable_answer(&self) -> Option<TokenStream> {
        let exempt = self.function.returned().is_some_and(may_be_future);
        exempt.then(|| quote_spanned!(Span::mixed_site()=> #[allow(clippy::async_yields_async)]))
    }

    /// Runs the work, records its outcome and returns its value.
    fn emit_run_and_settle(&self, flow: Flow, work: &TokenStream) -> TokenStream {
        let (guard, answer) = (local("guard"), local("answer"));
        let settled = self.emit_settle(&guard, &answer);
        let (run, value) = match flow {
            Flow::Sync => {
                let run = self.emit_body(flow, work);
                let run = quote_spanned!(Span::mixed_site()=> #run let #guard = &mut #guard;);
                (run, settled)
            }
            Flow::Async => {
                let [guarded, recorded] = ["Guarded", "Recorded"].map(|it| self.runtime.item(it));
                let ty = &self.returned.ty;
                let run = quote_spanned!(Span::mixed_site()=>
                    #[allow(unknown_lints, clippy::type_complexity)]
                    let #answer: #ty = #guarded::new(
                        #guard,
                        #work,
                        |#guard, #answer| #recorded(#settled),
                    )
                    .await;
                );
                (run, quote_spanned!(Span::mixed_site()=> #answer))
            }
        };
        if self.fallback_on().is_some() {
            quote_spanned!(Span::mixed_site()=> #run return #value;)
        } else {
            quote_spanned!(Span::mixed_site()=> #run #value)
        }
    }

    /// Runs a future for at most `call_timeout`, then drops it, so that the fallback can use what it has
    /// borrowed.
    fn emit_limited_work(
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
        let limited = macro_at(self.declaration.runtime.as_ref(), "limited", limit.span);
        let available = quote_spanned!(limit.span=> #limited! {});
        let limit = self.call_timeout(limit);
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

    /// Returns the value of `call_timeout`. The expansion of the call site contains its check.
    pub(super) fn call_timeout(&self, limit: &Given<Setting>) -> TokenStream {
        checked(&limit.value, &self.runtime).value
    }
}
