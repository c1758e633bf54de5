//! One argument: a name in the signature, and its pattern where the body runs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Pat, PatIdent, PatType, Token, Type};

use super::passing::{ArgumentUse, Consumer, PassedBy, may_have_destructor};
use crate::emit::paths::{Runtime, local};
use crate::emit::tokens::last_span;
use crate::item::in_place::is_read_in_place;
use crate::item::mentions::may_mention;
use crate::item::spelling::visible;

pub(super) struct Argument {
    /// The argument as the user wrote it.
    written: PatType,
    /// The name in the signature of the expansion.
    name: Ident,
    position: usize,
    /// Whether the fallback needs the argument.
    pub(super) needed: bool,
    /// Whether the attribute mentions the argument, so that it is used even if the body does not use it.
    mentioned: bool,
    /// Whether the block of the body captures the argument and does not bind it again.
    captured: bool,
}

impl Argument {
    /// Replaces the pattern in the signature by a name.
    pub(super) fn take(
        input: &mut PatType,
        position: usize,
        needed: bool,
        mentioned: bool,
        captured: bool,
    ) -> Self {
        let written = input.clone();
        let name = match plain(&written.pat) {
            Some(pattern) => pattern.ident.clone(),
            None => local(&format!("argument_{position}")),
        };
        *input.pat = Pat::Verbatim(quote!(#name));
        if !captured {
            input.attrs.retain(|attribute| !is_lint(attribute));
        }
        Self {
            written,
            name,
            position,
            needed,
            mentioned,
            captured,
        }
    }

    /// Returns whether the body can use the argument where its block captures it. rustc and clippy then say the same
    /// as about a variable.
    pub(super) fn can_be_captured(input: &PatType, body: &TokenStream) -> bool {
        plain(&input.pat).is_some_and(|pattern| {
            // clippy would blame the user for the mention of such a name.
            let is_hidden = pattern.ident.to_string().starts_with('_');
            // rustc explains differently that an element cannot be moved out of a captured array.
            let is_array = matches!(visible(&input.ty), Type::Array(_));
            pattern.mutability.is_none()
                && !is_hidden
                && !(is_array && may_have_destructor(&input.ty))
                && PassedBy::of(&input.ty) == PassedBy::Value
                && is_read_in_place(body.clone(), &pattern.ident)
        })
    }

    /// Mentions the argument if the block of the body captures it.
    pub(super) fn capture(&self, whole: &TokenStream) -> TokenStream {
        if !self.captured {
            return TokenStream::new();
        }
        let (cfgs, name) = (self.attributes("cfg"), &self.name);
        quote_spanned!(Span::mixed_site()=> #(#cfgs)* #whole(&#name);)
    }

    /// Returns the variable that holds the value for the consumer.
    pub(super) fn source(&self, consumer: Consumer, usage: ArgumentUse) -> TokenStream {
        let name = match (usage, consumer, PassedBy::of(&self.written.ty)) {
            (ArgumentUse::Both, Consumer::Body, PassedBy::MutableReference) if self.needed => {
                self.local("lent")
            }
            (ArgumentUse::Both | ArgumentUse::Held, Consumer::Fallback, PassedBy::Value) => {
                self.local("copy")
            }
            _ => self.name.clone(),
        };
        name.into_token_stream()
    }

    fn local(&self, kind: &str) -> Ident {
        local(&format!("{kind}_{}", self.position))
    }

    /// Reborrows a `&mut` argument for the body.
    pub(super) fn lend(&self) -> TokenStream {
        if PassedBy::of(&self.written.ty) != PassedBy::MutableReference {
            return TokenStream::new();
        }
        let (cfgs, name, lent) = (self.attributes("cfg"), &self.name, self.local("lent"));
        quote_spanned!(Span::mixed_site()=>
            #(#cfgs)* #[allow(unknown_lints, clippy::borrow_deref_ref)]
            let #lent = &mut *#name;
        )
    }

    /// Clones a value for the fallback.
    pub(super) fn copy(&self, rt: &Runtime) -> TokenStream {
        if PassedBy::of(&self.written.ty) != PassedBy::Value {
            return TokenStream::new();
        }
        let span = Span::mixed_site().located_at(self.written.ty.span());
        let again = rt.item_at("clone_for_fallback", span);
        let (cfgs, name, copy) = (self.attributes("cfg"), &self.name, self.local("copy"));
        quote_spanned!(span=>
            #(#cfgs)* #[allow(unknown_lints, clippy::used_underscore_binding)]
            let #copy = #again(&#name);
        )
    }

    /// Binds the argument's pattern.
    pub(super) fn bind(&self, consumer: Consumer, usage: ArgumentUse) -> TokenStream {
        if self.captured && consumer == Consumer::Body {
            return TokenStream::new();
        }
        let source = &self.source(consumer, usage);
        let used = consumer == Consumer::Fallback || self.mentioned;
        let cfgs = self.attributes("cfg");
        let lints: Vec<_> = self.written.attrs.iter().filter(|it| is_lint(it)).collect();
        let span = Span::mixed_site();
        let used = used.then(|| quote_spanned!(span=> #[allow(unused_variables, unused_mut)]));
        let pattern = &self.written.pat;
        let allowed = quote_spanned!(span=>
            #[allow(
                unknown_lints,
                clippy::no_effect_underscore_binding,
                clippy::let_unit_value,
                clippy::shadow_same,
                clippy::shadow_unrelated
            )]
        );
        if plain(pattern).is_some() {
            let (read, source) = self.read(source);
            let ty = reference_type(&self.written.ty);
            return quote_spanned!(span=>
                #read
                #(#cfgs)* #(#lints)* #used #allowed let #pattern #ty = #source;
            );
        }
        // The whole value is bound first: the parts that the pattern does not bind are dropped after
        // those that it binds, as they are in a function.
        let name = &self.name;
        let mutable = may_mention(pattern.to_token_stream(), &[format_ident!("mut")]).then(|| {
            let token = Token![mut](span);
            (quote_spanned!(span=> #[allow(unused_mut)]), token)
        });
        let (unused, mutable) = mutable.unzip();
        let ignored = matches!(**pattern, Pat::Wild(_));
        let bound = (!ignored).then(
            || quote_spanned!(span=> #(#cfgs)* #(#lints)* #used #allowed let #pattern = #name;),
        );
        quote_spanned!(span=>
            #(#cfgs)* #unused #allowed let #mutable #name = #source;
            #bound
        )
    }

    /// Returns a variable to read the value from, and its `let` if it needs one. A name with a leading
    /// underscore is read through another variable, because clippy would blame the user for the
    /// read.
    pub(super) fn read(&self, source: &TokenStream) -> (TokenStream, TokenStream) {
        if !source.to_string().starts_with('_') {
            return (TokenStream::new(), source.clone());
        }
        let (cfgs, read) = (self.attributes("cfg"), self.local("read"));
        let reading = quote_spanned!(Span::mixed_site()=>
            #(#cfgs)* #[allow(unknown_lints, clippy::used_underscore_binding)]
            let #read = #source;
        );
        (reading, read.into_token_stream())
    }

    fn attributes<'a>(&'a self, name: &'a str) -> Vec<&'a Attribute> {
        let attributes = self.written.attrs.iter();
        attributes
            .filter(|attribute| attribute.path().is_ident(name))
            .collect()
    }

    /// Returns the conditions of all `#[cfg]` attributes.
    pub(super) fn conditions(&self) -> Vec<TokenStream> {
        let cfgs = self.attributes("cfg").into_iter();
        let lists = cfgs.filter_map(|cfg| cfg.meta.require_list().ok());
        lists.map(|list| list.tokens.clone()).collect()
    }
}

/// Returns a pattern that is only a name, with or without `mut`.
fn plain(pattern: &Pat) -> Option<&PatIdent> {
    match pattern {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            Some(pattern)
        }
        _ => None,
    }
}

/// Returns the type `&_` with the spans of a reference, after a colon. rustc suggests `&mut` there if the body
/// changes what the argument refers to.
fn reference_type(ty: &Type) -> Option<TokenStream> {
    let Type::Reference(reference) = visible(ty) else {
        return None;
    };
    if reference.mutability.is_some() {
        return None;
    }
    let colon = Token![:](Span::mixed_site());
    let and = reference.and_token;
    let infer = Token![_](last_span(reference.elem.to_token_stream())?);
    Some(quote!(#colon #and #infer))
}

/// Returns whether an attribute sets lint levels. These apply to the pattern, which is no longer in the
/// signature.
fn is_lint(attribute: &Attribute) -> bool {
    let levels =
        ["allow", "expect", "warn", "deny", "forbid"].map(|level| format_ident!("{level}"));
    let conditional = attribute.path().is_ident("cfg_attr");
    let level = |level: &Ident| attribute.path().is_ident(level);
    levels.iter().any(level)
        || conditional && may_mention(attribute.meta.to_token_stream(), &levels)
}
