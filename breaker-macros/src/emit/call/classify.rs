//! Classifies a value by its type, by patterns, or by a function.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::Call;
use crate::args::value::Arm;
use crate::declare::Classifier;
use crate::emit::paths::local;

impl Call<'_> {
    /// Classifies the value in `answer`, and binds the outcome to `outcome`. If the error decides, `by_error` is bound
    /// to what it says.
    pub(super) fn emit_classified(&self, answer: &Ident, outcome: &Ident) -> TokenStream {
        if let Classifier::ByError = self.declaration.classifier {
            let (said, by_error) = (local("by_error"), self.emit_by_error(answer));
            return quote_spanned!(Span::mixed_site()=>
                let #said = #by_error;
                let #outcome = #said.outcome;
            );
        }
        let classified = self.emit_classify(answer);
        quote_spanned!(Span::mixed_site()=> let #outcome = #classified;)
    }

    /// Asks the error of the value what it says about the dependency.
    fn emit_by_error(&self, answer: &Ident) -> TokenStream {
        let by_error = self.runtime.item("by_error");
        let ty = &self.returned.ty;
        quote_spanned!(Span::mixed_site()=> #by_error::<#ty>(&#answer))
    }

    /// Classifies the value in `answer`, by reference.
    pub(super) fn emit_classify(&self, answer: &Ident) -> TokenStream {
        match &self.declaration.classifier {
            // The bounds of `bound_fn` already report a type that is not a `Result`. One error is
            // enough.
            Classifier::ByResult if self.needs_result() => self.result_or(answer, "Success"),
            Classifier::ByResult => self.by_result(answer),
            Classifier::ByError => {
                let by_error = self.emit_by_error(answer);
                quote_spanned!(Span::mixed_site()=> #by_error.outcome)
            }
            Classifier::Function(classify) => {
                let by_classifier = self.runtime.item_at("by_classifier", classify.span());
                quote_spanned!(Span::mixed_site()=> #by_classifier(&#answer, #classify))
            }
            Classifier::Patterns {
                trip,
                ignore,
                success,
                failure,
            } => {
                // Beside `success`, `trip` names only some of the failures.
                let failures = failure.is_some() || (trip.is_some() && success.is_none());
                let otherwise = self.otherwise(answer, success.is_some(), failures);
                let arms = [
                    (trip, "Trip"),
                    (ignore, "Ignored"),
                    (success, "Success"),
                    (failure, "Failure"),
                ]
                .into_iter()
                .filter_map(|(arm, outcome)| Some(self.arm(arm.as_ref()?, outcome)));
                quote_spanned!(Span::mixed_site()=>
                    match &#answer {
                        #(#arms)*
                        #[allow(unreachable_patterns)]
                        _ => #otherwise,
                    }
                )
            }
        }
    }

    fn by_result(&self, answer: &Ident) -> TokenStream {
        let by_result = self.runtime.item("by_result");
        let ty = &self.returned.ty;
        quote_spanned!(Span::mixed_site()=> #by_result::<#ty, _>(&#answer))
    }

    /// Classifies a value that no pattern matches: a `Result` as such, any other value as the opposite
    /// of the patterns.
    fn otherwise(&self, answer: &Ident, success: bool, failure: bool) -> TokenStream {
        let rest = match (success, failure) {
            (_, true) => "Success",
            (true, false) => "Failure",
            // `ignore` alone does not tell success from failure.
            (false, false) => return self.by_result(answer),
        };
        self.result_or(answer, rest)
    }

    /// Classifies a `Result` as such, and any other value as `rest`.
    fn result_or(&self, answer: &Ident, rest: &str) -> TokenStream {
        let (unnamed, by_result, by_rest) = (
            self.runtime.item("ClassifyByType"),
            self.runtime.item("ClassifyResult"),
            self.runtime.item("ClassifyOther"),
        );
        let rest = self.outcome(rest);
        quote_spanned!(Span::mixed_site()=> {
            #[allow(unused_imports)]
            use {#by_result as _, #by_rest as _};
            (&#unnamed(&#answer)).__circuit_breaker_outcome(#rest)
        })
    }

    fn arm(&self, Arm { pattern, guard }: &Arm, outcome: &str) -> TokenStream {
        let outcome = self.outcome(outcome);
        let guard = guard
            .as_ref()
            .map(|guard| quote_spanned!(Span::mixed_site()=> if #guard));
        quote_spanned!(Span::mixed_site()=> #pattern #guard => #outcome,)
    }

    fn outcome(&self, name: &str) -> TokenStream {
        let outcome = self.runtime.item("Outcome");
        let name = Ident::new(name, Span::mixed_site());
        quote_spanned!(Span::mixed_site()=> #outcome::#name)
    }
}
