//! Emits the expansion of a checked declaration and its function.
//!
//! The expansion is thin. It consists of a `static` for the call site, and of calls into the runtime
//! around the body, which keeps its tokens.

mod arguments;
mod call;
mod constants;
mod editor;
mod mentions;
mod paths;
mod returned;
mod signatures;
mod site;
mod tokens;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{ReturnType, Signature};

use self::arguments::FunctionArguments;
use self::call::{Call, Flow, UserBlock};
pub(crate) use self::editor::{emit_for_editor, with_names};
use self::mentions::Mentions;
pub(crate) use self::paths::macro_at;
use self::paths::{Runtime, local};
use self::returned::Returned;
use self::signatures::Signatures;
use self::tokens::{braced, call_instead, delimited};
use crate::args::callable::FallbackOn;
use crate::declare::Declaration;
use crate::item::assignments::may_lend;
use crate::item::clippy::{is_canonical, passes_function};
use crate::item::function::Function;
use crate::item::mentions::may_mention;
use crate::item::returns::{BoxedFuture, FutureBlock, Shape};
use crate::item::stream::StreamForm;
use crate::item::tail::Constructor;

/// Emits the guarded function.
pub(crate) fn emit(declaration: &Declaration, function: &Function) -> TokenStream {
    let mut signature = function.signature.clone();
    let block = match &function.shape {
        Shape::Block(block) => Some(&block.statements),
        _ => None,
    };
    let mentions = Mentions::of(declaration);
    let keeping = keeping_body(declaration, function);
    let arguments = FunctionArguments::take(&mut signature, &mentions, block, keeping);
    let runtime = Runtime::new(declaration);
    let returned = Returned::new(function, &runtime);
    let signatures = Signatures::new(function);
    let call = Call {
        declaration,
        function,
        runtime,
        arguments: &arguments,
        returned: &returned,
        signatures: signatures.as_ref(),
    };
    let body = match &function.shape {
        Shape::Sync => call.emit_guarded_body(Flow::Sync, &user_body(function)),
        Shape::Async => call.emit_guarded_body(Flow::Async, &user_body(function)),
        Shape::Block(block) => emit_future_block(&call, block),
        Shape::Boxed(boxed) => emit_future(&call, Some(boxed)),
        Shape::ImplFuture { .. } => emit_future(&call, None),
        Shape::Stream(stream) => emit_stream(&call, stream.form),
    };
    emit_function(function, &signature, &body)
}

/// Returns the body if its block may use arguments where it captures them. It may not if the fallback needs them
/// afterwards, if it only borrows `self`, or if the returned value may borrow: in an error about such a value, rustc does
/// not call a captured argument a local variable.
fn keeping_body<'a>(declaration: &Declaration, function: &'a Function) -> Option<&'a TokenStream> {
    let fallback = declaration.fallback.as_ref();
    let is_shared = fallback.is_some_and(|fallback| fallback.on != FallbackOn::Rejected);
    let signature = &function.signature;
    let receiver = signature.receiver();
    let changes_self = receiver.is_some_and(|receiver| receiver.mutability.is_some());
    let returned = function.returned().map(ToTokens::to_token_stream);
    let is_object = may_mention(returned.unwrap_or_default(), &[format_ident!("dyn")]);
    let keeps = matches!(function.shape, Shape::Async)
        && !(is_shared || changes_self || is_object || may_lend(signature));
    keeps.then_some(&function.body.statements)
}

fn emit_function(function: &Function, signature: &Signature, body: &TokenStream) -> TokenStream {
    let Function {
        attributes,
        visibility,
        defaultness,
        body: original,
        ..
    } = function;
    let inner = &original.inner_attributes;
    let inside = quote!(#(#inner)* #body);
    let body = if is_canonical(&signature.ident, original.statements.clone()) {
        // clippy does not compare braces of a macro with the body that it demands.
        let span = Span::mixed_site().located_at(original.braces.join());
        delimited(Delimiter::Brace, span, inside)
    } else {
        // Without the user's own braces, rustc would not report dead code.
        braced(original.braces, inside)
    };
    let allowed = allowed_lints(function);
    quote!(#(#attributes)* #allowed #visibility #defaultness #signature #body)
}

/// Allows the lints that clippy would report because it does not find the body in the expansion. They concern the function
/// as a whole, and nothing inside of it.
fn allowed_lints(function: &Function) -> TokenStream {
    let statements = &function.body.statements;
    let span = Span::mixed_site();
    let mut allowed = TokenStream::new();
    if statements.is_empty() && !function.signature.generics.params.is_empty() {
        allowed.extend(quote_spanned!(span=> #[allow(clippy::extra_unused_type_parameters)]));
    }
    if passes_function(statements.clone()) {
        allowed.extend(quote_spanned!(span=> #[allow(clippy::must_use_candidate)]));
    }
    allowed
}

fn user_body(function: &Function) -> UserBlock<'_> {
    UserBlock {
        braces: function.body.braces,
        statements: &function.body.statements,
    }
}

/// Guards the inside of the block that is the whole body. The arguments have not moved when it begins to
/// run.
fn emit_future_block(call: &Call<'_>, block: &FutureBlock) -> TokenStream {
    let statements = if call.arguments.lends_self(call.argument_use()) {
        reborrow_self(&block.statements)
    } else {
        block.statements.clone()
    };
    let body = UserBlock {
        braces: block.braces,
        statements: &statements,
    };
    let inside = braced(block.braces, call.emit_guarded_body(Flow::Async, &body));
    let async_move = &block.async_move;
    let future = quote!(#async_move #inside);
    let Some(Constructor { path, parens }) = &block.constructor else {
        return future;
    };
    let mut arguments = Group::new(Delimiter::Parenthesis, future);
    arguments.set_span(parens.join());
    quote!(#path #arguments)
}

/// Reborrows `self` in `let __self = self;`, with which `#[async_trait]` begins a body.
fn reborrow_self(statements: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = statements.clone().into_iter().collect();
    let words: Vec<String> = tokens.iter().map(ToString::to_string).collect();
    let binding = ["__self", "=", "self", ";"];
    let moved = words
        .windows(binding.len())
        .position(|words| words == binding);
    let reborrow = |(at, token): (usize, TokenTree)| {
        if moved.is_some_and(|moved| at == moved + 2) {
            quote_spanned!(token.span()=> &mut *#token)
        } else {
            token.into()
        }
    };
    tokens.into_iter().enumerate().map(reborrow).collect()
}

/// Makes the future without a guard, as the original function does, and guards the future.
fn emit_future(call: &Call<'_>, boxed: Option<&BoxedFuture>) -> TokenStream {
    let (future, key, copies) = (
        local("future"),
        call.emit_kept_key(),
        call.copies_before_future(),
    );
    let tail = boxed.and_then(|boxed| boxed.tail.as_ref());
    let ty = match (boxed, &call.function.signature.output) {
        // The body is coerced to the type.
        (Some(BoxedFuture { tail: None, .. }), ReturnType::Type(_, ty)) => Some(quote!(#ty)),
        _ => None,
    };
    let (output, statements) = tail.map(|tail| call.emit_tail(tail)).unzip();
    let body = UserBlock {
        statements: statements
            .as_ref()
            .unwrap_or(&call.function.body.statements),
        ..user_body(call.function)
    };
    let made = call.emit_make_future(&body, ty.as_ref());
    let guarded = call.emit_guarded_future(&future);
    let (block, allowed) = (local("block"), call.allow_awaitable_answer());
    let answer = match (boxed, tail) {
        (None, _) => quote!(#block),
        (Some(_), None) => {
            let boxed = call.runtime.item("boxed");
            quote_spanned!(Span::mixed_site()=> #boxed(#block))
        }
        (Some(_), Some(tail)) => {
            // rustc reports here that the future is not `Send`.
            let boxed = call.runtime.item("boxed");
            call_instead(&tail.constructor, &boxed, quote!(#block))
        }
    };
    quote_spanned!(Span::mixed_site()=>
        #key
        #copies
        #output
        let #future = #made;
        #allowed
        let #block = async move { #guarded };
        #answer
    )
}

/// Makes the stream without a guard, as the original function does, and guards the stream.
fn emit_stream(call: &Call<'_>, form: StreamForm) -> TokenStream {
    let (stream, guarded, key) = (local("stream"), local("guarded"), call.emit_kept_key());
    let ty = match (form, &call.function.signature.output) {
        // The body is coerced to the type.
        (StreamForm::Boxed | StreamForm::Alias, ReturnType::Type(_, ty)) => Some(quote!(#ty)),
        _ => None,
    };
    let made = call.emit_make_future(&user_body(call.function), ty.as_ref());
    let guard = call.emit_guarded_stream(&stream);
    let answer = match form {
        StreamForm::Opaque => quote!(#guarded),
        StreamForm::Boxed | StreamForm::Alias => {
            let boxed = call.runtime.item("boxed_stream");
            quote_spanned!(Span::mixed_site()=> #boxed(#guarded))
        }
    };
    quote_spanned!(Span::mixed_site()=>
        #key
        let #stream = #made;
        #[allow(unknown_lints, clippy::type_complexity, clippy::result_large_err)]
        let #guarded = { #guard };
        #answer
    )
}
