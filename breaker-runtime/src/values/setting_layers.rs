//! The layers of a setting, and what a change of settings does.

use std::fmt;

use super::layer::Layer;
use super::setting_change::SettingChange;
use super::state::Reason;

/// The values that all layers give one setting.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Layer, Overrides, Registry};
///
/// let registry = Registry::new();
/// let mail = registry.get_or_create("mail", Config::new().threshold(3))?;
/// registry.configure("mail", Overrides { threshold: Some(20), ..Overrides::default() })?;
///
/// let threshold = mail.setting("threshold").expect("there is such a setting");
/// assert_eq!(threshold.value, "20");
/// let values: Vec<_> = threshold.layers.iter().map(|it| (it.layer, &*it.value)).collect();
/// assert_eq!(values, [(Layer::Runtime, "20"), (Layer::Declared, "3"), (Layer::Default, "5")]);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingLayers {
    /// The name of the setting.
    pub setting: &'static str,
    /// The value in force, as text; `off` if the setting is turned off. It can differ from the value of the first
    /// layer, because some settings limit others.
    pub value: String,
    /// The layers that have a value, in the order of precedence. The last one is the default. The table of a breaker
    /// in a file precedes that of its group.
    pub layers: Vec<LayerValue>,
}

/// The value that one layer gives a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerValue {
    /// The layer.
    pub layer: Layer,
    /// The value, as text; `off` if the layer turns the setting off.
    pub value: String,
    /// The line of the file, the variable, or the location of the declaration; `None` for a default and for a value
    /// that was configured at run time.
    pub place: Option<String>,
}

/// What a call of [`Registry::configure`](crate::Registry::configure) did, or what a
/// [dry run](crate::Registry::dry_run) would do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Configured {
    /// The settings whose value in force changes, in the order of the documentation.
    pub changes: Vec<SettingChange>,
    /// All layers of each setting that was mentioned, as they are afterwards.
    pub settings: Vec<SettingLayers>,
    /// The effect on the calls in the window.
    pub window: WindowEffect,
    /// The rule, if any, that the counts of the closed circuit meet under the new settings. The next failure then opens
    /// the circuit.
    pub rule_met: Option<Reason>,
}

/// The effect of a change of settings on the calls in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WindowEffect {
    /// There was no window before.
    NoWindow,
    /// The calls stay in the window.
    Kept,
    /// The window is replaced by an empty one, or removed.
    Emptied,
}

impl WindowEffect {
    /// Returns the label: the name of the variant in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoWindow => "no_window",
            Self::Kept => "kept",
            Self::Emptied => "emptied",
        }
    }
}

impl fmt::Display for WindowEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
