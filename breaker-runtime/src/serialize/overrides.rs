//! Deserializes [`Overrides`] from the section of a file, with the settings that are given.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::config::file::{RawValue, read, unknown_setting};
use crate::config::{Overrides, Setting};

/// Deserializes from a self-describing format, such as JSON.
///
/// Each setting may occur once, with null or a value as in a file. A value out of range is rejected.
impl<'de> Deserialize<'de> for Overrides {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OverridesVisitor)
    }
}

struct OverridesVisitor;

impl<'de> Visitor<'de> for OverridesVisitor {
    type Value = Overrides;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings of a circuit breaker")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Overrides, A::Error> {
        let mut overrides = Overrides::default();
        let mut seen = Vec::new();
        while let Some(word) = map.next_key::<String>()? {
            let setting = Setting::find(&word);
            let setting = setting.ok_or_else(|| A::Error::custom(unknown_setting(&word)))?;
            if seen.contains(&setting) {
                return Err(A::Error::duplicate_field(setting.name()));
            }
            seen.push(setting);
            let Some(any) = map.next_value::<Option<AnyValue>>()? else {
                continue;
            };
            let value = read(setting, any.raw(), &any.to_string()).map_err(A::Error::custom)?;
            if !overrides.set(setting, value) {
                let message = format!("`{}` cannot be turned off here", setting.name());
                return Err(A::Error::custom(message));
            }
        }
        Ok(overrides)
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
