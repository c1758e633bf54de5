//! The name of an instance that was given none.

use std::fs;

use crate::values::printable;

/// The length of the longest label, in characters.
const LONGEST: usize = 64;
/// Where Linux has the name of the host, which is the name of the pod in a container.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// Returns the name of the host and the number of the process.
pub(super) fn of_this_process() -> String {
    let from_system = fs::read_to_string(HOST_NAME).ok();
    let from_variable = || {
        ["HOSTNAME", "COMPUTERNAME"]
            .map(std::env::var)
            .into_iter()
            .find_map(Result::ok)
    };
    let host = from_system.or_else(from_variable).unwrap_or_default();
    let host = checked(host.trim());
    let host = if host.is_empty() { "host" } else { &host };
    format!("{host}-{}", std::process::id())
}

/// Returns a label without control characters and `#`, at most 64 characters long.
pub(super) fn checked(label: &str) -> String {
    printable(&label.replace('#', "-"), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::{checked, of_this_process};

    #[test]
    fn an_instance_without_a_name_has_that_of_its_host_and_process() {
        let label = of_this_process();
        assert!(
            label.ends_with(&format!("-{}", std::process::id())),
            "{label}"
        );
    }

    #[test]
    fn a_label_has_no_character_with_a_meaning_and_at_most_64_characters() {
        assert_eq!(checked("pod#1\n"), "pod-1\\n");
        assert_eq!(checked(&"x".repeat(100)).len(), 64);
    }
}
