//! The function's arguments: named in the signature, bound again where the body runs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, Pat, PatIdent, PatType, Receiver, ReceiverKind, Signature, Token, Type,
};

use super::located_at;
use super::paths::{Runtime, local};
use super::uses::{Uses, mentions, names, with_self};
use crate::item::returns::visible;

pub(super) struct Arguments {
    this: Option<This>,
    /// Those that are bound again.
    typed: Vec<Argument>,
}

struct This {
    receiver: Receiver,
    /// Whether the body captures it.
    captured: bool,
    /// Whether the fallback needs it.
    needed: bool,
}

struct Argument {
    /// The argument as the user wrote it.
    written: PatType,
    /// What the signature calls it now.
    name: Ident,
    place: usize,
    /// Whether the fallback needs it.
    needed: bool,
    /// Whether the attribute names it, so that it is used even if the body does not.
    named: bool,
}

/// Whose arguments are bound.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Taker {
    /// The body; what the fallback is given beside it depends on when it runs.
    Body,
    Fallback,
}

/// How an argument reaches both the body and the fallback.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// One of the two runs: it moves into that one.
    Either,
    /// The body runs to its end, then perhaps the fallback.
    Both,
    /// The future that the body has made holds it while the fallback runs.
    Held,
}

/// What an argument's type says about sharing it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passing {
    Reference,
    Exclusive,
    Value,
}

impl Arguments {
    /// Gives every argument that is bound again a name in the signature.
    ///
    /// `block` are the statements of a function that makes a future and does nothing else. What they
    /// do not mention they do not capture: such an argument stays where it is, and is dropped when the
    /// function returns.
    pub(super) fn take(
        signature: &mut Signature,
        uses: &Uses,
        block: Option<&TokenStream>,
    ) -> Self {
        let captured = |names: &[Ident]| block.is_none_or(|block| mentions(block.clone(), names));
        let mut this = None;
        let mut typed = Vec::new();
        for (place, input) in signature.inputs.iter_mut().enumerate() {
            match input {
                FnArg::Receiver(receiver) => {
                    let names = [format_ident!("self")];
                    this = Some(This {
                        receiver: receiver.clone(),
                        captured: captured(&names),
                        needed: uses.needs(&names),
                    });
                }
                FnArg::Typed(input) => {
                    let names = names(input.pat.to_token_stream());
                    let needed = uses.needs(&names);
                    if captured(&names) || needed {
                        let mentioned = uses.name(&names);
                        typed.push(Argument::take(input, place, needed, mentioned));
                    }
                }
            }
        }
        Self { this, typed }
    }

    /// Binds the arguments again, in order, so that all of each is captured and dropped as before;
    /// for the fallback, those that it needs.
    pub(super) fn rebound(&self, rt: &Runtime, taker: Taker, sharing: Sharing) -> TokenStream {
        let whole = rt.item("whole");
        let caught = |this: &&This| this.captured && taker == Taker::Body;
        let this = self.this.as_ref().filter(caught).map(|this| {
            let this = this.receiver.self_token;
            quote_spanned!(Span::mixed_site()=> #whole(&#this);)
        });
        let typed = self.typed.iter().filter_map(|argument| {
            let bound = taker == Taker::Body || argument.needed;
            bound.then(|| argument.rebound(taker, sharing))
        });
        quote!(#this #(#typed)*)
    }

    /// Makes what the fallback will need of the arguments that the body takes.
    pub(super) fn copies(&self, rt: &Runtime, sharing: Sharing) -> TokenStream {
        if sharing == Sharing::Either {
            return TokenStream::new();
        }
        let copied = self.copied_self(sharing).map(|receiver| {
            let again = rt.item_at("again", receiver.span());
            let (this, copy) = (receiver.self_token, local("self"));
            quote_spanned!(Span::mixed_site()=> let #copy = #again(&#this);)
        });
        let needed = self.typed.iter().filter(|argument| argument.needed);
        let typed = needed.map(|argument| argument.copy(rt));
        quote!(#copied #(#typed)*)
    }

    /// Borrows for the body what the fallback will have after it.
    ///
    /// Not before the call is let through, as the expressions of `registry` and `key` may look at it.
    pub(super) fn lent(&self, sharing: Sharing) -> TokenStream {
        if sharing != Sharing::Both {
            return TokenStream::new();
        }
        let needed = self.typed.iter().filter(|argument| argument.needed);
        needed.map(Argument::lend).collect()
    }

    /// The receiver, if the fallback gets a copy of it.
    fn copied_self(&self, sharing: Sharing) -> Option<&Receiver> {
        let this = self.this.as_ref().filter(|this| this.needed)?;
        let copied = sharing != Sharing::Either && passing_self(&this.receiver) == Passing::Value;
        copied.then_some(&this.receiver)
    }

    /// Whether the body may only borrow its `self`, for the fallback to have it after.
    pub(super) fn lends_self(&self, sharing: Sharing) -> bool {
        let lent = |this: &This| this.needed && passing_self(&this.receiver) == Passing::Exclusive;
        sharing == Sharing::Both && self.this.as_ref().is_some_and(lent)
    }

    /// Gives the closure of a fallback the `self` that is its own.
    pub(super) fn with_own_self(&self, closure: TokenStream, sharing: Sharing) -> TokenStream {
        match self.copied_self(sharing) {
            Some(_) => with_self(closure, &local("self")),
            None => closure,
        }
    }

    /// Calls `callee` with the arguments that the fallback gets. What rustc says about the call it
    /// says at the callee.
    pub(super) fn call(&self, callee: &TokenStream, span: Span, sharing: Sharing) -> TokenStream {
        let this = self.this.as_ref().map(|this| {
            let this = this.receiver.self_token.into_token_stream();
            located_at(self.with_own_self(this, sharing), span)
        });
        let mut given: Vec<_> = this.into_iter().map(|this| (this, Vec::new())).collect();
        let mut reads = TokenStream::new();
        for argument in &self.typed {
            let (read, source) = argument.read(&argument.source(Taker::Fallback, sharing));
            reads.extend(read);
            given.push((located_at(source, span), argument.conditions()));
        }
        let call = call_with(callee, span, Vec::new(), &given);
        quote!(#reads #call)
    }
}

/// One call for each way in which the `#[cfg]`s of the arguments can turn out: an argument of a call
/// cannot carry one.
fn call_with(
    callee: &TokenStream,
    span: Span,
    mut given: Vec<TokenStream>,
    rest: &[(TokenStream, Vec<TokenStream>)],
) -> TokenStream {
    let Some(((next, conditions), rest)) = rest.split_first() else {
        let span = Span::mixed_site().located_at(span);
        return quote_spanned!(span=> #callee(#(#given),*));
    };
    let without = given.clone();
    given.push(next.clone());
    let with = call_with(callee, span, given, rest);
    if conditions.is_empty() {
        return with;
    }
    let without = call_with(callee, span, without, rest);
    quote_spanned!(Span::mixed_site()=> {
        #[cfg(all(#(#conditions),*))]
        { #with }
        #[cfg(not(all(#(#conditions),*)))]
        { #without }
    })
}

impl Argument {
    fn take(input: &mut PatType, place: usize, needed: bool, named: bool) -> Self {
        let written = input.clone();
        let name = match plain(&written.pat) {
            Some(pattern) => pattern.ident.clone(),
            None => local(&format!("argument_{place}")),
        };
        *input.pat = Pat::Verbatim(quote!(#name));
        input.attrs.retain(|attribute| !is_lint(attribute));
        Self {
            written,
            name,
            place,
            needed,
            named,
        }
    }

    /// Where the value comes from.
    fn source(&self, taker: Taker, sharing: Sharing) -> TokenStream {
        let passing = passing(&self.written.ty);
        let name = match (sharing, taker, passing) {
            (Sharing::Both, Taker::Body, Passing::Exclusive) if self.needed => self.local("lent"),
            (Sharing::Both | Sharing::Held, Taker::Fallback, Passing::Value) => self.local("copy"),
            _ => self.name.clone(),
        };
        name.into_token_stream()
    }

    fn local(&self, kind: &str) -> Ident {
        local(&format!("{kind}_{}", self.place))
    }

    fn lend(&self) -> TokenStream {
        if passing(&self.written.ty) != Passing::Exclusive {
            return TokenStream::new();
        }
        let (cfgs, name, lent) = (self.attributes("cfg"), &self.name, self.local("lent"));
        quote_spanned!(Span::mixed_site()=>
            #(#cfgs)* #[allow(unknown_lints, clippy::borrow_deref_ref)]
            let #lent = &mut *#name;
        )
    }

    fn copy(&self, rt: &Runtime) -> TokenStream {
        if passing(&self.written.ty) != Passing::Value {
            return TokenStream::new();
        }
        let span = Span::mixed_site().located_at(self.written.ty.span());
        let again = rt.item_at("again", span);
        let (cfgs, name, copy) = (self.attributes("cfg"), &self.name, self.local("copy"));
        quote_spanned!(span=>
            #(#cfgs)* #[allow(unknown_lints, clippy::used_underscore_binding)]
            let #copy = #again(&#name);
        )
    }

    /// The `let`s that bind the argument's pattern again.
    fn rebound(&self, taker: Taker, sharing: Sharing) -> TokenStream {
        let source = &self.source(taker, sharing);
        let used = taker == Taker::Fallback || self.named;
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
            return quote_spanned!(span=>
                #read
                #(#cfgs)* #(#lints)* #used #allowed let #pattern = #source;
            );
        }
        // What a pattern leaves out stays in here, and is dropped after what it takes.
        let name = &self.name;
        let mutable = mentions(pattern.to_token_stream(), &[format_ident!("mut")]).then(|| {
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

    /// Reads a value once more, under another name if its own says that it is not used: clippy would
    /// take our reading for the user's.
    fn read(&self, source: &TokenStream) -> (TokenStream, TokenStream) {
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

    /// What stands in its `#[cfg]`s.
    fn conditions(&self) -> Vec<TokenStream> {
        let cfgs = self.attributes("cfg").into_iter();
        let lists = cfgs.filter_map(|cfg| cfg.meta.require_list().ok());
        lists.map(|list| list.tokens.clone()).collect()
    }
}

/// A pattern that is a name, `mut` or not.
fn plain(pattern: &Pat) -> Option<&PatIdent> {
    match pattern {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            Some(pattern)
        }
        _ => None,
    }
}

/// Attributes that are about the binding, which is no longer in the signature.
fn is_lint(attribute: &Attribute) -> bool {
    let levels =
        ["allow", "expect", "warn", "deny", "forbid"].map(|level| format_ident!("{level}"));
    let conditional = attribute.path().is_ident("cfg_attr");
    let level = |level: &Ident| attribute.path().is_ident(level);
    levels.iter().any(level) || conditional && mentions(attribute.meta.to_token_stream(), &levels)
}

fn passing(ty: &Type) -> Passing {
    match visible(ty) {
        Type::Reference(reference) if reference.mutability.is_some() => Passing::Exclusive,
        Type::Reference(_) => Passing::Reference,
        _ => Passing::Value,
    }
}

fn passing_self(receiver: &Receiver) -> Passing {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, Some(_)) => Passing::Exclusive,
        ReceiverKind::Reference(_, _, None) => Passing::Reference,
        ReceiverKind::Typed(_, ty) => passing(ty),
        _ => Passing::Value,
    }
}
