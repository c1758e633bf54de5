//! Names as text: the registry accepts what the grammar accepts, and reports the same problem.
#![no_main]

use breaker_runtime::{Config, Registry};
use libfuzzer_sys::fuzz_target;

#[path = "../../breaker-macros/src/grammar"]
mod grammar {
    pub(crate) mod name;
}

fuzz_target!(|text: &str| {
    let at_compile_time = grammar::name::check(text);
    let at_run_time = Registry::new()
        .get_or_create(text, Config::new())
        .map(|_| ())
        .map_err(|error| error.to_string());
    assert_eq!(at_compile_time, at_run_time);
    let good = |letter: char| letter.is_ascii_alphanumeric() || "_-.:/".contains(letter);
    let allowed = (1..=128).contains(&text.len()) && text.chars().all(good);
    assert_eq!(at_compile_time.is_ok(), allowed);
});
