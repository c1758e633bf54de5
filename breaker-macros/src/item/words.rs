//! The names and lifetimes in a type.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::{GenericParam, Generics};

pub(crate) enum Word {
    Name(Ident),
    /// A lifetime, without its quote. It is `_` if the lifetime is elided from a reference.
    Lifetime(Ident),
}

impl Word {
    /// Returns whether this may be a type parameter.
    ///
    /// The attribute does not see the parameters of an `impl` around the function. Most consist of one letter.
    pub(crate) fn is_generic(&self, generics: &Generics) -> bool {
        let Self::Name(name) = self else {
            return false;
        };
        let is_named = |param: &GenericParam| match param {
            GenericParam::Type(param) => param.ident == *name,
            GenericParam::Const(param) => param.ident == *name,
            GenericParam::Lifetime(_) => false,
        };
        let text = name.to_string();
        let is_letter = text.len() == 1 && text.starts_with(char::is_uppercase);
        is_letter || text == "Self" || generics.params.iter().any(is_named)
    }
}

/// Returns all names and lifetimes in order.
pub(crate) fn words(tokens: TokenStream) -> Vec<Word> {
    let mut found = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(name) => found.push(Word::Name(name)),
            TokenTree::Group(group) => found.extend(words(group.stream())),
            TokenTree::Punct(sign) if sign.as_char() == '\'' => {
                if let Some(TokenTree::Ident(name)) = tokens.next() {
                    found.push(Word::Lifetime(name));
                }
            }
            TokenTree::Punct(sign) if sign.as_char() == '&' => {
                let is_named =
                    matches!(tokens.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == '\'');
                if !is_named {
                    found.push(Word::Lifetime(Ident::new("_", sign.span())));
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests;
