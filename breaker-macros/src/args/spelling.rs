//! Tokens as text that fits into a message.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The longest text that a message repeats, in characters.
const LONGEST: usize = 60;

/// Writes tokens as a person would. Returns `None` if the text is too long to repeat.
pub(crate) fn spelled(tokens: TokenStream) -> Option<String> {
    let mut text = String::new();
    write(&mut text, tokens);
    (text.chars().count() <= LONGEST).then_some(text)
}

fn write(text: &mut String, tokens: TokenStream) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => (" { ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(text, group.stream());
                text.push_str(close);
            }
            TokenTree::Punct(sign) => match sign.as_char() {
                ',' => text.push_str(", "),
                '|' => text.push_str(" | "),
                sign => text.push(sign),
            },
            word => {
                if text.ends_with(|last: char| last.is_alphanumeric() || "_)]}\"".contains(last)) {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests;
