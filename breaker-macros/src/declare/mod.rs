//! Arguments and function, checked against each other, become a declaration.

mod rules;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Error, Expr, LitStr, Path};

use crate::args::Arguments;
pub(crate) use crate::args::Given;
pub(crate) use crate::args::callable::{Closure, FallbackKind, FallbackOn};
use crate::args::key::Key;
pub(crate) use crate::args::setting::{Extent, Number, Setting, SettingValue};
pub(crate) use crate::args::value::Arm;
use crate::errors::Errors;
use crate::item::Function;

/// Everything that the attribute says.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Declaration {
    pub(crate) name: LitStr,
    /// Where the runtime is, if not at `::breaker_runtime`.
    pub(crate) runtime: Option<Path>,
    /// The breaker's settings that were given, in the order of the table of keys.
    pub(crate) settings: Vec<Setting>,
    /// A path or a closure.
    pub(crate) open_for_hint: Option<Expr>,
    /// With the place of its key.
    pub(crate) call_timeout: Option<Given<Setting>>,
    pub(crate) judge: Judge,
    pub(crate) fallback: Option<Fallback>,
    /// What tells the breakers of one name apart.
    pub(crate) key: Option<Expr>,
    pub(crate) registry: Option<Expr>,
}

/// Who tells a failure from a success.
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Judge {
    /// `Ok` is a success, `Err` a failure.
    ByResult,
    Patterns {
        ignore: Option<Arm>,
        success: Option<Arm>,
        failure: Option<Arm>,
    },
    /// A path or a closure.
    Classify(Expr),
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct Fallback {
    pub(crate) on: FallbackOn,
    pub(crate) kind: FallbackKind,
}

/// Is `None` if there is no name; all other mistakes only leave their errors.
pub(crate) fn declare(
    arguments: Arguments,
    function: &Function,
    errors: &mut Errors,
) -> Option<Declaration> {
    rules::check(&arguments, function, errors);
    if arguments.name.is_none() && !arguments.mentions(Key::Name) {
        errors.push(missing_name(function));
    }
    let name = value(arguments.name)?;
    let (ignore, success, failure) = (
        value(arguments.ignore),
        value(arguments.success),
        value(arguments.failure),
    );
    let judge = match value(arguments.classify) {
        Some(classify) => Judge::Classify(classify),
        None if ignore.is_none() && success.is_none() && failure.is_none() => Judge::ByResult,
        None => Judge::Patterns {
            ignore,
            success,
            failure,
        },
    };
    let on = value(arguments.fallback_on).unwrap_or(FallbackOn::Rejected);
    Some(Declaration {
        name,
        runtime: value(arguments.runtime),
        settings: arguments
            .settings
            .into_iter()
            .map(|given| given.value)
            .collect(),
        open_for_hint: value(arguments.open_for_hint),
        call_timeout: arguments.call_timeout,
        judge,
        fallback: value(arguments.fallback).map(|kind| Fallback { on, kind }),
        key: value(arguments.key),
        registry: value(arguments.registry),
    })
}

fn value<T>(given: Option<Given<T>>) -> Option<T> {
    given.map(|given| given.value)
}

/// Proposes the function's own name.
fn missing_name(function: &Function) -> Error {
    let form = Key::Name.form(&format!(
        "{:?}",
        function.signature.ident.unraw().to_string()
    ));
    Error::new(Span::call_site(), format!("missing `name`: write `{form}`"))
}

#[cfg(test)]
mod tests;
