//! JSON lines: one object on each line. A name with points reads a member of a member: `http.status`.

use std::collections::BTreeSet;
use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::cells::{Row, RowError, Rows};
use super::lines::Lines;
use crate::problem::shown;

/// Reads JSON lines.
pub(super) struct JsonRows<R> {
    lines: Lines<R>,
    columns: Vec<String>,
    wanted: Vec<String>,
}

impl<R: BufRead> JsonRows<R> {
    /// Takes the names of the members of the first lines.
    pub(super) fn new(lines: Lines<R>, sample: &[&[u8]]) -> Self {
        let mut columns = BTreeSet::new();
        for value in sample
            .iter()
            .filter_map(|line| serde_json::from_slice(line).ok())
        {
            if let Value::Object(_) = value {
                names("", &value, &mut columns);
            }
        }
        Self {
            lines,
            columns: columns.into_iter().collect(),
            wanted: Vec::new(),
        }
    }
}

impl<R: BufRead> Rows for JsonRows<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn want(&mut self, names: &[String]) -> Result<(), String> {
        // Other lines may have other members, so a name need not be in the first one.
        self.wanted = names.to_vec();
        Ok(())
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, RowError> {
        row.clear(self.wanted.len());
        let Some(line) = self.lines.next()? else {
            return Ok(false);
        };
        let object = Members {
            wanted: &self.wanted,
            path: String::new(),
            row,
        };
        let mut reader = serde_json::Deserializer::from_slice(line);
        let read = object.deserialize(&mut reader).and_then(|()| reader.end());
        if let Err(error) = read {
            let text = String::from_utf8_lossy(line);
            let text = shown(&text);
            let message = match error.classify() {
                serde_json::error::Category::Eof => format!("the JSON is cut off: `{text}`"),
                _ => format!("is not a JSON object on one line ({error}): `{text}`"),
            };
            return Err(RowError::Row(self.lines.problem(message)));
        }
        row.line = self.lines.number;
        Ok(true)
    }
}

/// Collects the names of all members that are no objects.
fn names(path: &str, value: &Value, found: &mut BTreeSet<String>) {
    let Value::Object(members) = value else {
        found.insert(path.to_owned());
        return;
    };
    for (name, value) in members {
        names(&joined(path, name), value, found);
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Reads the wanted members of an object, and skips all others without storing them.
struct Members<'a> {
    wanted: &'a [String],
    path: String,
    row: &'a mut Row,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<std::borrow::Cow<'_, str>>()? {
            let path = joined(&self.path, &name);
            map.next_value_seed(Member {
                wanted: self.wanted,
                path,
                row: &mut *self.row,
            })?;
        }
        Ok(())
    }
}

/// Reads one member.
struct Member<'a> {
    wanted: &'a [String],
    path: String,
    row: &'a mut Row,
}

impl Member<'_> {
    fn set(self, text: &str) {
        for (cell, name) in self.wanted.iter().enumerate() {
            if *name == self.path {
                self.row.set(cell, text);
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let is_below = |name: &String| {
            let rest = name.strip_prefix(&self.path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if self.wanted.iter().any(is_below) {
            deserializer.deserialize_any(self)
        } else {
            deserializer.deserialize_ignored_any(IgnoredAny).map(drop)
        }
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.set(text);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.set(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.set(&number.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.set(&number.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.set(&number.to_string());
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let members = Members {
            wanted: self.wanted,
            path: self.path,
            row: self.row,
        };
        members.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}
