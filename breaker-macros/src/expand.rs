//! The pipeline: arguments and item are read, checked together and emitted.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::Path;

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
    let mut errors = Errors::default();
    let arguments = Arguments::parse(attribute, &mut errors);
    let runtime = arguments.runtime.as_ref().map(|given| given.value.clone());
    match check(arguments, item.clone(), errors) {
        Ok((declaration, function)) => emit::emit(&declaration, &function),
        Err(error) => {
            item.extend(through(runtime.as_ref(), error.to_compile_error()));
            item
        }
    }
}

/// Reaches `compile_error!` through the runtime: `::core` is looked for in the user's own crate under
/// edition 2015, and with the edition of this crate rustc would add a note to every message.
fn through(runtime: Option<&Path>, errors: TokenStream) -> TokenStream {
    let mut errors = errors.into_iter();
    let mut reached = TokenStream::new();
    while let Some(token) = errors.next() {
        // One invocation: `::core::compile_error! { … }`, of which the path goes.
        errors.by_ref().take(5).for_each(drop);
        reached.extend(emit::macro_at(runtime, "compile_error", token.span()));
        for token in errors.by_ref() {
            let last = matches!(token, TokenTree::Group(_));
            reached.extend([token]);
            if last {
                break;
            }
        }
    }
    reached
}

fn check(
    arguments: Arguments,
    item: TokenStream,
    mut errors: Errors,
) -> syn::Result<(Declaration, Function)> {
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
