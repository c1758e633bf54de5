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

// An editor shows this documentation at the attribute. At the re-export of `breaker-runtime`, rustdoc puts it after
// `attribute.md`.
#[doc = include_str!("settings.md")]
#[proc_macro_attribute]
pub fn circuit_breaker(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(attribute.into(), item.into()).into()
}
