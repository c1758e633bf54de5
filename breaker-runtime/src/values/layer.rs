//! The layers of settings and overrides.

use std::fmt;

/// Where the value of a setting or an override comes from. A later layer takes precedence.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Layer, Overrides, Registry};
///
/// let registry = Registry::new();
/// let mail = registry.get_or_create("mail", Config::new().threshold(3))?;
/// registry.configure("mail", Overrides { backoff: Some(2.0), ..Overrides::default() })?;
///
/// let layers = mail.snapshot().layers;
/// assert_eq!(layers.of("threshold"), Some(Layer::Declared));
/// assert_eq!(layers.of("backoff"), Some(Layer::Runtime));
/// assert_eq!(layers.of("open_for"), Some(Layer::Default));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// The default of the setting: no other layer gives a value.
    Default,
    /// The fleet, for an override that holds in all its instances; settings never come from it.
    Fleet,
    /// The table `[default]` of a file.
    FileDefault,
    /// A variable of the environment for all breakers, such as `BREAKER__THRESHOLD`.
    EnvironmentDefault,
    /// An attribute, or [`get_or_create`](crate::Registry::get_or_create).
    Declared,
    /// The breaker's table in a file, and the table of its group.
    File,
    /// A variable of the environment for one breaker, such as `BREAKER_PAYMENT__THRESHOLD`.
    Environment,
    /// [`configure`](crate::Registry::configure); for an override, [`force_open`](crate::CircuitBreaker::force_open) or
    /// [`force_closed`](crate::CircuitBreaker::force_closed).
    Runtime,
}

impl Layer {
    /// Returns the label: the name of the variant in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Fleet => "fleet",
            Self::FileDefault => "file_default",
            Self::EnvironmentDefault => "environment_default",
            Self::Declared => "declared",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Runtime => "runtime",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
