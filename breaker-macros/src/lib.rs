//! The attribute of `breaker-runtime`, which re-exports it; depend on that crate.
#![forbid(unsafe_code)]

mod args;
mod declare;
mod emit;
mod errors;
mod expand;
mod grammar;
mod item;

use proc_macro::TokenStream;

/// Puts a function behind a circuit breaker, on behalf of the crate `breaker-runtime`.
///
/// That crate re-exports the attribute and is the one to depend on: what the attribute writes calls
/// into it. The reference of the keys is the documentation of `breaker_runtime::circuit_breaker`.
#[proc_macro_attribute]
pub fn circuit_breaker(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(attribute.into(), item.into()).into()
}
