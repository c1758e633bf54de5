//! What lies over and under the declarations of a breaker, and which layer each value comes from.

use std::fmt;

use super::{Config, Key};
use crate::sync::Arc;

/// Where the value of a key comes from; a later layer wins.
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
    /// Nobody gave it.
    Default,
    /// The table `[default]` of a file.
    FileDefault,
    /// An attribute, or [`get_or_create`](crate::Registry::get_or_create).
    Declared,
    /// The breaker's own table in a file.
    File,
    /// A variable of the environment.
    Environment,
    /// [`configure`](crate::Registry::configure).
    Runtime,
}

impl Layer {
    /// Returns the label: the variant's name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::FileDefault => "file_default",
            Self::Declared => "declared",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Runtime => "runtime",
        }
    }
}

impl fmt::Display for Layer {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The layer that each value in force comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    of: [Layer; Key::ALL.len()],
}

impl Layers {
    /// Returns the layer of a key, if there is such a key.
    #[inline]
    pub fn of(&self, key: &str) -> Option<Layer> {
        let mut layers = self.iter();
        layers.find_map(|(name, layer)| (name == key).then_some(layer))
    }

    /// Returns all keys, in the order of the documentation, and the layer of each.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Layer)> + '_ {
        let both = |key: Key| (key.name(), self.of[key as usize]);
        Key::ALL.into_iter().map(both)
    }
}

/// What lies over and under what was declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    pub(crate) outside: Option<Arc<Outside>>,
    /// What was asked for at run time; a breaker is seldom configured, and then has this.
    pub(crate) runtime: Option<Box<Config>>,
}

/// What a file and the environment ask of a breaker.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outside {
    pub(crate) default: Config,
    pub(crate) file: Config,
    pub(crate) environment: Config,
}

impl Around {
    /// What lies under the declarations.
    #[inline]
    pub(super) fn below(&self) -> Config {
        self.outside
            .as_ref()
            .map_or(Config::new(), |outside| outside.default)
    }

    /// What lies over them.
    pub(super) fn above(&self) -> Config {
        let mut above = Config::new();
        for (_, over) in self.over() {
            above.overlay(over);
        }
        above
    }

    fn over(&self) -> impl IntoIterator<Item = (Layer, &Config)> {
        let outside = self.outside.as_deref();
        let file = outside.map(|outside| (Layer::File, &outside.file));
        let environment = outside.map(|outside| (Layer::Environment, &outside.environment));
        let runtime = self
            .runtime
            .as_deref()
            .map(|config| (Layer::Runtime, config));
        [file, environment, runtime].into_iter().flatten()
    }

    #[inline]
    pub(super) fn layers(&self, declared: &Config) -> Layers {
        let below = self.below();
        let under = [(Layer::FileDefault, &below), (Layer::Declared, declared)];
        let mut of = [Layer::Default; Key::ALL.len()];
        for (layer, config) in under.into_iter().chain(self.over()) {
            for (key, _) in config.given() {
                of[key as usize] = layer;
            }
        }
        Layers { of }
    }
}
