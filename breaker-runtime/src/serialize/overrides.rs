//! [`Overrides`] in the words of a file: only the keys that are given, each with what it asks for.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::config::file::{Given, read, unknown_key};
use crate::config::{Config, Key, Overrides, Value};

impl Serialize for Overrides {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let config = Config::from(self);
        let mut given = serializer.serialize_map(Some(config.given().count()))?;
        for (key, value) in config.given() {
            given.serialize_entry(key.name(), &value)?;
        }
        given.end()
    }
}

/// Reads what a format that describes itself has, such as JSON.
///
/// Each key may stand once, with a value as in a file or with none; a value is refused that lies
/// outside of its range.
impl<'de> Deserialize<'de> for Overrides {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Overrides;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings of a circuit breaker")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Overrides, A::Error> {
        let mut overrides = Overrides::default();
        let mut seen = Vec::new();
        while let Some(word) = map.next_key::<String>()? {
            let key = Key::find(&word).ok_or_else(|| A::Error::custom(unknown_key(&word)))?;
            if seen.contains(&key) {
                return Err(A::Error::duplicate_field(key.name()));
            }
            seen.push(key);
            let Some(found) = map.next_value::<Option<Found>>()? else {
                continue;
            };
            let value = read(key, found.given(), &found.to_string()).map_err(A::Error::custom)?;
            if !set(&mut overrides, key, value) {
                let message = format!("`{}` cannot be off here", key.name());
                return Err(A::Error::custom(message));
            }
        }
        Ok(overrides)
    }
}

/// Returns whether there is a place for such a value.
fn set(overrides: &mut Overrides, key: Key, value: Value) -> bool {
    let to = overrides;
    match (key, value) {
        (Key::CancelAfter, Value::Period(period)) => to.cancel_after = Some(Some(period)),
        (Key::CancelAfter, Value::Off) => to.cancel_after = Some(None),
        (Key::Threshold, Value::Count(count)) => to.threshold = Some(count),
        (Key::Window, Value::Window(window)) => to.window = Some(window),
        (Key::MaxFailures, Value::Count(count)) => to.max_failures = Some(count),
        (Key::FailureRate, Value::Factor(rate)) => to.failure_rate = Some(rate),
        (Key::MinCalls, Value::Count(count)) => to.min_calls = Some(count),
        (Key::SlowCall, Value::Period(period)) => to.slow_call = Some(period),
        (Key::SlowRate, Value::Factor(rate)) => to.slow_rate = Some(rate),
        (Key::OpenFor, Value::Period(period)) => to.open_for = Some(period),
        (Key::Backoff, Value::Factor(factor)) => to.backoff = Some(factor),
        (Key::MaxOpenFor, Value::Period(period)) => to.max_open_for = Some(period),
        (Key::Jitter, Value::Factor(share)) => to.jitter = Some(share),
        (Key::HalfOpenCalls, Value::Count(count)) => to.half_open_calls = Some(count),
        (Key::SuccessThreshold, Value::Count(count)) => to.success_threshold = Some(count),
        (Key::ProbeFailures, Value::Count(count)) => to.probe_failures = Some(count),
        (Key::ProbeTimeout, Value::Period(period)) => to.probe_timeout = Some(period),
        (Key::Ramp, Value::Period(period)) => to.ramp = Some(period),
        (Key::MaxKeys, Value::Count(count)) => to.max_keys = usize::try_from(count).ok(),
        (Key::IdleTtl, Value::Period(period)) => to.idle_ttl = Some(period),
        (Key::Latency, Value::Flag(flag)) => to.latency = Some(flag),
        (Key::Critical, Value::Flag(flag)) => to.critical = Some(flag),
        _ => return false,
    }
    true
}

/// What stands for a value.
enum Found {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
}

impl Found {
    fn given(&self) -> Given<'_> {
        match self {
            Self::Text(text) => Given::Text(text),
            Self::Integer(number) => Given::Integer(*number),
            Self::Float(number) => Given::Float(*number),
            Self::Boolean(flag) => Given::Boolean(*flag),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Boolean(flag) => flag.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl Visitor<'_> for Anything {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a string or a boolean")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Found, E> {
        Ok(Found::Boolean(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Found, E> {
        Ok(Found::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Found, E> {
        Ok(Found::Integer(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Found, E> {
        Ok(Found::Integer(number))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Found, E> {
        Ok(Found::Integer(number.try_into().unwrap_or(i128::MAX)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Found, E> {
        Ok(Found::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        Ok(Found::Text(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
