//! Rules about the type of the returned value, as far as the signature spells it.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Error, GenericArgument, Pat, PathArguments, Result, Type};

use crate::args::Arguments;
use crate::args::setting_name::SettingName;
use crate::args::spelling::spelled;
use crate::args::value::Arm;
use crate::item::function::Function;
use crate::item::returns::Shape;
use crate::item::spelling::visible;
use crate::item::stream::is_stream;

/// A function that returns nothing has no `Err`, so another setting has to recognise its failures. The same holds for a
/// stream that cannot be replaced by the guarded one.
pub(super) fn failures_can_be_recognised(arguments: &Arguments, function: &Function) -> Result<()> {
    let classifiers = [
        SettingName::Classify,
        SettingName::Trip,
        SettingName::Ignore,
        SettingName::Success,
        SettingName::Failure,
    ];
    if classifiers.iter().any(|name| arguments.mentions(*name)) {
        return Ok(());
    }
    let nothing = "cannot tell success from failure for the return type `()`: return a `Result`, \
                   or add `failure(…)` or `classify = …`";
    let stream = "a stream fails after the function has returned it: return `impl Stream`, `BoxStream` or \
                  `Pin<Box<dyn Stream>>` without `async`, or guard the stream with `guard_stream`";
    match function.returned() {
        None => Err(Error::new(function.signature.ident.span(), nothing)),
        Some(ty) => match visible(ty) {
            Type::Tuple(unit) if unit.elems.is_empty() => Err(Error::new_spanned(ty, nothing)),
            visible if is_stream(visible) && !matches!(function.shape, Shape::Stream(_)) => {
                Err(Error::new_spanned(ty, stream))
            }
            _ => Ok(()),
        },
    }
}

/// The patterns match the returned `Result`, and not its error.
///
/// A name in upper case can be a constant of any type, so rustc checks it.
pub(super) fn patterns_are_of_the_result(arguments: &Arguments, function: &Function) -> Vec<Error> {
    let Some(error) = function.returned().and_then(error_type) else {
        return Vec::new();
    };
    let patterns = [
        (SettingName::Trip, &arguments.trip),
        (SettingName::Ignore, &arguments.ignore),
        (SettingName::Success, &arguments.success),
        (SettingName::Failure, &arguments.failure),
    ];
    let wrong = patterns.into_iter().filter_map(|(name, given)| {
        let arm = &given.as_ref()?.value;
        let wrong = cases(&arm.pattern).find(|case| is_variant_of(case, error))?;
        let meant = spelled(wrapped(arm, error)).map(|pattern| name.with_value(&pattern));
        let advice = name.advise(meant);
        let message = advice.about("expected a pattern for the returned `Result`");
        Some(Error::new_spanned(wrong, message))
    });
    wrong.collect()
}

/// A stream yields many values, and these settings are about one.
pub(super) fn settings_fit_a_stream(arguments: &Arguments, function: &Function) -> Vec<Error> {
    if !matches!(function.shape, Shape::Stream(_)) {
        return Vec::new();
    }
    let settings = [
        (
            SettingName::CallTimeout,
            "`call_timeout` limits a call that returns one value: put the limit around the next item of the stream",
        ),
        (
            SettingName::Fallback,
            "a stream cannot have a `fallback`: the first item of a rejected stream is an `Err` with the `BreakerError`",
        ),
    ];
    let wrong = settings.into_iter().filter_map(|(name, message)| {
        let span = arguments.span(name)?;
        Some(Error::new(span, message))
    });
    wrong.collect()
}

/// Returns the name of the error type in `Result<T, E>`.
fn error_type(returned: &Type) -> Option<&Ident> {
    let Type::Path(result) = visible(returned) else {
        return None;
    };
    let result = result
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(angle) = &result.arguments else {
        return None;
    };
    match angle.args.iter().nth(1)? {
        GenericArgument::Type(ty) => match visible(ty) {
            Type::Path(error) => error.path.segments.last().map(|last| &last.ident),
            _ => None,
        },
        _ => None,
    }
}

/// Returns the alternatives of a pattern.
fn cases(pattern: &Pat) -> impl Iterator<Item = &Pat> {
    let (one, several) = match pattern {
        Pat::Or(or) => (None, Some(or.cases.iter())),
        one => (Some(one), None),
    };
    one.into_iter().chain(several.into_iter().flatten())
}

fn is_variant_of(pattern: &Pat, error: &Ident) -> bool {
    let path = match pattern {
        Pat::Path(path) if path.qself.is_none() => &path.path,
        Pat::TupleStruct(pattern) if pattern.qself.is_none() => &pattern.path,
        Pat::Struct(pattern) if pattern.qself.is_none() => &pattern.path,
        _ => return false,
    };
    let mut words = path.segments.iter().rev().map(|segment| &segment.ident);
    let is_constant = |variant: &Ident| {
        let variant = variant.to_string();
        matches!(pattern, Pat::Path(_)) && !variant.contains(char::is_lowercase)
    };
    let variant = words.next();
    variant.is_some_and(|variant| !is_constant(variant)) && words.next() == Some(error)
}

/// Puts the variants of the error into `Err(…)`, and keeps everything else.
fn wrapped(arm: &Arm, error: &Ident) -> TokenStream {
    let all = cases(&arm.pattern).all(|case| is_variant_of(case, error));
    let pattern = if all {
        let cases = cases(&arm.pattern);
        quote!(Err(#(#cases)|*))
    } else {
        let cases = cases(&arm.pattern).map(|case| {
            if is_variant_of(case, error) {
                quote!(Err(#case))
            } else {
                case.to_token_stream()
            }
        });
        quote!(#(#cases)|*)
    };
    let guard = arm.guard.as_ref().map(|guard| quote!(if #guard));
    quote!(#pattern #guard)
}

#[cfg(test)]
mod tests;
