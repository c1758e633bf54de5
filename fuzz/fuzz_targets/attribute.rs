//! Any text as the arguments of the attribute and as the item below it. The result is an error or an
//! expansion that parses, and never a panic.
//!
//! The first line `#` separates the arguments from the item.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../breaker-macros/src"]
mod macros {
    pub(crate) mod args;
    pub(crate) mod declare;
    pub(crate) mod emit;
    pub(crate) mod errors;
    pub(crate) mod expand;
    pub(crate) mod grammar;
    pub(crate) mod item;
}
mod pipeline;

use macros::{args, declare, emit, errors, expand, grammar, item};

/// The item for a text that contains only arguments.
const ITEM: &str = "async fn pay(&mut self, cents: u64) -> Result<u8, E> { charge(cents).await }";

fuzz_target!(|text: &str| {
    let (attribute, item) = text.split_once("\n#\n").unwrap_or((text, ITEM));
    pipeline::check(attribute, item);
});
