//! The formats of answers, and their tags.

use std::hash::BuildHasher as _;

/// The formats of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Text,
}

impl Format {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Text => "text/plain; charset=utf-8",
        }
    }
}

/// Returns the tag of a text, in quotes.
pub(super) fn tag_of(text: &str) -> String {
    let hash = foldhash::quality::FixedState::with_seed(0).hash_one(text);
    format!("\"{hash:016x}\"")
}

/// Returns the weak tag of a text, in quotes.
pub(super) fn weak_tag_of(text: &str) -> String {
    format!("W/{}", tag_of(text))
}

/// Returns the format that a value of `Accept` prefers.
pub(super) fn accepted(accept: &str) -> Option<Format> {
    let mut best = None;
    let mut highest = 0.0;
    for (range, quality) in qualities(accept) {
        let format = match range.as_str() {
            "application/json" | "application/*" | "*/*" | "" => Format::Json,
            "text/plain" | "text/*" => Format::Text,
            _ => continue,
        };
        if quality > highest {
            (best, highest) = (Some(format), quality);
        }
    }
    best
}

/// Returns the media ranges of a value of `Accept` in lower case, each with its quality.
pub(super) fn qualities(accept: &str) -> impl Iterator<Item = (String, f32)> {
    accept.split(',').map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|it| it.strip_prefix("q=")?.parse().ok());
        (range, quality.unwrap_or(1.0))
    })
}
