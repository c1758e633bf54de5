//! Finds the arguments of the function that the attribute mentions.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::args::callable::{Cause, FallbackKind};
use crate::args::value::Arm;
use crate::declare::{Classifier, Declaration};
use crate::item::mentions::{bindings, mentions};

/// The tokens of the attribute that can mention an argument.
pub(super) struct Mentions {
    fallback: Needed,
    /// All expressions of the attribute that the expansion contains.
    all: TokenStream,
}

/// The arguments that the fallback needs.
enum Needed {
    Nothing,
    /// All arguments: the expansion passes them to a path.
    Everything,
    /// The arguments that a closure mentions, without those that its own argument hides.
    MentionedIn(TokenStream, Vec<Ident>),
}

impl Mentions {
    pub(super) fn of(declaration: &Declaration) -> Self {
        let fallback = match declaration.fallback.as_ref().map(|it| &it.kind) {
            None => Needed::Nothing,
            Some(FallbackKind::Path(_)) => Needed::Everything,
            Some(FallbackKind::Closure(closure)) => {
                Needed::MentionedIn(closure.body.to_token_stream(), bindings(&closure.pattern))
            }
        };
        let closure = match &fallback {
            Needed::MentionedIn(tokens, _) => tokens.clone(),
            Needed::Nothing | Needed::Everything => TokenStream::new(),
        };
        let classifier = match &declaration.classifier {
            Classifier::ByResult | Classifier::ByError => TokenStream::new(),
            Classifier::Function(function) => function.to_token_stream(),
            patterns @ Classifier::Patterns { .. } => patterns
                .arms()
                .map(|Arm { pattern, guard }| quote!(#pattern #guard))
                .collect(),
        };
        let Declaration {
            key,
            registry,
            open_for_hint: hint,
            cause,
            ..
        } = declaration;
        let cause = match cause {
            Some(Cause::Stated(cause)) => cause.to_token_stream(),
            Some(Cause::Error(_)) | None => TokenStream::new(),
        };
        Self {
            fallback,
            all: quote!(#closure #classifier #key #registry #hint #cause),
        }
    }

    /// Returns whether the fallback needs an argument that has one of these names.
    pub(super) fn fallback_needs(&self, names: &[Ident]) -> bool {
        match &self.fallback {
            Needed::Nothing => false,
            Needed::Everything => true,
            Needed::MentionedIn(tokens, hidden) => {
                let visible = names.iter().filter(|name| !hidden.contains(name));
                let visible: Vec<_> = visible.cloned().collect();
                mentions(tokens.clone(), &visible)
            }
        }
    }

    /// Returns whether any expression of the attribute mentions one of these names.
    pub(super) fn include(&self, names: &[Ident]) -> bool {
        mentions(self.all.clone(), names)
    }
}

/// Replaces every `self` in the tokens by `new`, except in paths such as `self::helper`.
pub(super) fn with_self(tokens: TokenStream, new: &Ident) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut replaced = TokenStream::new();
    while let Some(token) = tokens.next() {
        let before_colon =
            matches!(tokens.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == ':');
        replaced.extend([match token {
            TokenTree::Ident(ident) if ident == "self" && !before_colon => {
                let mut new = new.clone();
                new.set_span(new.span().located_at(ident.span()));
                new.into()
            }
            TokenTree::Group(group) => {
                let inside = with_self(group.stream(), new);
                let mut replaced = Group::new(group.delimiter(), inside);
                replaced.set_span(group.span());
                replaced.into()
            }
            token => token,
        }]);
    }
    replaced
}
