//! One guarded call: enter, run the body, classify the value, finish. Sync and async calls differ only
//! in how the body runs.
//!
//! Each step is one file with methods of [`Call`]. An `emit_…` method returns the statements of its
//! step.

mod body;
mod classify;
mod enter;
mod fallback;
mod finish;
mod run;
mod stream;

use proc_macro2::TokenStream;
use proc_macro2::extra::DelimSpan;

use super::arguments::{ArgumentUse, FunctionArguments};
use super::paths::Runtime;
use super::returned::Returned;
use super::signatures::Signatures;
use crate::args::callable::FallbackOn;
use crate::declare::{Classifier, Declaration};
use crate::item::function::Function;

/// Everything that the expansion of one function depends on.
pub(super) struct Call<'a> {
    pub(super) declaration: &'a Declaration,
    pub(super) function: &'a Function,
    pub(super) runtime: Runtime,
    pub(super) arguments: &'a FunctionArguments,
    pub(super) returned: &'a Returned,
    pub(super) signatures: Option<&'a Signatures>,
}

/// How the body runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Sync,
    Async,
}

/// Code of the user that becomes a closure or an `async` block.
pub(super) struct UserBlock<'a> {
    pub(super) braces: DelimSpan,
    pub(super) statements: &'a TokenStream,
}

impl Call<'_> {
    pub(super) fn fallback_on(&self) -> Option<FallbackOn> {
        let fallback = self.declaration.fallback.as_ref();
        fallback.map(|fallback| fallback.on)
    }

    /// Returns how the body and the fallback share the arguments of a function whose body runs under the
    /// guard.
    pub(super) fn argument_use(&self) -> ArgumentUse {
        match self.fallback_on() {
            Some(FallbackOn::Error | FallbackOn::Any) => ArgumentUse::Both,
            Some(FallbackOn::Rejected) | None => ArgumentUse::Either,
        }
    }

    /// Returns whether the returned type has to be a `Result`, independent of the classifier.
    fn needs_result(&self) -> bool {
        let rejected = self.fallback_on() == Some(FallbackOn::Rejected);
        !rejected || self.declaration.call_timeout.is_some()
    }

    /// Returns whether the call needs only the returned value to finish, and nothing runs afterwards.
    fn settles_at_once(&self) -> bool {
        let declaration = self.declaration;
        matches!(declaration.classifier, Classifier::ByResult)
            && declaration.open_for_hint.is_none()
            && declaration.cause.is_none()
            && declaration.call_timeout.is_none()
            && matches!(self.fallback_on(), None | Some(FallbackOn::Rejected))
    }
}
