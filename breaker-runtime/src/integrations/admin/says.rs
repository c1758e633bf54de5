//! A sentence whose instants let a reader follow the time.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::words::{Lasts, time_of_day};
use crate::serialize::Timestamp;

/// A part of a sentence. Instants let a reader follow the time, so that the sentence itself stays the same.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Text from outside.
    Quote(String),
    /// How long it is since an instant.
    Since(SystemTime),
    /// How long it is until an instant.
    Until(SystemTime),
    /// The time of an instant.
    At(SystemTime),
}

/// A sentence, in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Says(Vec<Part>);

impl Says {
    pub(super) fn text(&mut self, more: impl AsRef<str>) {
        if let Some(Part::Text(text)) = self.0.last_mut() {
            text.push_str(more.as_ref());
        } else {
            self.0.push(Part::Text(more.as_ref().to_owned()));
        }
    }

    fn part(&mut self, before: &str, part: Part) {
        self.text(before);
        self.0.push(part);
    }

    pub(super) fn since(&mut self, before: &str, at: SystemTime, after: &str) {
        self.part(before, Part::Since(at));
        self.text(after);
    }

    pub(super) fn until(&mut self, before: &str, at: SystemTime, after: &str) {
        self.part(before, Part::Until(at));
        self.text(after);
    }

    pub(super) fn quote(&mut self, before: &str, quote: &str, after: &str) {
        self.part(before, Part::Quote(quote.to_owned()));
        self.text(after);
    }

    /// Adds when something ends, and how long it is until then.
    pub(super) fn ends(&mut self, before: &str, end: SystemTime, after: &str) {
        self.part(before, Part::At(end));
        self.part(" (", Part::Until(end));
        self.text(format!("{after})"));
    }

    pub(super) fn to_json(&self) -> Value {
        self.0.iter().map(Part::to_json).collect()
    }

    /// Returns the sentence at an instant.
    pub(super) fn at(&self, now: SystemTime) -> String {
        self.0.iter().map(|part| part.at(now)).collect()
    }
}

impl Part {
    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Quote(text) => json!({"quote": text}),
            Self::Since(at) => json!({"since": Timestamp(*at)}),
            Self::Until(at) => json!({"until": Timestamp(*at)}),
            Self::At(at) => json!({"at": Timestamp(*at)}),
        }
    }

    fn at(&self, now: SystemTime) -> String {
        match self {
            Self::Text(text) | Self::Quote(text) => text.clone(),
            Self::Since(at) => Lasts::between(*at, now).to_string(),
            Self::Until(at) => Lasts::between(now, *at).to_string(),
            Self::At(at) => time_of_day(*at, now),
        }
    }
}
