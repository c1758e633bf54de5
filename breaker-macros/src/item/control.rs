//! Whether tokens may contain a `return` or an `.await`, also hidden in a macro.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Macros that contain neither a `return` nor an `.await`: those of the standard library, and those that log.
const TRANSPARENT: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "concat",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "error",
    "event",
    "file",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "info",
    "line",
    "log",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// Keywords that an expression can follow, as in `if !(a || b)`.
pub(super) const BEFORE_EXPRESSION: &[&str] = &[
    "as", "break", "else", "if", "in", "match", "return", "while",
];

/// Returns whether the tokens may wait for a future.
pub(crate) fn may_await(tokens: TokenStream) -> bool {
    may_contain(tokens, "await")
}

/// Returns whether the tokens may return a value before their end.
pub(super) fn may_return(tokens: TokenStream) -> bool {
    may_contain(tokens, "return")
}

fn may_contain(tokens: TokenStream, keyword: &str) -> bool {
    let tokens: Vec<_> = tokens.into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Ident(word) => word == keyword || calls_unknown_macro(&tokens[at..]),
        TokenTree::Group(group) => may_contain(group.stream(), keyword),
        _ => false,
    })
}

/// Returns whether the tokens begin with the call of a macro that may expand to anything.
fn calls_unknown_macro(tokens: &[TokenTree]) -> bool {
    let [
        TokenTree::Ident(name),
        TokenTree::Punct(sign),
        TokenTree::Group(group),
        ..,
    ] = tokens
    else {
        return false;
    };
    let known = |names: &[&str]| names.iter().any(|known| name == known);
    sign.as_char() == '!'
        && group.delimiter() != Delimiter::None
        && !known(TRANSPARENT)
        && !known(BEFORE_EXPRESSION)
}

#[cfg(test)]
mod tests;
