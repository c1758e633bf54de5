//! The name of the breaker whose calls are read.

use std::path::Path;

use breaker_runtime::{Config, Registry};

use super::stop::Stop;

/// Returns the breaker that was asked for, or the name of a file without its extensions as the name of a breaker.
pub(super) fn named(asked: Option<&str>, path: &Path) -> Result<String, Stop> {
    if let Some(asked) = asked {
        let made = Registry::new().get_or_create(asked, Config::new());
        made.map_err(|error| Stop::new(format!("--breaker: {error}")))?;
        return Ok(asked.to_owned());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' {
            c
        } else {
            '-'
        }
    };
    let stem: String = stem.chars().map(plain).collect();
    let stem = stem.trim_matches('-');
    Ok(if stem.is_empty() {
        "imported".to_owned()
    } else {
        stem.to_owned()
    })
}
