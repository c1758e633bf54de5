//! Rules that relate settings to each other or to the annotated function. Each rule is one Rust
//! function.

mod returned;
pub(crate) mod settings;

use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Error, Expr, ExprLit, FnArg, GenericParam, Generics, Lit, Meta, Pat, Result, Signature};

use crate::args::callable::{FallbackKind, FallbackOn};
use crate::args::setting::Setting;
use crate::args::setting_name::SettingName;
use crate::args::{Arguments, Given};
use crate::errors::Errors;
use crate::item::borrows::{MutableArgument, mutable_arguments, returned_mutable};
use crate::item::function::Function;
use crate::item::mentions::{bindings, mentions};
use crate::item::returns::Shape;

pub(super) fn check(arguments: &Arguments, function: &Function, errors: &mut Errors) {
    settings::check(arguments, errors);
    errors.take(call_timeout_has_a_future(arguments, function));
    errors.take(settings::probe_has_no_key(arguments));
    errors.take(settings::probe_always_has_a_probe(arguments));
    errors.take(classify_stands_alone(arguments));
    errors.take(fallback_on_has_a_fallback(arguments));
    errors.take(fallback_is_another_function(arguments, &function.signature));
    errors.take(key_is_not_a_quoted_argument(arguments, &function.signature));
    errors.take(conditional_arguments_are_few(
        arguments,
        &function.signature,
    ));
    errors.take(returned::failures_can_be_recognised(arguments, function));
    for error in returned::settings_fit_a_stream(arguments, function) {
        errors.push(error);
    }
    for error in returned::patterns_are_of_the_result(arguments, function) {
        errors.push(error);
    }
    let limits = arguments.call_timeout.iter().chain(&arguments.probe_always);
    for given in arguments.settings.iter().chain(limits) {
        let generics = &function.signature.generics;
        errors.take(constant_is_not_generic(&given.value, generics));
    }
    for error in arguments_reach_the_fallback(arguments, function) {
        errors.push(error);
    }
    for error in breaker_guards_once(arguments, function) {
        errors.push(error);
    }
}

fn classify_stands_alone(arguments: &Arguments) -> Result<()> {
    let patterns = [
        ("trip", &arguments.trip),
        ("ignore", &arguments.ignore),
        ("success", &arguments.success),
        ("failure", &arguments.failure),
    ];
    let first = patterns.iter().find(|(_, given)| given.is_some());
    match (&arguments.classify, first) {
        (Some(given), Some((name, _))) => {
            let message = format!(
                "`classify` cannot be combined with `{name}(…)`: move the pattern into `classify`, \
                 or remove `classify`"
            );
            Err(Error::new(given.span, message))
        }
        _ => Ok(()),
    }
}

fn fallback_on_has_a_fallback(arguments: &Arguments) -> Result<()> {
    match &arguments.fallback_on {
        Some(given) if !arguments.mentions(SettingName::Fallback) => {
            let message = "`fallback_on` needs `fallback`: add one, such as `fallback = pay_later`, \
                           or remove `fallback_on`";
            Err(Error::new(given.span, message))
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
    // In a method, the bare name denotes a free function, which may be the fallback.
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
    let message = format!("`{own}` cannot be its own fallback: name another function");
    Err(Error::new_spanned(path, message))
}

/// A string literal is a valid key, but the name of an argument in quotes is a mistake.
fn key_is_not_a_quoted_argument(arguments: &Arguments, signature: &Signature) -> Result<()> {
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
    let message = format!("a key in quotes is the same for every call: write `key = {text}`");
    Err(Error::new_spanned(key, message))
}

/// The limit keeps the expansion small. An argument of a call cannot carry a `#[cfg]`, so the expansion
/// contains one call for each combination of conditions: 64 for 6 arguments.
const MOST_CONDITIONAL_ARGUMENTS: usize = 6;

fn conditional_arguments_are_few(arguments: &Arguments, signature: &Signature) -> Result<()> {
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
        "a path as fallback supports at most {MOST_CONDITIONAL_ARGUMENTS} arguments with \
         `#[cfg(…)]`: write `fallback = |error| …`"
    );
    Err(Error::new_spanned(path, message))
}

fn call_timeout_has_a_future(arguments: &Arguments, function: &Function) -> Result<()> {
    match (arguments.span(SettingName::CallTimeout), &function.shape) {
        (Some(span), Shape::Sync) => {
            let message = "a synchronous call cannot be stopped: `call_timeout` needs an `async fn`, or a return \
                 type that shows the future, such as `Pin<Box<dyn Future<Output = …>>>`";
            Err(Error::new(span, message))
        }
        _ => Ok(()),
    }
}

/// All instances of a generic function share one `static`, so a constant cannot depend on their
/// parameters.
fn constant_is_not_generic(setting: &Setting, generics: &Generics) -> Result<()> {
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
    match find_path(expr.to_token_stream(), &instance) {
        Some(word) => {
            let message = format!(
                "one breaker serves all instances: write a concrete type or constant instead of `{word}`"
            );
            Err(Error::new_spanned(expr, message))
        }
        None => Ok(()),
    }
}

/// Finds a path whose first word matches, and returns this word.
fn find_path(tokens: TokenStream, word: &impl Fn(&Ident) -> bool) -> Option<Ident> {
    // An identifier after `::` or `.` continues a path or names a field.
    let (mut inside, mut colon) = (false, false);
    for token in tokens {
        let found = match &token {
            TokenTree::Ident(ident) if !inside && word(ident) => Some(ident.clone()),
            TokenTree::Group(group) => find_path(group.stream(), word),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        let sign = match &token {
            TokenTree::Punct(sign) => Some((sign.as_char(), sign.spacing())),
            _ => None,
        };
        inside = matches!(sign, Some(('.', _))) || (colon && matches!(sign, Some((':', _))));
        colon = sign == Some((':', Spacing::Joint));
    }
    None
}

/// The body can only reborrow a `&mut` argument for the fallback if the returned value does not hold it.
fn arguments_reach_the_fallback(arguments: &Arguments, function: &Function) -> Vec<Error> {
    let Some(Given {
        value: fallback, ..
    }) = &arguments.fallback
    else {
        return Vec::new();
    };
    let signature = &function.signature;
    let needed = |mutable: &MutableArgument<'_>| match fallback {
        FallbackKind::Path(_) => true,
        FallbackKind::Closure(closure) => {
            let names = match mutable.argument {
                FnArg::Receiver(_) => vec![Ident::new("self", Span::call_site())],
                FnArg::Typed(typed) => bindings(&typed.pat),
            };
            let hidden = bindings(&closure.pattern);
            let visible: Vec<_> = names
                .into_iter()
                .filter(|it| !hidden.contains(it))
                .collect();
            mentions(closure.body.to_token_stream(), &visible)
        }
    };
    let reject = |mutable: MutableArgument<'_>, why: &str| {
        let name = argument_name(mutable.argument);
        let message = format!("{name} cannot be passed to the fallback: {why}");
        Error::new_spanned(mutable.argument, message)
    };
    if let Shape::Boxed(_) | Shape::ImplFuture { .. } = function.shape {
        let why = "the returned future holds it; make the function an `async fn`";
        let needed = mutable_arguments(signature).filter(needed);
        return needed.map(|it| reject(it, why)).collect();
    }
    let on = arguments.fallback_on.as_ref().map(|given| given.value);
    match (on, function.spelled()) {
        (Some(FallbackOn::Error | FallbackOn::Any), Some(returned)) => {
            let why = "the return type borrows from it; use `fallback_on = rejected`";
            let borrowed = returned_mutable(signature, returned).into_iter();
            borrowed.filter(needed).map(|it| reject(it, why)).collect()
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

/// Looks for the same breaker in the attributes below this one.
fn breaker_guards_once(arguments: &Arguments, function: &Function) -> Vec<Error> {
    let Some(Given { value: name, .. }) = &arguments.name else {
        return Vec::new();
    };
    let others = function.attributes.iter().filter(|attribute| {
        let path = attribute.path().segments.last();
        let Meta::List(list) = &attribute.meta else {
            return false;
        };
        // The errors of that attribute are reported when the compiler expands it.
        let other = || Arguments::parse(list.tokens.clone(), &mut Errors::default()).name;
        path.is_some_and(|last| last.ident == "circuit_breaker")
            && other().is_some_and(|other| other.value.to_string() == name.to_string())
    });
    let message =
        format!("`{name}` already guards this function: remove one of the two attributes");
    others
        .map(|attribute| Error::new_spanned(attribute, &message))
        .collect()
}

#[cfg(test)]
mod tests;
