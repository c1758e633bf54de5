//! Finishes a guarded call that has returned a value, has timed out or was rejected.
//!
//! Without a fallback, each method emits what the function returns. With a fallback, it emits either a
//! `return` or the guard of the fallback with its error.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::Call;
use crate::args::Given;
use crate::args::callable::{Cause, FallbackOn};
use crate::args::setting::Setting;
use crate::declare::Classifier;
use crate::emit::paths::{item, local};

impl Call<'_> {
    /// Finishes a call whose body has returned a value.
    pub(super) fn emit_finish(&self, answer: &Ident, outcome: &Ident) -> TokenStream {
        let settle = self.emit_settle_outcome(answer, outcome);
        match self.fallback_on() {
            None => quote_spanned!(Span::mixed_site()=> #settle; #answer),
            Some(FallbackOn::Rejected) => {
                quote_spanned!(Span::mixed_site()=> #settle; return #answer;)
            }
            Some(FallbackOn::Error | FallbackOn::Any) => {
                let (counting, error) = (local("counting"), local("error"));
                let [settled, inner] = ["Settled", "CallError"].map(|it| self.runtime.item(it));
                let take_error = self.emit_take_error(answer, outcome);
                quote_spanned!(Span::mixed_site()=>
                    let #counting = #settle;
                    match #take_error {
                        ::core::result::Result::Ok(#answer) => return #answer,
                        ::core::result::Result::Err(#error) => {
                            (#settled::fall_back(#counting), #inner::Inner(#error))
                        }
                    }
                )
            }
        }
    }

    /// Finishes a call that has timed out, which is a failure.
    pub(super) fn emit_timeout(&self, limit: &Given<Setting>) -> TokenStream {
        let (guard, counting, error) = (local("guard"), local("counting"), local("error"));
        let guard_type = self.runtime.item("Guard");
        let limit = self.call_timeout(limit);
        let timed_out = if self.declaration.cause.is_some() {
            let origin = self.emit_origin();
            quote_spanned!(Span::mixed_site()=>
                #guard_type::time_out_with_cause(#guard, #limit, #origin)
            )
        } else {
            quote_spanned!(Span::mixed_site()=> #guard_type::time_out(#guard, #limit))
        };
        let returned = self.error_value("time_out", &error);
        match self.fallback_on() {
            None => quote_spanned!(Span::mixed_site()=>
                let (_, #error) = #timed_out;
                #returned
            ),
            Some(FallbackOn::Rejected) => quote_spanned!(Span::mixed_site()=>
                let (_, #error) = #timed_out;
                return #returned;
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

    /// Finishes a rejected call.
    pub(super) fn emit_rejection(&self, rejected: &Ident) -> TokenStream {
        let (counting, error) = (local("counting"), local("error"));
        let [rejected_type, inner] = ["RejectedCall", "CallError"].map(|it| self.runtime.item(it));
        let reject = match self.declaration.call_timeout {
            Some(_) => "reject_limited",
            None => "reject",
        };
        let returned = self.error_value(reject, rejected);
        let fall_back = quote_spanned!(Span::mixed_site()=> #rejected_type::fall_back(#rejected));
        match self.fallback_on() {
            None => returned,
            Some(FallbackOn::Rejected) => fall_back,
            Some(FallbackOn::Error) => quote_spanned!(Span::mixed_site()=> return #returned),
            Some(FallbackOn::Any) => quote_spanned!(Span::mixed_site()=> {
                let (#counting, #error) = #fall_back;
                (#counting, #inner::Breaker(#error))
            }),
        }
    }

    /// Classifies and records a value with a reference to the guard, and returns the value.
    pub(super) fn emit_settle(&self, guard: &Ident, answer: &Ident) -> TokenStream {
        if self.needs_result() {
            let [whole, by_result, other] =
                ["SettleByType", "SettleResult", "SettleOther"].map(|it| self.runtime.item(it));
            return quote_spanned!(Span::mixed_site()=> {
                #[allow(unused_imports)]
                use {#by_result as _, #other as _};
                #whole(#answer).__circuit_breaker_settle(#guard)
            });
        }
        let settle_result = self.runtime.item("settle_result");
        let ty = &self.returned.ty;
        quote_spanned!(Span::mixed_site()=> #settle_result::<#ty, _>(#guard, #answer))
    }

    /// Records an outcome, with the hint and the cause if they are given.
    pub(super) fn emit_settle_outcome(&self, answer: &Ident, outcome: &Ident) -> TokenStream {
        let (ty, guard) = (self.runtime.item("Guard"), local("guard"));
        let hint = self.declaration.open_for_hint.as_ref().map(|hint| {
            let hint_if = self.runtime.item_at("hint_if", hint.span());
            quote_spanned!(Span::mixed_site()=> #hint_if(#outcome, &#answer, #hint))
        });
        let by_error = matches!(self.declaration.classifier, Classifier::ByError);
        let (by_error_type, said) = (self.runtime.item("ByError"), local("by_error"));
        let hint = hint.or_else(|| {
            by_error.then(
                || quote_spanned!(Span::mixed_site()=> #by_error_type::hint(&#said, &#answer)),
            )
        });
        if by_error && self.declaration.cause.is_none() {
            let origin = self.emit_origin();
            return quote_spanned!(Span::mixed_site()=>
                #by_error_type::settle(&#said, #guard, &#answer, #hint, #origin)
            );
        }
        let Some(cause) = &self.declaration.cause else {
            return match hint {
                None => quote_spanned!(Span::mixed_site()=> #ty::settle(#guard, #outcome)),
                Some(hint) => quote_spanned!(Span::mixed_site()=>
                    #ty::settle_with_hint(#guard, #outcome, #hint)
                ),
            };
        };
        let none = quote_spanned!(Span::mixed_site()=> ::core::option::Option::None);
        let (hint, origin, state) = (hint.unwrap_or(none), self.emit_origin(), local("state"));
        let settle = quote_spanned!(Span::mixed_site()=>
            |#state| #ty::settle_with_cause(#guard, #outcome, #hint, #state)
        );
        match cause {
            Cause::Stated(cause) => {
                let stated = self.runtime.item_at("stated_cause", cause.span());
                let answer = lent_at(answer, cause.span());
                quote_spanned!(Span::mixed_site()=> #stated(#answer, #cause, #origin, #settle))
            }
            Cause::Error(at) => {
                let error = self.runtime.item_at("error_cause", *at);
                let answer = lent_at(answer, *at);
                quote_spanned!(Span::mixed_site()=> #error(#answer, #origin, #settle))
            }
        }
    }

    /// Emits the function, file and line to which the call belongs.
    fn emit_origin(&self) -> TokenStream {
        let (ty, site) = (self.runtime.item("Site"), item("SITE"));
        quote_spanned!(Span::mixed_site()=> #ty::origin(&#site))
    }

    /// Converts an error of the breaker to the returned type.
    fn error_value(&self, function: &str, error: &Ident) -> TokenStream {
        let (convert, ty) = (self.bound_fn(function), &self.returned.ty);
        quote_spanned!(Span::mixed_site()=> #convert::<#ty>(#error))
    }

    /// Takes the error out of the value of a failed call.
    fn emit_take_error(&self, answer: &Ident, outcome: &Ident) -> TokenStream {
        let (failed, ty) = (self.bound_fn("failed"), &self.returned.ty);
        quote_spanned!(Span::mixed_site()=> #failed::<#ty, _>(#answer, #outcome))
    }

    /// Returns the path of a function in the runtime that has a bound on the returned type. If the
    /// classifier needs a `Result`, the bound demands one too.
    fn bound_fn(&self, name: &str) -> TokenStream {
        match self.declaration.classifier {
            Classifier::ByResult => self.runtime.item(&format!("{name}_result")),
            Classifier::Patterns { .. } | Classifier::ByError | Classifier::Function(_) => {
                self.runtime.item(name)
            }
        }
    }
}

/// Emits a reference to the answer at the position of a setting, so that rustc reports a wrong type there.
fn lent_at(answer: &Ident, at: Span) -> TokenStream {
    let span = Span::mixed_site().located_at(at);
    let answer = Ident::new(&answer.to_string(), span);
    quote_spanned!(span=> &#answer)
}
