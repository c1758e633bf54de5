//! The guard of a stream: asks for a permit at the first poll, then classifies each item.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

use super::Call;
use crate::emit::arguments::ArgumentUse;
use crate::emit::paths::{local, macro_at};
use crate::emit::site::emit_site;

impl Call<'_> {
    /// Emits the call site, and the stream around `stream`.
    pub(crate) fn emit_guarded_stream(&self, stream: &Ident) -> TokenStream {
        let [guard, rejected, permitted] = ["guard", "rejected", "permitted"].map(local);
        let [answer, outcome] = ["answer", "outcome"].map(local);
        let site = emit_site(self.declaration, self.function, &self.runtime);
        let streamed = macro_at(
            self.declaration.runtime.as_ref(),
            "streamed",
            self.returned.span,
        );
        let (request, rejection) = (
            self.permit_request(ArgumentUse::Held),
            self.emit_rejection(&rejected),
        );
        let (classified, settle) = (
            self.emit_classified(&answer, &outcome),
            self.emit_settle_outcome(&answer, &outcome),
        );
        let [guard_type, recorded] = ["StreamGuard", "Recorded"].map(|it| self.runtime.item(it));
        let ty = &self.returned.ty;
        let call = quote_spanned!(Span::mixed_site()=>
            #stream,
            move || {
                #[allow(unknown_lints, clippy::used_underscore_binding)]
                let #permitted = #request;
                match #permitted {
                    ::core::result::Result::Ok(#guard) => ::core::result::Result::Ok(#guard),
                    ::core::result::Result::Err(#rejected) => {
                        ::core::result::Result::Err(#rejection)
                    }
                }
            },
            move |#guard, #answer: #ty| {
                #classified
                if let ::core::option::Option::Some(#guard) =
                    #guard_type::fails(#guard, #outcome)
                {
                    #settle;
                }
                #recorded(#answer)
            }
        );
        // All tokens of the call of the macro are at the return type, where a build without streams reports it.
        let streamed = quote_spanned!(self.returned.span=> #streamed! { #call });
        quote_spanned!(Span::mixed_site()=> #site #streamed)
    }
}
