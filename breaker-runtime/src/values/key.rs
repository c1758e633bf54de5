//! The keys of breakers, which have a limited length.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The length of the longest key, in characters.
const LONGEST: usize = 256;

/// Returns the key that a set of breakers uses for a key.
///
/// An empty key, or one longer than 256 characters, is cut and ends in a hash of the original.
pub(crate) fn shortened(key: &str) -> Cow<'_, str> {
    if !key.is_empty() && (key.len() <= LONGEST || key.chars().nth(LONGEST).is_none()) {
        return Cow::Borrowed(key);
    }
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let hash = format!("#{:016x}", hasher.finish());
    let mut cut: String = key.chars().take(LONGEST - hash.len()).collect();
    cut.push_str(&hash);
    Cow::Owned(cut)
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn an_empty_or_too_long_key_is_cut_and_ends_in_a_hash() {
        let fits = "é".repeat(256);
        assert_eq!(shortened(&fits), fits);
        let (long, other) = ("é".repeat(257), "é".repeat(258));
        assert_eq!(shortened(&long).chars().count(), 256);
        assert_ne!(shortened(&long), shortened(&other));
        assert_eq!(shortened(&long), shortened(&long));
        assert_eq!(shortened("").chars().count(), 17);
        assert!(shortened("").starts_with('#'));
    }
}
