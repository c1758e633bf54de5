//! The reasons to reject a configuration.

use thiserror::Error;

use super::conflict::Conflict;
use super::table::Setting;
use super::value::Value;

/// The reason why a breaker could not be made or configured. Nothing was changed.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry};
///
/// let error = Registry::new()
///     .get_or_create("pay ment", Config::new())
///     .unwrap_err();
/// assert_eq!(error.field(), Some("name"));
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The name is invalid; `problem` says why.
    #[error("{problem}")]
    Name {
        /// The name that was given.
        name: String,
        /// The reason why the name is invalid, as a sentence.
        problem: String,
    },
    /// A value is out of range.
    #[error("`{setting}` {range}, not {value}")]
    OutOfRange {
        /// The name of the setting.
        setting: &'static str,
        /// The value that was given, as text.
        value: String,
        /// The range of the setting, as the end of a sentence.
        range: &'static str,
    },
    /// Two settings are inconsistent.
    #[error("{problem}")]
    Together {
        /// The name of the setting that cannot be met.
        setting: &'static str,
        /// The reason why the setting cannot be met, as a sentence.
        problem: String,
    },
    /// The breaker exists with another value.
    #[error("{0}")]
    Conflict(Box<Conflict>),
    /// No breaker has this name.
    #[error("there is no circuit breaker `{name}`{}", did_you_mean(nearest.as_deref()))]
    Unknown {
        /// The name that was given.
        name: String,
        /// The name of the breaker that was probably meant.
        nearest: Option<String>,
    },
    /// A change names a setting that does not exist, or turns off one that cannot be turned off; `problem` says which.
    #[error("{problem}")]
    Setting {
        /// The name that was given.
        name: String,
        /// The reason why the setting cannot be changed in this way, as a sentence.
        problem: String,
    },
}

impl ConfigError {
    pub(super) fn out_of_range(setting: Setting, value: Value, range: &'static str) -> Self {
        Self::OutOfRange {
            setting: setting.name(),
            value: value.to_string(),
            range,
        }
    }

    /// Returns the name of the setting that is wrong, or `name` if the name of the breaker is wrong.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Name { .. } | Self::Unknown { .. } => Some("name"),
            Self::Setting { .. } => None,
            Self::OutOfRange { setting, .. } | Self::Together { setting, .. } => Some(setting),
            Self::Conflict(conflict) => Some(conflict.second.setting),
        }
    }
}

/// Writes the end of a message about an unknown name.
pub(super) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}
