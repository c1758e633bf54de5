//! Rules between keys, and between keys and the function: one function each.

mod settings;

use proc_macro2::{Ident, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{
    Error, Expr, ExprLit, FnArg, GenericParam, Generics, Lit, Meta, Pat, Result, Signature, Type,
};

use super::{FallbackKind, FallbackOn, Setting};
use crate::args::key::Key;
use crate::args::{Arguments, Given};
use crate::errors::Errors;
use crate::item::Function;
use crate::item::borrows::{Mutable, mutable_arguments, returned_mutable};
use crate::item::returns::{Shape, visible};

pub(super) fn check(arguments: &Arguments, function: &Function, errors: &mut Errors) {
    settings::check(arguments, errors);
    errors.take(only_a_future_is_limited(arguments, function));
    errors.take(classify_stands_alone(arguments));
    errors.take(fallback_on_has_a_fallback(arguments));
    errors.take(fallback_is_another_function(arguments, &function.signature));
    errors.take(key_is_no_quoted_argument(arguments, &function.signature));
    errors.take(few_conditional_arguments(arguments, &function.signature));
    errors.take(failures_can_be_told(arguments, function));
    for given in arguments.settings.iter().chain(&arguments.call_timeout) {
        let generics = &function.signature.generics;
        errors.take(constant_names_no_instance(&given.value, generics));
    }
    for error in arguments_go_to_the_fallback(arguments, function) {
        errors.push(error);
    }
    for error in breaker_stands_once(arguments, function) {
        errors.push(error);
    }
}

fn classify_stands_alone(arguments: &Arguments) -> Result<()> {
    let patterns = [
        ("ignore", &arguments.ignore),
        ("success", &arguments.success),
        ("failure", &arguments.failure),
    ];
    let first = patterns.iter().find(|(_, given)| given.is_some());
    match (&arguments.classify, first) {
        (Some(Given { key, .. }), Some((name, _))) => {
            let message =
                format!("`classify` decides alone: move `{name}(…)` into it, or remove `classify`");
            Err(Error::new(*key, message))
        }
        _ => Ok(()),
    }
}

fn fallback_on_has_a_fallback(arguments: &Arguments) -> Result<()> {
    match &arguments.fallback_on {
        Some(Given { key, .. }) if !arguments.mentions(Key::Fallback) => {
            let message = "`fallback_on` needs `fallback`: add `fallback = pay_later`, \
                           or remove `fallback_on`";
            Err(Error::new(*key, message))
        }
        _ => Ok(()),
    }
}

fn fallback_is_another_function(arguments: &Arguments, signature: &Signature) -> Result<()> {
    let Some(FallbackKind::Path(path)) = arguments.fallback.as_ref().map(|given| &given.value)
    else {
        return Ok(());
    };
    let words: Vec<&Ident> = path.path.segments.iter().map(|it| &it.ident).collect();
    // Of a method, the bare name is a free function and may be the fallback.
    let free = signature.receiver().is_none();
    let last = match words.as_slice() {
        [last] if free => last,
        [first, last] if *first == "Self" || (free && *first == "self") => last,
        _ => return Ok(()),
    };
    let own = signature.ident.unraw();
    if path.qself.is_some() || path.path.leading_colon.is_some() || last.unraw() != own {
        return Ok(());
    }
    let message = format!("the fallback of `{own}` is `{own}` itself");
    Err(Error::new_spanned(path, message))
}

/// A text may be the key of a whole function; the name of an argument in quotes is a mistake.
fn key_is_no_quoted_argument(arguments: &Arguments, signature: &Signature) -> Result<()> {
    let key = arguments.key.as_ref().map(|given| &given.value);
    let Some(Expr::Lit(ExprLit {
        lit: Lit::Str(text),
        ..
    })) = key
    else {
        return Ok(());
    };
    let text = text.value();
    let named = |argument: &FnArg| match argument {
        FnArg::Receiver(_) => text == "self",
        FnArg::Typed(typed) => {
            matches!(typed.pat.as_ref(), Pat::Ident(pattern) if pattern.ident == text)
        }
    };
    if !signature.inputs.iter().any(named) {
        return Ok(());
    }
    let message = format!("in quotes, it is the same key for every call: write `key = {text}`");
    Err(Error::new_spanned(key, message))
}

/// An argument of a call carries no `#[cfg]`, so there is one call for each way they can turn out: 64.
const MOST_CONDITIONAL_ARGUMENTS: usize = 6;

fn few_conditional_arguments(arguments: &Arguments, signature: &Signature) -> Result<()> {
    let Some(FallbackKind::Path(path)) = arguments.fallback.as_ref().map(|given| &given.value)
    else {
        return Ok(());
    };
    let conditional = signature.inputs.iter().filter(|argument| match argument {
        FnArg::Typed(typed) => typed.attrs.iter().any(|it| it.path().is_ident("cfg")),
        FnArg::Receiver(_) => false,
    });
    if conditional.count() <= MOST_CONDITIONAL_ARGUMENTS {
        return Ok(());
    }
    let message = format!(
        "at most {MOST_CONDITIONAL_ARGUMENTS} arguments under `#[cfg(…)]` can be handed to a path, \
         which takes another call for each way they turn out: write `fallback = |error| …`"
    );
    Err(Error::new_spanned(path, message))
}

fn only_a_future_is_limited(arguments: &Arguments, function: &Function) -> Result<()> {
    match (arguments.place(Key::CallTimeout), &function.shape) {
        (Some(key), Shape::Sync) => {
            let message =
                "a synchronous call cannot be stopped; `call_timeout` needs an `async fn`";
            Err(Error::new(key, message))
        }
        _ => Ok(()),
    }
}

/// A function that returns nothing has no `Err`.
fn failures_can_be_told(arguments: &Arguments, function: &Function) -> Result<()> {
    let judges = [Key::Classify, Key::Ignore, Key::Success, Key::Failure];
    if judges.into_iter().any(|key| arguments.mentions(key)) {
        return Ok(());
    }
    let message = "a failure cannot be told from a success of `()`: return a `Result`, \
                   or say `failure(…)` / `classify = …`";
    match function.returned() {
        None => Err(Error::new(function.signature.ident.span(), message)),
        Some(ty) => match visible(ty) {
            Type::Tuple(unit) if unit.elems.is_empty() => Err(Error::new_spanned(ty, message)),
            _ => Ok(()),
        },
    }
}

/// A `static` serves all instances of a generic function or type.
fn constant_names_no_instance(setting: &Setting, generics: &Generics) -> Result<()> {
    let Some(expr) = setting.constant() else {
        return Ok(());
    };
    let instance = |word: &Ident| {
        let generic = generics.params.iter().any(|param| match param {
            GenericParam::Type(param) => param.ident == *word,
            GenericParam::Const(param) => param.ident == *word,
            GenericParam::Lifetime(_) => false,
        });
        generic || word == "Self"
    };
    if names(expr.to_token_stream(), &instance) {
        let message = "one breaker serves all instances: write the type's name";
        return Err(Error::new_spanned(expr, message));
    }
    Ok(())
}

/// Does such a word begin a path?
fn names(tokens: TokenStream, word: &impl Fn(&Ident) -> bool) -> bool {
    // What stands behind `::` or `.` is a part of something else.
    let (mut inside, mut colon) = (false, false);
    for token in tokens {
        let found = match &token {
            TokenTree::Ident(ident) => !inside && word(ident),
            TokenTree::Group(group) => names(group.stream(), word),
            _ => false,
        };
        if found {
            return true;
        }
        let sign = match &token {
            TokenTree::Punct(sign) => Some((sign.as_char(), sign.spacing())),
            _ => None,
        };
        inside = matches!(sign, Some(('.', _))) || (colon && matches!(sign, Some((':', _))));
        colon = sign == Some((':', Spacing::Joint));
    }
    false
}

/// A `&mut` argument is only lent to the body if nothing that comes back still holds it.
fn arguments_go_to_the_fallback(arguments: &Arguments, function: &Function) -> Vec<Error> {
    if arguments.fallback.is_none() {
        return Vec::new();
    }
    let signature = &function.signature;
    let refuse = |mutable: Mutable<'_>, why: &str| {
        let name = argument_name(mutable.argument);
        let message = format!("{name} cannot be handed to the fallback again{why}");
        Error::new_spanned(mutable.argument, message)
    };
    if let Shape::Boxed { .. } | Shape::ImplFuture { .. } = function.shape {
        let why = ", since the returned future holds it; make the function an `async fn`";
        return mutable_arguments(signature)
            .map(|it| refuse(it, why))
            .collect();
    }
    let on = arguments.fallback_on.as_ref().map(|given| given.value);
    match (on, function.returned()) {
        (Some(FallbackOn::Error | FallbackOn::Any), Some(returned)) => {
            let why = ", since the return type borrows from it; use `fallback_on = rejected`";
            let borrowed = returned_mutable(signature, returned).into_iter();
            borrowed.map(|it| refuse(it, why)).collect()
        }
        _ => Vec::new(),
    }
}

fn argument_name(argument: &FnArg) -> String {
    match argument {
        FnArg::Receiver(_) => "`self`".to_owned(),
        FnArg::Typed(typed) => match typed.pat.as_ref() {
            Pat::Ident(pattern) => format!("`{}`", pattern.ident),
            _ => "this argument".to_owned(),
        },
    }
}

/// Looks for the same name in the attributes below this one.
fn breaker_stands_once(arguments: &Arguments, function: &Function) -> Vec<Error> {
    let Some(Given { value: name, .. }) = &arguments.name else {
        return Vec::new();
    };
    let again = function.attributes.iter().filter(|attribute| {
        let path = attribute.path().segments.last();
        let Meta::List(list) = &attribute.meta else {
            return false;
        };
        // Its own mistakes are reported when its own turn comes.
        let other = || Arguments::parse(list.tokens.clone(), &mut Errors::default()).name;
        path.is_some_and(|last| last.ident == "circuit_breaker")
            && other().is_some_and(|other| other.value.value() == name.value())
    });
    let message = format!("`{}` already guards this function", name.value());
    again
        .map(|attribute| Error::new_spanned(attribute, &message))
        .collect()
}

#[cfg(test)]
mod tests;
