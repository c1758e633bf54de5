//! How a guarded call ends: with an answer, late, or refused.
//!
//! Without a fallback, an end is what the function returns. With one, it is the guard of the fallback
//! and its error, or returns from the function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::call::Call;
use super::paths::local;
use crate::declare::{FallbackOn, Given, Judge, Setting};

impl Call<'_> {
    /// The body has given its answer.
    pub(super) fn done(&self, answer: &Ident, outcome: &Ident) -> TokenStream {
        let settle = self.settle(answer, outcome);
        match self.fallback_on() {
            None => quote_spanned!(Span::mixed_site()=> #settle; #answer),
            Some(FallbackOn::Rejected) => {
                quote_spanned!(Span::mixed_site()=> #settle; return #answer;)
            }
            Some(FallbackOn::Error | FallbackOn::Any) => {
                let (counting, error) = (local("counting"), local("error"));
                let [settled, inner] = ["Settled", "CallError"].map(|it| self.runtime.item(it));
                let parted = self.parted();
                quote_spanned!(Span::mixed_site()=>
                    let #counting = #settle;
                    match #parted(#answer, #outcome) {
                        ::core::result::Result::Ok(#answer) => return #answer,
                        ::core::result::Result::Err(#error) => {
                            (#settled::fall_back(#counting), #inner::Inner(#error))
                        }
                    }
                )
            }
        }
    }

    /// The body was stopped: that is a failure, and the fallback for failed calls may step in.
    pub(super) fn late(&self, limit: &Given<Setting>) -> TokenStream {
        let (guard, counting, error) = (local("guard"), local("counting"), local("error"));
        let guard_type = self.runtime.item("Guard");
        let limit = self.limit(limit);
        let timed_out = quote_spanned!(Span::mixed_site()=> #guard_type::time_out(#guard, #limit));
        let refuse = self.refuse("refuse_error", &error);
        match self.fallback_on() {
            None => quote_spanned!(Span::mixed_site()=>
                let (_, #error) = #timed_out;
                #refuse
            ),
            Some(FallbackOn::Rejected) => quote_spanned!(Span::mixed_site()=>
                let (_, #error) = #timed_out;
                return #refuse;
            ),
            Some(FallbackOn::Error | FallbackOn::Any) => {
                let [settled, inner] = ["Settled", "CallError"].map(|it| self.runtime.item(it));
                quote_spanned!(Span::mixed_site()=>
                    let (#counting, #error) = #timed_out;
                    (#settled::fall_back(#counting), #inner::Breaker(#error))
                )
            }
        }
    }

    /// The call was not let through.
    pub(super) fn refused(&self, refused: &Ident) -> TokenStream {
        let (counting, error) = (local("counting"), local("error"));
        let [refused_type, inner] = ["Refused", "CallError"].map(|it| self.runtime.item(it));
        let refuse = self.refuse("refuse", refused);
        let fall_back = quote_spanned!(Span::mixed_site()=> #refused_type::fall_back(#refused));
        match self.fallback_on() {
            None => refuse,
            Some(FallbackOn::Rejected) => fall_back,
            Some(FallbackOn::Error) => quote_spanned!(Span::mixed_site()=> return #refuse),
            Some(FallbackOn::Any) => quote_spanned!(Span::mixed_site()=> {
                let (#counting, #error) = #fall_back;
                (#counting, #inner::Breaker(#error))
            }),
        }
    }

    /// Whether the value says all there is to say, and nothing follows the end of the call.
    pub(super) fn settles_at_once(&self) -> bool {
        let declaration = self.declaration;
        matches!(declaration.judge, Judge::ByResult)
            && declaration.open_for_hint.is_none()
            && declaration.call_timeout.is_none()
            && matches!(self.fallback_on(), None | Some(FallbackOn::Rejected))
    }

    /// Records the end of such a call with a reference to its guard; the value again.
    pub(super) fn settled(&self, guard: &Ident, answer: &Ident) -> TokenStream {
        if self.needs_result() {
            let [whole, by_result, other] =
                ["Whole", "WholeResult", "WholeOther"].map(|it| self.runtime.item(it));
            return quote_spanned!(Span::mixed_site()=> {
                #[allow(unused_imports)]
                use {#by_result as _, #other as _};
                #whole(#answer).__circuit_breaker_settle(#guard)
            });
        }
        let span = Span::mixed_site().located_at(self.returned.span);
        let settle_result = self.runtime.item_at("settle_result", span);
        let ty = &self.returned.ty;
        quote_spanned!(span=> #settle_result::<#ty, _>(#guard, #answer))
    }

    /// Records the outcome. A failure may have a hint to record beside it.
    fn settle(&self, answer: &Ident, outcome: &Ident) -> TokenStream {
        let (ty, guard) = (self.runtime.item("Guard"), local("guard"));
        match &self.declaration.open_for_hint {
            None => quote_spanned!(Span::mixed_site()=> #ty::settle(#guard, #outcome)),
            Some(hint) => {
                let hint_if = self.runtime.item_at("hint_if", hint.span());
                quote_spanned!(Span::mixed_site()=>
                    #ty::settle_with_hint(
                        #guard,
                        #outcome,
                        #hint_if(#outcome, &#answer, #hint),
                    )
                )
            }
        }
    }

    /// The value of a call that ends with an error of the breaker and has no fallback for it.
    fn refuse(&self, name: &str, error: &Ident) -> TokenStream {
        let (refuse, ty) = (self.demand(name), &self.returned.ty);
        let span = Span::mixed_site().located_at(self.returned.span);
        quote_spanned!(span=> #refuse::<#ty>(#error))
    }

    /// What takes the error out of a call that failed.
    fn parted(&self) -> TokenStream {
        let (failed, ty) = (self.demand("failed"), &self.returned.ty);
        let span = Span::mixed_site().located_at(self.returned.span);
        quote_spanned!(span=> #failed::<#ty, _>)
    }

    /// Names a function of the runtime that demands something of the returned type; where that has to
    /// be a `Result` for its own sake, of a `Result`.
    fn demand(&self, name: &str) -> TokenStream {
        let span = Span::mixed_site().located_at(self.returned.span);
        match self.declaration.judge {
            Judge::ByResult => self.runtime.item_at(&format!("{name}_result"), span),
            Judge::Patterns { .. } | Judge::Classify(_) => self.runtime.item_at(name, span),
        }
    }

    /// Whether the function's type has to be a `Result`, however it is judged.
    pub(super) fn needs_result(&self) -> bool {
        let rejected = self.fallback_on() == Some(FallbackOn::Rejected);
        !rejected || self.declaration.call_timeout.is_some()
    }
}
