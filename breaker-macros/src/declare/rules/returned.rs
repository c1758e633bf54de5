//! Rules about the type of the returned value, as far as the signature spells it.

use syn::{Error, Result, Type};

use crate::args::Arguments;
use crate::args::setting_name::SettingName;
use crate::item::function::Function;
use crate::item::spelling::{is_stream, visible};

/// A function that returns nothing or a stream has no `Err`, so another setting has to recognise its
/// failures.
pub(super) fn failures_can_be_recognised(arguments: &Arguments, function: &Function) -> Result<()> {
    let classifiers = [
        SettingName::Classify,
        SettingName::Ignore,
        SettingName::Success,
        SettingName::Failure,
    ];
    if classifiers.iter().any(|name| arguments.mentions(*name)) {
        return Ok(());
    }
    let nothing = "cannot tell success from failure for the return type `()`: return a `Result`, \
                   or add `failure(…)` or `classify = …`";
    let stream = "a stream fails after the function has returned it: return a `Result` with the stream \
                  in it, or hold a `Permit` in the stream";
    match function.returned() {
        None => Err(Error::new(function.signature.ident.span(), nothing)),
        Some(ty) => match visible(ty) {
            Type::Tuple(unit) if unit.elems.is_empty() => Err(Error::new_spanned(ty, nothing)),
            visible if is_stream(visible) => Err(Error::new_spanned(ty, stream)),
            _ => Ok(()),
        },
    }
}

#[cfg(test)]
mod tests;
