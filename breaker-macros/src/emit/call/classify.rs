//! The expression that judges a value: by its type, by patterns, or by a classifier.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::call::Call;
use crate::declare::{Arm, Judge};

impl Call<'_> {
    /// Judges the value in `answer`, by reference.
    pub(super) fn judged(&self, answer: &Ident) -> TokenStream {
        match &self.declaration.judge {
            // Where the function's type has to take a refusal or give its error out, that demand says
            // it all: a type that is no `Result` gets one error, not two.
            Judge::ByResult if self.needs_result() => self.unnamed(answer, "Success"),
            Judge::ByResult => self.by_result(answer),
            Judge::Classify(classify) => {
                let by_classifier = self.runtime.item_at("by_classifier", classify.span());
                quote_spanned!(Span::mixed_site()=> #by_classifier(&#answer, #classify))
            }
            Judge::Patterns {
                ignore,
                success,
                failure,
            } => {
                let otherwise = self.otherwise(answer, success.is_some(), failure.is_some());
                let arms = [
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
        let span = Span::mixed_site().located_at(self.returned.span);
        let by_result = self.runtime.item_at("by_result", span);
        let ty = &self.returned.ty;
        quote_spanned!(span=> #by_result::<#ty, _>(&#answer))
    }

    /// What no pattern names: a `Result` speaks for itself; of any other value the patterns that
    /// are there say what the rest is.
    fn otherwise(&self, answer: &Ident, success: bool, failure: bool) -> TokenStream {
        let rest = match (success, failure) {
            (_, true) => "Success",
            (true, false) => "Failure",
            // `ignore` alone tells no failure from a success.
            (false, false) => return self.by_result(answer),
        };
        self.unnamed(answer, rest)
    }

    /// Judges a `Result` by itself, and every other value as `rest`.
    fn unnamed(&self, answer: &Ident, rest: &str) -> TokenStream {
        let (unnamed, by_result, by_rest) = (
            self.runtime.item("Unnamed"),
            self.runtime.item("UnnamedResult"),
            self.runtime.item("UnnamedOther"),
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
