//! The pipeline: parse the arguments and the item, check them together, and emit the expansion.

use std::env;
use std::sync::LazyLock;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::Path;

use crate::args::Arguments;
use crate::declare::{self, Declaration};
use crate::emit;
use crate::errors::Errors;
use crate::item::checks;
use crate::item::function::Function;

/// Returns the guarded function. After a mistake, returns the unchanged item followed by the errors.
///
/// The item remains so that rustc does not also report an unknown function, and an editor continues to
/// complete its name.
pub(crate) fn expand(attribute: TokenStream, mut item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let arguments = Arguments::parse(attribute.clone(), &mut errors);
    let runtime = arguments.runtime.as_ref().map(|given| given.value.clone());
    match check(arguments, item.clone(), errors) {
        Ok((declaration, function)) if in_editor() => {
            emit::emit_for_editor(&declaration, &function, item)
        }
        Ok((declaration, function)) => emit::emit(&declaration, &function),
        Err(error) => {
            if in_editor() {
                item = with_unfinished_values(attribute, item);
            }
            item.extend(via_runtime(runtime.as_ref(), error.to_compile_error()));
            item
        }
    }
}

/// Expands in rust-analyzer what is valid except for values that end behind `.` or `::`, so that it completes there.
/// Returns the item if something else is wrong.
fn with_unfinished_values(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let arguments = emit::with_names(attribute).map(|named| Arguments::parse(named, &mut errors));
    let checked = arguments.and_then(|arguments| check(arguments, item.clone(), errors).ok());
    match checked {
        Some((declaration, function)) => emit::emit_for_editor(&declaration, &function, item),
        None => item,
    }
}

/// Returns whether rust-analyzer expands the macro. It does so in a separate process.
fn in_editor() -> bool {
    static IN_EDITOR: LazyLock<bool> = LazyLock::new(|| {
        let program = env::current_exe().unwrap_or_default();
        let name = program.file_stem().unwrap_or_default();
        name == "rust-analyzer-proc-macro-srv"
    });
    *IN_EDITOR
}

/// Replaces `::core::compile_error!` by the re-export of the runtime.
///
/// In edition 2015, rustc looks for `::core` in the user's crate. With the edition of this crate, rustc
/// would add a note to every message.
fn via_runtime(runtime: Option<&Path>, errors: TokenStream) -> TokenStream {
    let mut errors = errors.into_iter();
    let mut output = TokenStream::new();
    while let Some(token) = errors.next() {
        // Each error is `::core::compile_error! { … }`: the remaining five tokens of the path are
        // dropped.
        errors.by_ref().take(5).for_each(drop);
        output.extend(emit::macro_at(runtime, "compile_error", token.span()));
        for token in errors.by_ref() {
            let last = matches!(token, TokenTree::Group(_));
            output.extend([token]);
            if last {
                break;
            }
        }
    }
    output
}

fn check(
    arguments: Arguments,
    item: TokenStream,
    mut errors: Errors,
) -> syn::Result<(Declaration, Function)> {
    let function = errors.take(Function::parse(item));
    let checked = function.and_then(|function| {
        checks::check(&function, &mut errors);
        declare::declare(arguments, &function, &mut errors).map(|declared| (declared, function))
    });
    errors.finish()?;
    // Without a declaration and a function there is at least one error, so nobody sees this one.
    checked.ok_or_else(|| syn::Error::new(Span::call_site(), "expected a function with a name"))
}

#[cfg(test)]
pub(crate) mod tests;
