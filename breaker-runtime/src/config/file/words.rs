//! Messages about words that are not settings.

use super::section::{Force, Group};
use crate::config::Setting;
use crate::config::grammar::advice::any_of;
use crate::config::grammar::words::{self, BREAKER_SETTINGS, FUNCTION_SETTINGS, translate};

/// The number of letters after which a message cuts a word off.
const LONGEST: usize = 60;

/// Describes a word that is not a setting, and suggests the one that was probably meant.
pub(crate) fn unknown_setting(word: &str) -> String {
    let unknown = format!("unknown setting `{}`", shown(word));
    if words::is_timeout(word) {
        return format!(
            "`{}` is ambiguous: `open_for` sets how long the circuit stays open; \
             `call_timeout` limits one call",
            shown(word)
        );
    }
    if word == Group::NAME {
        return "`group` belongs in the table of a breaker in a file".to_owned();
    }
    if FUNCTION_SETTINGS.iter().any(|(name, _)| *name == word) {
        return of_function(word);
    }
    let names = || {
        let names = Setting::ALL.into_iter().map(Setting::name);
        names.chain([Force::NAME])
    };
    let force = || words::is_override(word).then_some(Force::NAME);
    let translated = translate(word, BREAKER_SETTINGS).or_else(force);
    if let Some(meant) = translated {
        return format!("{unknown}; did you mean `{meant}`?");
    }
    if let Some(meant) = translate(word, FUNCTION_SETTINGS) {
        return format!("{unknown}; {}", of_function(meant));
    }
    if words::is_listener(word) {
        return format!("{unknown}; to observe events, the program calls `Registry::subscribe`");
    }
    let begun = words::begun(word, names());
    let meant = if begun.is_empty() {
        words::misspelt(word, names()).into_iter().collect()
    } else {
        begun
    };
    if !meant.is_empty() {
        return format!("{unknown}; did you mean {}?", any_of(&meant));
    }
    let all: Vec<_> = names().map(|name| format!("`{name}`")).collect();
    format!("{unknown}; the settings are {}", all.join(", "))
}

/// Returns whether a word in the table of a breaker probably means `group`.
pub(super) fn is_group(word: &str) -> bool {
    let is_base = ["base_config", "baseConfig", "base-config"].contains(&word);
    is_base || word.starts_with("gr") && words::misspelt(word, [Group::NAME]).is_some()
}

/// Explains that a setting cannot be given for all breakers at once.
pub(super) fn not_for_all(setting: Setting) -> String {
    format!(
        "`{}` cannot be set for all breakers: set it for each breaker",
        setting.name()
    )
}

/// Explains where a setting of a function belongs.
fn of_function(name: &str) -> String {
    format!("`{name}` is a setting of a function, not of its breaker: write it in the attribute")
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

#[cfg(test)]
mod tests;
