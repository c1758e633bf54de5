//! The attribute of `breaker-runtime`.
#![forbid(unsafe_code)]

mod args;
mod declare;
mod emit;
mod errors;
mod expand;
mod item;

use proc_macro::TokenStream;

/// Puts a function behind a circuit breaker.
#[proc_macro_attribute]
pub fn circuit_breaker(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(attribute.into(), item.into()).into()
}
