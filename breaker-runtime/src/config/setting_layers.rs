//! All layers of one setting.

use super::layers::Layered;
use super::merge::Merged;
use super::table::Setting;
use super::value::Value;
use crate::values::{Layer, LayerValue, SettingLayers};

impl Merged {
    /// Returns the values that all layers give a setting, the one in force first.
    pub(crate) fn setting_layers(&self, layered: &Layered, setting: Setting) -> SettingLayers {
        let value = |layer, value: Value, place: Option<String>| LayerValue {
            layer,
            value: value.to_string(),
            place,
        };
        let mut layers = Vec::new();
        let runtime = layered.runtime.as_deref();
        if let Some(given) = runtime.and_then(|config| config.value(setting)) {
            layers.push(value(Layer::Runtime, given, None));
        }
        let external = layered.external.iter().flat_map(|external| &external.given);
        let external = external.filter(|given| given.setting == setting);
        layers.extend(
            external.map(|given| value(given.layer, given.value, Some(given.place.clone()))),
        );
        if let Some((given, location)) = self.declared_value(setting) {
            layers.push(value(Layer::Declared, given, Some(location.to_string())));
        }
        let mut without = self.effective(layered);
        without.remove(setting);
        let default = without.settings(self.call_timeout()).value(setting);
        layers.push(value(Layer::Default, default, None));
        // The sort is stable: a table and its group have the same layer.
        layers.sort_by_key(|given| std::cmp::Reverse(given.layer));
        let in_force = self.effective(layered).settings(self.call_timeout());
        SettingLayers {
            setting: setting.name(),
            value: in_force.value(setting).to_string(),
            layers,
        }
    }
}
