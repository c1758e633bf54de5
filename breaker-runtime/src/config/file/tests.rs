//! The advice in messages about files and variables: following it gives the value that the writer meant.

mod advice;
mod notations;
mod readings;

use super::{environment, parse};
use crate::config::Config;

/// Reads the settings of one breaker from lines of a file.
fn file(lines: &str) -> Result<Config, String> {
    let file = parse(&[("b.toml", &format!("[breakers.payment]\n{lines}\n"))]);
    let file = file.map_err(|problems| problems[0].message.clone())?;
    Ok(file.breakers["payment"].config)
}

/// Reads one setting of a breaker from a variable.
fn variable(setting: &str, value: &str) -> Result<Config, String> {
    let variable = format!("BREAKER_PAYMENT__{}", setting.to_ascii_uppercase());
    let read = environment([(variable.into(), value.into())], &["payment"]);
    let read = read.map_err(|problems| problems[0].message.clone())?;
    Ok(read.breakers["payment"].config)
}

/// Returns the forms that a message says to write.
fn advised(message: &str) -> Vec<&str> {
    let advice = message.split_once(": write ").map(|(_, advice)| advice);
    let parts = advice.unwrap_or_default().split('`');
    parts.skip(1).step_by(2).collect()
}
