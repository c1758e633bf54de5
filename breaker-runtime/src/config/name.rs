//! The check of a breaker's name at run time.

use super::error::ConfigError;
use super::grammar::name;

/// Checks a name: 1 to 128 ASCII letters, digits and `_ - . : /`.
pub(crate) fn check_name(name: &str) -> Result<(), ConfigError> {
    name::check(name).map_err(|problem| ConfigError::Name {
        name: name.to_owned(),
        problem,
    })
}
