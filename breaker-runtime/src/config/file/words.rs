//! Messages about words that are not settings.

use super::section::Force;
use crate::config::Setting;
use crate::config::grammar::words::{BREAKER_SETTINGS, FUNCTION_SETTINGS, nearest, translate};

/// The number of letters after which a message cuts a word off.
const LONGEST: usize = 60;

/// Describes a word that is not a setting, and suggests the one that was probably meant.
pub(crate) fn unknown_setting(word: &str) -> String {
    let plain = snake_case(word);
    if plain == "timeout" {
        return "`timeout` is ambiguous: `open_for` sets how long the circuit stays open; \
                `call_timeout` limits one call and belongs in the attribute"
            .to_owned();
    }
    if FUNCTION_SETTINGS.iter().any(|(name, _)| *name == plain) {
        return format!(
            "`{plain}` is a setting of a function, not of its breaker: write it in the attribute"
        );
    }
    let unknown = format!("unknown setting `{}`", shown(word));
    let names = || {
        Setting::ALL
            .into_iter()
            .map(Setting::name)
            .chain([Force::NAME])
    };
    let exact = names().find(|name| *name == plain);
    let foreign = || translate(&plain, BREAKER_SETTINGS);
    let force = || means_force(&plain).then_some(Force::NAME);
    if let Some(meant) = exact.or_else(foreign).or_else(force) {
        return format!("{unknown}; did you mean `{meant}`?");
    }
    if let Some(meant) = translate(&plain, FUNCTION_SETTINGS) {
        return format!(
            "{unknown}; `{meant}` is a setting of a function, not of its breaker: \
             write it in the attribute"
        );
    }
    if let Some(meant) = nearest(&plain, names()) {
        return format!("{unknown}; did you mean `{meant}`?");
    }
    let all: Vec<_> = names().map(|name| format!("`{name}`")).collect();
    format!("{unknown}; the settings are {}", all.join(", "))
}

/// Escapes and shortens a word so that it fits into one line of a message.
pub(super) fn shown(word: &str) -> String {
    let mut letters = word.chars();
    let mut shown = String::new();
    for letter in letters.by_ref().take(LONGEST) {
        match letter {
            '"' | '\'' => shown.push(letter),
            _ => shown.extend(letter.escape_debug()),
        }
    }
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Converts `openFor` and `open-for` to `open_for`.
fn snake_case(word: &str) -> String {
    let mut plain = String::new();
    let mut lower = false;
    for letter in word.chars().take(LONGEST + 1) {
        if letter.is_ascii_uppercase() && lower {
            plain.push('_');
        }
        lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        plain.push(if letter == '-' {
            '_'
        } else {
            letter.to_ascii_lowercase()
        });
    }
    plain
}

/// Recognises words for an override.
fn means_force(word: &str) -> bool {
    matches!(
        word,
        "forced" | "force_open" | "force_closed" | "forced_open" | "forced_closed" | "override"
    )
}

#[cfg(test)]
mod tests;
