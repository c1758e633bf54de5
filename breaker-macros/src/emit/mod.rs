//! From a checked declaration and its function to tokens.
//!
//! The expansion is thin: a static that names the call site, and one way through the runtime around
//! the body, which stays as it was written.

mod arguments;
mod body;
mod call;
mod ends;
mod fallback;
mod judge;
mod paths;
mod returned;
mod run;
mod site;
mod uses;

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};
use syn::Signature;

use self::arguments::Arguments;
use self::body::Body;
use self::call::{Call, Flow};
pub(crate) use self::paths::macro_at;
use self::paths::{Runtime, local};
use self::returned::Returned;
use self::uses::Uses;
use crate::declare::Declaration;
use crate::item::Function;
use crate::item::returns::{Constructor, FutureBlock, Shape};

/// Puts the function together again, around a call of the runtime.
pub(crate) fn emit(declaration: &Declaration, function: &Function) -> TokenStream {
    let mut signature = function.signature.clone();
    let block = match &function.shape {
        Shape::Block(block) => Some(&block.statements),
        _ => None,
    };
    let arguments = Arguments::take(&mut signature, &Uses::of(declaration), block);
    let returned = Returned::new(function);
    let call = Call {
        declaration,
        function,
        runtime: Runtime::new(declaration),
        arguments: &arguments,
        returned: &returned,
    };
    let body = match &function.shape {
        Shape::Sync => call.guarded(Flow::Sync, &user_body(function)),
        Shape::Async => call.guarded(Flow::Async, &user_body(function)),
        Shape::Block(block) => future_block(&call, block),
        Shape::Boxed { .. } => eager(&call, true),
        Shape::ImplFuture { .. } => eager(&call, false),
    };
    assemble(function, &signature, &body)
}

fn assemble(function: &Function, signature: &Signature, body: &TokenStream) -> TokenStream {
    let Function {
        attributes,
        visibility,
        defaultness,
        body: old,
        ..
    } = function;
    let inner = &old.inner_attributes;
    // The user's own braces, or `dead_code` would be silent.
    let body = braced(old.braces, quote!(#(#inner)* #body));
    quote!(#(#attributes)* #visibility #defaultness #signature #body)
}

fn user_body(function: &Function) -> Body<'_> {
    Body {
        braces: function.body.braces,
        statements: &function.body.statements,
    }
}

/// Guards the inside of the one block that the body consists of: nothing has moved before it runs.
fn future_block(call: &Call<'_>, block: &FutureBlock) -> TokenStream {
    let statements = if call.arguments.lends_self(call.sharing()) {
        reborrowing_self(&block.statements)
    } else {
        block.statements.clone()
    };
    let body = Body {
        braces: block.braces,
        statements: &statements,
    };
    let inside = braced(block.braces, call.guarded(Flow::Async, &body));
    let async_move = &block.async_move;
    let future = quote!(#async_move #inside);
    let Some(Constructor { path, parens }) = &block.constructor else {
        return future;
    };
    let mut arguments = Group::new(Delimiter::Parenthesis, future);
    arguments.set_span(parens.join());
    quote!(#path #arguments)
}

/// Lends `self` where `#[async_trait]` moves it before the body begins: `let __self = self;`.
fn reborrowing_self(statements: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = statements.clone().into_iter().collect();
    let words: Vec<String> = tokens.iter().map(ToString::to_string).collect();
    let binding = ["__self", "=", "self", ";"];
    let moved = words
        .windows(binding.len())
        .position(|words| words == binding);
    let lent = |(at, token): (usize, TokenTree)| {
        if moved.is_some_and(|moved| at == moved + 2) {
            quote_spanned!(token.span()=> &mut *#token)
        } else {
            token.into()
        }
    };
    tokens.into_iter().enumerate().map(lent).collect()
}

/// Lets the body make its future as ever, and guards that.
fn eager(call: &Call<'_>, boxed: bool) -> TokenStream {
    let (future, key, copies) = (local("future"), call.kept_key(), call.copies());
    let made = call.eager_body(&user_body(call.function));
    let guarded = call.guarded_future(&future);
    let block = quote_spanned!(Span::mixed_site()=> async move { #guarded });
    let answer = if boxed {
        let boxed = call.runtime.item("boxed");
        quote_spanned!(Span::mixed_site()=> #boxed(#block))
    } else {
        block
    };
    quote_spanned!(Span::mixed_site()=> #key #copies let #future = #made; #answer)
}

/// Puts tokens in braces that were there before.
fn braced(braces: DelimSpan, tokens: TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(braces.join());
    group.into_token_stream()
}

/// Prints tokens with all their spans in one place, but with the hygiene that they had.
pub(crate) fn located_at(tokens: impl ToTokens, span: Span) -> TokenStream {
    let mut located = TokenStream::new();
    for mut token in tokens.into_token_stream() {
        if let TokenTree::Group(group) = &token {
            let inside = located_at(group.stream(), span);
            let mut group = Group::new(group.delimiter(), inside);
            group.set_span(token.span().located_at(span));
            located.append(group);
        } else {
            token.set_span(token.span().located_at(span));
            located.append(token);
        }
    }
    located
}
