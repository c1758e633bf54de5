//! The pipeline: arguments and item are read, checked together and emitted.

use proc_macro2::{Span, TokenStream, TokenTree};

use crate::args::Arguments;
use crate::declare::{self, Declaration};
use crate::emit;
use crate::errors::Errors;
use crate::item::{self, Function};

/// Is the guarded function or, after a mistake, the item as it was and the errors behind it.
///
/// The item stays, so that there is no second error about a function that cannot be found and an
/// editor goes on completing its name.
pub(crate) fn expand(attribute: TokenStream, mut item: TokenStream) -> TokenStream {
    match check(attribute, item.clone()) {
        Ok((declaration, function)) => emit::emit(&declaration, &function),
        Err(error) => {
            item.extend(of_this_edition(error.to_compile_error()));
            item
        }
    }
}

/// Leaves the tokens where they point to: with the edition of the user's crate, 2015 would look for
/// `::core` in that crate.
fn of_this_edition(errors: TokenStream) -> TokenStream {
    let own = |mut token: TokenTree| {
        token.set_span(Span::mixed_site().located_at(token.span()));
        token
    };
    errors.into_iter().map(own).collect()
}

fn check(attribute: TokenStream, item: TokenStream) -> syn::Result<(Declaration, Function)> {
    let mut errors = Errors::default();
    let arguments = Arguments::parse(attribute, &mut errors);
    let checked = errors.take(item::parse(item)).and_then(|function| {
        item::checks::check(&function, &mut errors);
        declare::declare(arguments, &function, &mut errors).map(|declared| (declared, function))
    });
    errors.finish()?;
    // Whatever kept the pair from being made has left an error, so this one is never seen.
    checked.ok_or_else(|| syn::Error::new(Span::call_site(), "nothing to guard"))
}

#[cfg(test)]
pub(crate) mod tests;
