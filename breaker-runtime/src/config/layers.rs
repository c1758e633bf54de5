//! The layers of settings over and under the declarations of a breaker, and which layer each value comes
//! from.

use super::config::Config;
use super::table::Setting;
use super::value::Value;
use crate::sync::Arc;
use crate::values::Layer;

/// The layer from which the value of each setting comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    of: [Layer; Setting::ALL.len()],
}

impl Layers {
    /// Returns the layer of a setting; `None` if no setting has this name.
    pub fn of(&self, setting: &str) -> Option<Layer> {
        let mut layers = self.iter();
        layers.find_map(|(name, layer)| (name == setting).then_some(layer))
    }

    pub(crate) fn of_setting(&self, setting: Setting) -> Layer {
        self.of[setting as usize]
    }

    /// Returns the names of all settings, in the order of the documentation, and the layer of each.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Layer)> + '_ {
        let layer = |setting: Setting| (setting.name(), self.of[setting as usize]);
        Setting::ALL.into_iter().map(layer)
    }
}

/// The layers around the declarations of a breaker.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layered {
    pub(crate) external: Option<Arc<ExternalLayers>>,
    /// The settings that were configured at run time, in a box, since breakers are seldom configured.
    pub(crate) runtime: Option<Box<Config>>,
}

/// The settings that a file and the environment ask of a breaker.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ExternalLayers {
    pub(crate) default: Config,
    pub(crate) environment_default: Config,
    pub(crate) file: Config,
    pub(crate) environment: Config,
    /// All values and their places, in the order of precedence.
    pub(crate) given: Vec<ExternalValue>,
}

/// A value that a file or the environment gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExternalValue {
    pub(crate) layer: Layer,
    pub(crate) setting: Setting,
    pub(crate) value: Value,
    /// The line of the file, or the variable.
    pub(crate) place: String,
}

impl Layered {
    /// The settings below the declarations.
    pub(super) fn base(&self) -> Config {
        let mut base = Config::new();
        for (_, config) in self.lower_layers() {
            base.apply(config);
        }
        base
    }

    /// The settings above the declarations.
    pub(super) fn overlay(&self) -> Config {
        let mut overlay = Config::new();
        for (_, config) in self.upper_layers() {
            overlay.apply(config);
        }
        overlay
    }

    /// The layers below the declarations, the one that wins last.
    fn lower_layers(&self) -> impl Iterator<Item = (Layer, &Config)> {
        let external = self.external.as_deref();
        let layers = external.map(|external| {
            [
                (Layer::FileDefault, &external.default),
                (Layer::EnvironmentDefault, &external.environment_default),
            ]
        });
        layers.into_iter().flatten()
    }

    /// The layers above the declarations, the one that wins last.
    fn upper_layers(&self) -> impl Iterator<Item = (Layer, &Config)> {
        let external = self.external.as_deref();
        let file = external.map(|external| (Layer::File, &external.file));
        let environment = external.map(|external| (Layer::Environment, &external.environment));
        let runtime = self.runtime.as_deref();
        let runtime = runtime.map(|config| (Layer::Runtime, config));
        [file, environment, runtime].into_iter().flatten()
    }

    pub(super) fn layers(&self, declared: &Config) -> Layers {
        let declared = [(Layer::Declared, declared)];
        let layers = self.lower_layers().chain(declared);
        let mut of = [Layer::Default; Setting::ALL.len()];
        for (layer, config) in layers.chain(self.upper_layers()) {
            for (setting, _) in config.given() {
                of[setting as usize] = layer;
            }
        }
        Layers { of }
    }
}
