//! The attribute of `breaker-runtime`, which re-exports it. Depend on that crate.
#![forbid(unsafe_code)]

mod args;
mod declare;
mod emit;
mod errors;
mod expand;
mod grammar;
mod item;

use proc_macro::TokenStream;

/// Puts a function behind a circuit breaker of the crate `breaker-runtime`.
///
/// Depend on `breaker-runtime`, which re-exports this attribute: the expansion calls into that crate.
/// The documentation of `breaker_runtime::circuit_breaker` describes all settings.
#[proc_macro_attribute]
pub fn circuit_breaker(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(attribute.into(), item.into()).into()
}
