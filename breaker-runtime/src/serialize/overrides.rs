//! Deserializes [`Overrides`] and [`Patch`] from the section of a file, with the settings that are given.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::file::{RawValue, read, unknown_setting};
use crate::config::{Overrides, Patch, Setting, Value};

/// Deserializes from a self-describing format, such as JSON.
///
/// Each setting may occur once, with null or a value as in a file. A value out of range is rejected.
impl<'de> Deserialize<'de> for Overrides {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut overrides = Self::default();
        for (setting, value) in deserializer.deserialize_map(SettingsVisitor)? {
            let fits = value.is_none_or(|value| overrides.set(setting, value));
            if !fits {
                let message = format!("`{}` cannot be turned off here", setting.name());
                return Err(D::Error::custom(message));
            }
        }
        Ok(overrides)
    }
}

/// Deserializes a JSON merge patch: null takes a setting back, and `"off"` turns it off.
///
/// Each setting may occur once. A value out of range is rejected.
impl<'de> Deserialize<'de> for Patch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut patch = Self::new();
        for (setting, value) in deserializer.deserialize_map(SettingsVisitor)? {
            match value {
                Some(value) => patch.set(setting, value),
                None => patch.take_back_setting(setting),
            }
        }
        Ok(patch)
    }
}

/// Reads settings with their values, or with null.
struct SettingsVisitor;

impl<'de> Visitor<'de> for SettingsVisitor {
    type Value = Vec<(Setting, Option<Value>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings of a circuit breaker")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut settings = Self::Value::new();
        while let Some(word) = map.next_key::<String>()? {
            let setting = Setting::find(&word);
            let setting = setting.ok_or_else(|| A::Error::custom(unknown_setting(&word)))?;
            if settings.iter().any(|(seen, _)| *seen == setting) {
                return Err(A::Error::duplicate_field(setting.name()));
            }
            let value = match map.next_value::<Option<AnyValue>>()? {
                Some(any) => {
                    let value = read(setting, any.raw(), &any.to_string());
                    Some(value.map_err(A::Error::custom)?)
                }
                None => None,
            };
            settings.push((setting, value));
        }
        Ok(settings)
    }
}

/// A value of any type that a setting may have.
enum AnyValue {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
}

impl AnyValue {
    fn raw(&self) -> RawValue<'_> {
        match self {
            Self::Text(text) => RawValue::Text(text),
            Self::Integer(number) => RawValue::Integer(*number),
            Self::Float(number) => RawValue::Float(*number),
            Self::Boolean(flag) => RawValue::Boolean(*flag),
        }
    }
}

impl fmt::Display for AnyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Boolean(flag) => flag.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValueVisitor)
    }
}

struct AnyValueVisitor;

impl Visitor<'_> for AnyValueVisitor {
    type Value = AnyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a string or a boolean")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<AnyValue, E> {
        Ok(AnyValue::Boolean(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<AnyValue, E> {
        Ok(AnyValue::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<AnyValue, E> {
        Ok(AnyValue::Integer(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<AnyValue, E> {
        Ok(AnyValue::Integer(number))
    }

    fn visit_u128<E>(self, number: u128) -> Result<AnyValue, E> {
        Ok(AnyValue::Integer(number.try_into().unwrap_or(i128::MAX)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<AnyValue, E> {
        Ok(AnyValue::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<AnyValue, E> {
        Ok(AnyValue::Text(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
