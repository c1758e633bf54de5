//! The function's arguments: named in the signature, and bound again where the body or the fallback
//! runs.

mod argument;
mod passing;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Signature, Token};

use self::argument::Argument;
pub(super) use self::passing::{ArgumentUse, Consumer};
use self::passing::{PassedBy, may_have_destructor};
use super::mentions::{Mentions, with_self};
use super::paths::{Runtime, local};
use super::tokens::located_at;
use crate::item::mentions::{bindings, may_mention};

pub(super) struct FunctionArguments {
    receiver: Option<Receiver>,
    /// The arguments that are bound again.
    typed: Vec<Argument>,
}

struct Receiver {
    written: syn::Receiver,
    /// Whether the body captures `self`.
    captured: bool,
    /// Whether the fallback needs `self`.
    needed: bool,
}

impl FunctionArguments {
    /// Gives a name in the signature to every argument that is bound again.
    ///
    /// `block` contains the statements of a function that does nothing but make a future. Arguments that
    /// it does not mention are not captured: they stay in the signature and are dropped when the
    /// function returns.
    ///
    /// `keeping` is the body of an asynchronous function whose block may use arguments where it captures them. To bind
    /// them again would store them once more. It drops what it binds before what it captures, so it captures no
    /// argument after one with a destructor that it binds.
    pub(super) fn take(
        signature: &mut Signature,
        attribute: &Mentions,
        block: Option<&TokenStream>,
        mut keeping: Option<&TokenStream>,
    ) -> Self {
        let captured =
            |names: &[Ident]| block.is_none_or(|block| may_mention(block.clone(), names));
        let mut receiver = None;
        let mut typed = Vec::new();
        for (position, input) in signature.inputs.iter_mut().enumerate() {
            match input {
                FnArg::Receiver(written) => {
                    let names = [format_ident!("self")];
                    receiver = Some(Receiver {
                        written: written.clone(),
                        captured: captured(&names),
                        needed: attribute.fallback_needs(&names),
                    });
                }
                FnArg::Typed(input) => {
                    let names = bindings(&input.pat);
                    let needed = attribute.fallback_needs(&names);
                    if captured(&names) || needed {
                        let mentioned = attribute.include(&names);
                        let kept =
                            keeping.is_some_and(|body| Argument::can_be_captured(input, body));
                        if !kept && may_have_destructor(&input.ty) {
                            keeping = None;
                        }
                        typed.push(Argument::take(input, position, needed, mentioned, kept));
                    }
                }
            }
        }
        Self { receiver, typed }
    }

    /// Returns whether the function has a receiver.
    pub(super) fn have_self(&self) -> bool {
        self.receiver.is_some()
    }

    /// Mentions `self` and the captured arguments in the body, so that the body captures all of each and drops it. They
    /// are dropped in the order of the mentions.
    pub(super) fn whole(&self, rt: &Runtime) -> TokenStream {
        let whole = rt.item("whole");
        let typed = self.typed.iter().rev().map(|it| it.capture(&whole));
        let receiver = self.receiver.as_ref().filter(|it| it.captured);
        let this = receiver.map(|receiver| {
            let this = receiver.written.self_token;
            quote_spanned!(Span::mixed_site()=> #whole(&#this);)
        });
        quote!(#(#typed)* #this)
    }

    /// Returns `self` if the body takes a `mut self` by value.
    pub(super) fn mutable_self(&self) -> Option<Token![self]> {
        let receiver = self.receiver.as_ref().filter(|it| it.captured)?;
        let written = &receiver.written;
        let by_value = PassedBy::of_receiver(written) == PassedBy::Value;
        (by_value && written.mutability.is_some()).then_some(written.self_token)
    }

    /// Binds the arguments in order: all of them for the body, so that they are captured and dropped as
    /// in the original function, and those that the fallback needs for the fallback.
    pub(super) fn bind(&self, consumer: Consumer, usage: ArgumentUse) -> TokenStream {
        let bound = |it: &&Argument| consumer == Consumer::Body || it.needed;
        let typed = self.typed.iter().filter(bound);
        typed.map(|it| it.bind(consumer, usage)).collect()
    }

    /// Clones the values that both the body and the fallback need.
    pub(super) fn copies(&self, rt: &Runtime, usage: ArgumentUse) -> TokenStream {
        if usage == ArgumentUse::Either {
            return TokenStream::new();
        }
        let copied = self.copied_self(usage).map(|receiver| {
            let again = rt.item_at("clone_for_fallback", receiver.span());
            let (this, copy) = (receiver.self_token, local("self"));
            quote_spanned!(Span::mixed_site()=> let #copy = #again(&#this);)
        });
        let needed = self.typed.iter().filter(|argument| argument.needed);
        let typed = needed.map(|argument| argument.copy(rt));
        quote!(#copied #(#typed)*)
    }

    /// Reborrows for the body the `&mut` arguments that the fallback needs afterwards.
    ///
    /// The expansion does this after the breaker has admitted the call, because the expressions of
    /// `registry` and `key` may use the arguments too.
    pub(super) fn lent(&self, usage: ArgumentUse) -> TokenStream {
        if usage != ArgumentUse::Both {
            return TokenStream::new();
        }
        let needed = self.typed.iter().filter(|argument| argument.needed);
        needed.map(Argument::lend).collect()
    }

    /// Returns the receiver if the fallback gets a copy of it.
    fn copied_self(&self, usage: ArgumentUse) -> Option<&syn::Receiver> {
        let receiver = self.receiver.as_ref().filter(|receiver| receiver.needed)?;
        let by_value = PassedBy::of_receiver(&receiver.written) == PassedBy::Value;
        (usage != ArgumentUse::Either && by_value).then_some(&receiver.written)
    }

    /// Returns whether the body has to borrow a `&mut self` that the fallback needs afterwards.
    pub(super) fn lends_self(&self, usage: ArgumentUse) -> bool {
        let lent = |receiver: &Receiver| {
            receiver.needed
                && PassedBy::of_receiver(&receiver.written) == PassedBy::MutableReference
        };
        usage == ArgumentUse::Both && self.receiver.as_ref().is_some_and(lent)
    }

    /// Replaces `self` in the fallback by the copy of it, if there is one.
    pub(super) fn with_copied_self(
        &self,
        fallback: TokenStream,
        usage: ArgumentUse,
    ) -> TokenStream {
        match self.copied_self(usage) {
            Some(_) => with_self(fallback, &local("self")),
            None => fallback,
        }
    }

    /// Calls `callee` with the arguments for the fallback. rustc reports errors of the call at the
    /// callee.
    pub(super) fn call(&self, callee: &TokenStream, span: Span, usage: ArgumentUse) -> TokenStream {
        let this = self.receiver.as_ref().map(|receiver| {
            let this = receiver.written.self_token.into_token_stream();
            located_at(self.with_copied_self(this, usage), span)
        });
        let mut passed: Vec<_> = this.into_iter().map(|this| (this, Vec::new())).collect();
        let mut reads = TokenStream::new();
        for argument in &self.typed {
            let (read, source) = argument.read(&argument.source(Consumer::Fallback, usage));
            reads.extend(read);
            passed.push((located_at(source, span), argument.conditions()));
        }
        let call = call_with(callee, span, Vec::new(), &passed);
        quote!(#reads #call)
    }
}

/// Emits one call for each combination of the `#[cfg]` conditions of `rest`, because an argument of a
/// call cannot carry a `#[cfg]`.
fn call_with(
    callee: &TokenStream,
    span: Span,
    mut passed: Vec<TokenStream>,
    rest: &[(TokenStream, Vec<TokenStream>)],
) -> TokenStream {
    let Some(((next, conditions), rest)) = rest.split_first() else {
        let span = Span::mixed_site().located_at(span);
        return quote_spanned!(span=> #callee(#(#passed),*));
    };
    let without = passed.clone();
    passed.push(next.clone());
    let with = call_with(callee, span, passed, rest);
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
