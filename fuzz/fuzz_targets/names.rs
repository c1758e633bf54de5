//! The attribute and the runtime have each their own copy of the rule for names. They agree, about
//! the name and in what they say of it.
#![no_main]

use breaker_runtime::{Config, Registry};
use libfuzzer_sys::fuzz_target;

#[path = "../../breaker-macros/src/args"]
mod args {
    pub(crate) mod name;
}

fuzz_target!(|text: &str| {
    let at_compile_time = args::name::check(text);
    let at_run_time = Registry::new()
        .get_or_create(text, Config::new())
        .map(|_| ())
        .map_err(|error| error.to_string());
    assert_eq!(at_compile_time, at_run_time);
    let good = |letter: char| letter.is_ascii_alphanumeric() || "_-.:/".contains(letter);
    let allowed = (1..=128).contains(&text.len()) && text.chars().all(good);
    assert_eq!(at_compile_time.is_ok(), allowed);
});
