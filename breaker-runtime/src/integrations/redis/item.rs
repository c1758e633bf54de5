//! Lists of texts, in which the script answers and publishes.

use ::redis::Value;

/// A text, a list, or something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Text(String),
    List(Vec<Item>),
    Other,
}

impl Item {
    pub(super) fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Text(_) | Self::Other => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Other => None,
        }
    }

    /// Reads a message.
    pub(super) fn of_json(bytes: &[u8]) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        Some(Self::from(value))
    }
}

impl From<serde_json::Value> for Item {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => {
                Self::List(items.into_iter().map(Self::from).collect())
            }
            _ => Self::Other,
        }
    }
}

impl From<Value> for Item {
    fn from(value: Value) -> Self {
        match value {
            Value::BulkString(bytes) => String::from_utf8(bytes).map_or(Self::Other, Self::Text),
            Value::SimpleString(text) => Self::Text(text),
            Value::Int(number) => Self::Text(number.to_string()),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            _ => Self::Other,
        }
    }
}
