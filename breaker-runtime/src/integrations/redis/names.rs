//! The names of the keys and of the channel of one fleet.

/// The version of the data and of the messages. Versions do not meet: each has its own keys.
pub(super) const VERSION: &str = "brk1";

/// The names in Redis. All of them have one hash tag, so in a cluster they are on one server.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// The keys: the numbers of the fleet, its members, its circuits, its overrides.
    pub(super) keys: [String; 4],
    /// The channel on which changes are published.
    pub(super) channel: String,
}

impl Names {
    pub(super) fn new(namespace: &str) -> Self {
        let base = format!("{VERSION}:{{{namespace}}}");
        let keys = ["", ":m", ":b", ":o"].map(|end| format!("{base}{end}"));
        Self {
            keys,
            channel: base,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s36_the_keys_and_the_channel_have_one_hash_tag() {
        let names = Names::new("shop");
        assert_eq!(
            names.keys,
            [
                "brk1:{shop}",
                "brk1:{shop}:m",
                "brk1:{shop}:b",
                "brk1:{shop}:o"
            ]
        );
        for name in names.keys.iter().chain([&names.channel]) {
            // A server of a cluster hashes what is between the first `{` and the first `}` after it.
            let (_, tag) = name.split_once('{').expect("a tag");
            assert_eq!(tag.split_once('}').expect("a tag").0, "shop");
        }
    }

    #[test]
    fn s31_names_have_the_version_of_the_protocol() {
        assert!(
            Names::new("shop")
                .keys
                .iter()
                .all(|key| key.starts_with("brk1:"))
        );
    }
}
