//! Settings as lines to copy: for the attribute, and for a file.

use std::fmt;

use breaker_runtime::rehearsal::Candidate;
use breaker_runtime::{Config, Overrides, Settings};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The settings that somebody has to write to get the settings in force: those that differ from the defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SettingLines(Vec<String>);

impl SettingLines {
    /// Finds the lines for the settings in force.
    pub(crate) fn of(settings: &Settings) -> Self {
        let text = serde_json::to_string(settings).unwrap_or_default();
        let Pairs(mut pairs) = serde_json::from_str(&text).unwrap_or_default();
        // Most settings are off by leaving them out.
        pairs.retain(|pair| pair.1 != "off" || read(std::slice::from_ref(pair)).is_some());
        let mut nth = pairs.len();
        while nth > 0 {
            nth -= 1;
            let pair = pairs.remove(nth);
            if in_force(&pairs).as_ref() != Some(settings) {
                pairs.insert(nth, pair);
            }
        }
        let lines = pairs
            .iter()
            .map(|(name, value)| format!("{name} = {value}"));
        Self(lines.collect())
    }

    /// Returns the settings as arguments of the attribute, in one line.
    pub(crate) fn attribute(&self) -> String {
        self.0.join(", ")
    }

    /// Returns the settings as lines of a section of a file.
    pub(crate) fn file(&self) -> String {
        self.0.join("\n")
    }
}

fn read(pairs: &[(String, Value)]) -> Option<Overrides> {
    let section: Map<String, Value> = pairs.iter().cloned().collect();
    serde_json::from_value(Value::Object(section)).ok()
}

/// Returns the settings that are in force where these are written.
fn in_force(pairs: &[(String, Value)]) -> Option<Settings> {
    let config = Config::from(&read(pairs)?);
    let candidate = Candidate::new("", config).ok()?;
    Some(*candidate.settings())
}

/// Names and values in the order in which they are written.
#[derive(Default)]
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("settings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests;
