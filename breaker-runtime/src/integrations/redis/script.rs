//! The script, which does what `FleetState` does.

use std::sync::LazyLock;

/// The source: the files in their order.
pub(super) const SOURCE: &str = concat!(
    include_str!("script/head.lua"),
    include_str!("script/circuits.lua"),
    include_str!("script/overrides.lua"),
    include_str!("script/sweep.lua"),
    include_str!("script/votes.lua"),
    include_str!("script/leases.lua"),
    include_str!("script/steer.lua"),
    include_str!("script/batch.lua"),
);

/// The name under which servers know the script.
pub(super) static HASH: LazyLock<String> =
    LazyLock::new(|| ::redis::Script::new(SOURCE).get_hash().to_owned());

/// Finds the command that an error of the script means, by the line that the error names.
pub(super) fn command_at(error: &str) -> Option<&'static str> {
    let (_, after) = error.split_once("user_script:")?;
    let digits = after.trim_start();
    let end = digits.find(|char: char| !char.is_ascii_digit())?;
    let number: usize = digits[..end].parse().ok()?;
    let line = SOURCE.lines().nth(number.checked_sub(1)?)?;
    let (_, call) = line.split_once("call(\"")?;
    Some(call.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_an_error_names_the_command() {
        let line = 1 + SOURCE
            .lines()
            .position(|line| line.contains("call(\"PUBLISH\""))
            .expect("the script publishes");
        for error in [
            format!("The user can't run this command script: 52d5, on @user_script:{line}."),
            format!("Error running script (call to f_1): @user_script: {line}: can't run"),
        ] {
            assert_eq!(command_at(&error), Some("PUBLISH"));
        }
        assert_eq!(command_at("on @user_script:0."), None);
        assert_eq!(command_at("on @user_script:99999999999999999999."), None);
        assert_eq!(command_at("user_script:"), None);
    }
}
