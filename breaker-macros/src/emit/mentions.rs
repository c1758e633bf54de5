//! What the attribute's own tokens use of the function's arguments.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::declare::{Arm, Declaration, FallbackKind, Judge};

pub(super) struct Uses {
    fallback: Needed,
    /// All expressions of the attribute that are written into the function.
    all: TokenStream,
}

/// Which arguments the fallback needs.
enum Needed {
    Nothing,
    /// A path is called with all of them.
    Everything,
    /// A closure names what it needs.
    What(TokenStream),
}

impl Uses {
    pub(super) fn of(declaration: &Declaration) -> Self {
        let fallback = match declaration.fallback.as_ref().map(|it| &it.kind) {
            None => Needed::Nothing,
            Some(FallbackKind::Path(_)) => Needed::Everything,
            Some(FallbackKind::Closure(closure)) => Needed::What(closure.body.to_token_stream()),
        };
        let closure = match &fallback {
            Needed::What(tokens) => tokens.clone(),
            Needed::Nothing | Needed::Everything => TokenStream::new(),
        };
        let judge = match &declaration.judge {
            Judge::ByResult => TokenStream::new(),
            Judge::Classify(classify) => classify.to_token_stream(),
            Judge::Patterns {
                ignore,
                success,
                failure,
            } => {
                let arms = [ignore, success, failure].into_iter().flatten();
                arms.map(|Arm { pattern, guard }| quote!(#pattern #guard))
                    .collect()
            }
        };
        let Declaration {
            key,
            registry,
            open_for_hint: hint,
            ..
        } = declaration;
        Self {
            fallback,
            all: quote!(#closure #judge #key #registry #hint),
        }
    }

    /// Whether the fallback needs an argument that goes by one of these names.
    pub(super) fn needs(&self, names: &[Ident]) -> bool {
        match &self.fallback {
            Needed::Nothing => false,
            Needed::Everything => true,
            Needed::What(tokens) => mentions(tokens.clone(), names),
        }
    }

    /// Whether any expression of the attribute names it.
    pub(super) fn name(&self, names: &[Ident]) -> bool {
        mentions(self.all.clone(), names)
    }
}

/// Whether one of the names stands somewhere in the tokens, the holes of format strings included.
pub(super) fn mentions(tokens: TokenStream, names: &[Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Literal(literal) => {
            let text = literal.to_string();
            names.iter().any(|name| text.contains(&format!("{{{name}")))
        }
        TokenTree::Punct(_) => false,
    })
}

/// Every name in the tokens.
pub(super) fn names(tokens: TokenStream) -> Vec<Ident> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => found.push(ident),
            TokenTree::Group(group) => found.append(&mut names(group.stream())),
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
    found
}

/// Writes `new` wherever the tokens say `self`.
pub(super) fn with_self(tokens: TokenStream, new: &Ident) -> TokenStream {
    let each = |token| match token {
        TokenTree::Ident(ident) if ident == "self" => {
            let mut new = new.clone();
            new.set_span(new.span().located_at(ident.span()));
            new.into()
        }
        TokenTree::Group(group) => {
            let inside = with_self(group.stream(), new);
            let mut replaced = proc_macro2::Group::new(group.delimiter(), inside);
            replaced.set_span(group.span());
            replaced.into()
        }
        token => token,
    };
    tokens.into_iter().map(each).collect()
}
