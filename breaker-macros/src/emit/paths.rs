//! Paths into the runtime, and names that cannot clash with those of the user.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::Path;

use super::tokens::located_at;
use crate::declare::Declaration;

/// The path of the runtime's private module.
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

    /// Returns the path of an item.
    pub(super) fn item(&self, name: &str) -> TokenStream {
        let (path, name) = (&self.0, Ident::new(name, Span::mixed_site()));
        quote_spanned!(Span::mixed_site()=> #path::#name)
    }

    /// Returns the path of an item inside another one, such as `Window::Calls`.
    pub(super) fn path(&self, names: &str) -> TokenStream {
        let mut names = names.split("::");
        let first = self.item(names.next().unwrap_or_default());
        names.fold(first, |path, name| {
            let name = Ident::new(name, Span::mixed_site());
            quote_spanned!(Span::mixed_site()=> #path::#name)
        })
    }

    /// Returns the path of an item, whose errors rustc reports at `span`.
    pub(super) fn item_at(&self, name: &str, span: Span) -> TokenStream {
        let span = Span::mixed_site().located_at(span);
        let (path, name) = (located_at(&self.0, span), Ident::new(name, span));
        quote_spanned!(span=> #path::#name)
    }
}

/// Returns the path of a macro, whose errors rustc reports at `span`. The span has to come
/// from the user's code: for a span of this crate, rustc would underline the whole attribute.
pub(crate) fn macro_at(runtime: Option<&Path>, name: &str, span: Span) -> TokenStream {
    let name = Ident::new(name, span);
    let path = runtime.map_or_else(
        || quote_spanned!(span=> ::breaker_runtime),
        |path| located_at(path, span),
    );
    quote_spanned!(span=> #path::__private::#name)
}

/// Makes the name of a local variable. It is hygienic. The prefix is needed too, because hygiene does
/// not prevent a clash with a `const` of the same name.
pub(super) fn local(name: &str) -> Ident {
    format_ident!("__circuit_breaker_{name}", span = Span::mixed_site())
}

/// Makes the name of an item inside the function.
pub(super) fn item(name: &str) -> Ident {
    format_ident!("__CIRCUIT_BREAKER_{name}", span = Span::mixed_site())
}
