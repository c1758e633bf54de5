//! Names that cannot be mistaken for the user's.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::Path;

use crate::declare::Declaration;

/// Where the runtime is.
pub(super) struct Runtime(TokenStream);

impl Runtime {
    pub(super) fn new(declaration: &Declaration) -> Self {
        let span = Span::mixed_site();
        Self(if let Some(path) = &declaration.runtime {
            quote_spanned!(span=> #path::__private)
        } else {
            quote_spanned!(span=> ::breaker_runtime::__private)
        })
    }

    /// Names an item of the runtime's private module.
    pub(super) fn item(&self, name: &str) -> TokenStream {
        let (path, name) = (&self.0, Ident::new(name, Span::mixed_site()));
        quote_spanned!(Span::mixed_site()=> #path::#name)
    }

    /// Names it so that what rustc says about it is said at `span`.
    pub(super) fn item_at(&self, name: &str, span: Span) -> TokenStream {
        let span = Span::mixed_site().located_at(span);
        let (path, name) = (super::located_at(&self.0, span), Ident::new(name, span));
        quote_spanned!(span=> #path::#name)
    }
}

/// Names a macro of the runtime whose errors are said at `span`, which has to be the user's own: for
/// a span of this macro rustc would mark the whole attribute.
pub(crate) fn macro_at(runtime: Option<&Path>, name: &str, span: Span) -> TokenStream {
    let name = Ident::new(name, span);
    let path = runtime.map_or_else(
        || quote_spanned!(span=> ::breaker_runtime),
        |path| super::located_at(path, span),
    );
    quote_spanned!(span=> #path::__private::#name)
}

/// A local variable: hygienic, and long, since hygiene does not cover a `const` of the same name.
pub(super) fn local(name: &str) -> Ident {
    format_ident!("__circuit_breaker_{name}", span = Span::mixed_site())
}

/// An item inside the function.
pub(super) fn item(name: &str) -> Ident {
    format_ident!("__CIRCUIT_BREAKER_{name}", span = Span::mixed_site())
}
