//! Checks the arguments and the function against each other, and turns the arguments into a declaration.

pub(crate) mod rules;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Error, Expr, ExprPath, Path};

use crate::args::callable::{Cause, Classify, FallbackKind, FallbackOn};
use crate::args::setting::Setting;
use crate::args::setting_name::SettingName;
use crate::args::value::{Arm, Name};
use crate::args::{Arguments, Given};
use crate::errors::Errors;
use crate::grammar::name;
use crate::item::function::Function;

/// The content of a valid attribute.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Declaration {
    pub(crate) name: Name,
    /// The path of the runtime, if it is not `::breaker_runtime`.
    pub(crate) runtime: Option<Path>,
    /// Every setting that the attribute has, and where.
    pub(crate) written: Vec<Given<SettingName>>,
    /// The settings of the breaker, in the order of the documentation.
    pub(crate) settings: Vec<Setting>,
    /// A path or a closure.
    pub(crate) open_for_hint: Option<Expr>,
    pub(crate) cause: Option<Cause>,
    /// The limit of each call, with the span of its name.
    pub(crate) call_timeout: Option<Given<Setting>>,
    /// The function that probes the dependency, and how often while the circuit is closed.
    pub(crate) probe: Option<Probe>,
    pub(crate) classifier: Classifier,
    pub(crate) fallback: Option<Fallback>,
    /// The partition key, for a breaker per key.
    pub(crate) key: Option<Expr>,
    pub(crate) registry: Option<Expr>,
}

impl Declaration {
    /// Returns where the attribute has the setting.
    pub(crate) fn place_of(&self, name: SettingName) -> Option<Span> {
        let written = self.written.iter().find(|given| given.value == name);
        written.map(|given| given.span)
    }
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct Probe {
    pub(crate) function: ExprPath,
    pub(crate) always: Option<Setting>,
}

/// How an outcome follows from a returned value.
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Classifier {
    /// `Ok` is a success, `Err` a failure.
    ByResult,
    Patterns {
        trip: Option<Arm>,
        ignore: Option<Arm>,
        success: Option<Arm>,
        failure: Option<Arm>,
    },
    /// The error of the `Result` decides.
    ByError,
    /// A path or a closure.
    Function(Expr),
}

impl Classifier {
    /// Returns the patterns in the order in which they are tried.
    pub(crate) fn arms(&self) -> impl Iterator<Item = &Arm> {
        let arms = match self {
            Self::Patterns {
                trip,
                ignore,
                success,
                failure,
            } => [trip, ignore, success, failure].map(Option::as_ref),
            Self::ByResult | Self::ByError | Self::Function(_) => [None; 4],
        };
        arms.into_iter().flatten()
    }
}

#[cfg_attr(test, derive(Debug))]
pub(crate) struct Fallback {
    pub(crate) on: FallbackOn,
    pub(crate) kind: FallbackKind,
}

/// Makes the declaration, and adds an error for each mistake. Returns `None` only if the name is
/// missing.
pub(crate) fn declare(
    arguments: Arguments,
    function: &Function,
    errors: &mut Errors,
) -> Option<Declaration> {
    rules::check(&arguments, function, errors);
    if arguments.name.is_none() && !arguments.mentions(SettingName::Name) {
        errors.push(missing_name(function));
    }
    let name = value(arguments.name)?;
    let (trip, ignore, success, failure) = (
        value(arguments.trip),
        value(arguments.ignore),
        value(arguments.success),
        value(arguments.failure),
    );
    let classifier = match value(arguments.classify) {
        Some(Classify::ByError) => Classifier::ByError,
        Some(Classify::Function(function)) => Classifier::Function(function),
        None if [&trip, &ignore, &success, &failure]
            .iter()
            .all(|arm| arm.is_none()) =>
        {
            Classifier::ByResult
        }
        None => Classifier::Patterns {
            trip,
            ignore,
            success,
            failure,
        },
    };
    let on = value(arguments.fallback_on).unwrap_or(FallbackOn::Rejected);
    Some(Declaration {
        name,
        runtime: value(arguments.runtime),
        written: arguments.written,
        settings: arguments
            .settings
            .into_iter()
            .map(|given| given.value)
            .collect(),
        open_for_hint: value(arguments.open_for_hint),
        cause: value(arguments.cause),
        call_timeout: arguments.call_timeout,
        probe: value(arguments.probe).map(|function| Probe {
            function,
            always: value(arguments.probe_always),
        }),
        classifier,
        fallback: value(arguments.fallback).map(|kind| Fallback { on, kind }),
        key: value(arguments.key),
        registry: value(arguments.registry),
    })
}

fn value<T>(given: Option<Given<T>>) -> Option<T> {
    given.map(|given| given.value)
}

/// Makes an error that suggests the name of the function.
fn missing_name(function: &Function) -> Error {
    let own = function.signature.ident.unraw().to_string();
    let meant = name::check(&own).map(|()| SettingName::Name.with_value(&format!("{own:?}")));
    let advice = SettingName::Name.advise(meant.ok());
    Error::new(Span::call_site(), advice.about("missing `name`"))
}

#[cfg(test)]
mod tests;
