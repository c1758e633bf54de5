//! Names of breakers that are nearly the same.

use std::collections::BTreeMap;

use super::by_name::Registry;
use super::declarations::declarations;
use super::finding::{NamedBreaker, SimilarNames};
use crate::config::Location;

/// The least number of letters in a part of a name in which one missing letter counts as a slip.
const LETTERS: usize = 6;

/// The least number of letters in a part of a name in which one replaced letter counts as a slip: short words with one
/// letter replaced are often other words.
const LETTERS_TO_REPLACE: usize = 8;

impl Registry {
    /// Returns the names of declarations, and of breakers in this registry, that are nearly the same.
    pub(super) fn similar_names(&self) -> Vec<SimilarNames> {
        let mut places = BTreeMap::<String, Option<Location>>::new();
        for declaration in declarations() {
            let place = places.entry(declaration.name().to_owned());
            place.or_insert(Some(declaration.location()));
        }
        for breaker in self.by_name() {
            let place = places.entry(breaker.name().to_owned());
            place.or_insert_with(|| breaker.shared().declared_at());
        }
        let known = &self.inner.similar_names;
        known.get_or_compute(&places, || compare(&places))
    }
}

/// Returns the names that are nearly the same, among names with their places.
fn compare(places: &BTreeMap<String, Option<Location>>) -> Vec<SimilarNames> {
    let named: Vec<_> = places
        .iter()
        .map(|(name, place)| (Parts::new(name), name, place))
        .collect();
    let mut similar = Vec::new();
    for (at, (parts, name, place)) in named.iter().enumerate() {
        for (others, other, other_place) in named.iter().skip(at + 1) {
            if parts.are_nearly(others) {
                similar.push(SimilarNames {
                    first: NamedBreaker::new(name, **place),
                    second: NamedBreaker::new(other, **other_place),
                });
            }
        }
    }
    similar
}

/// A name in lower case without separators, except for those between two digits, and the letters between separators.
struct Parts {
    whole: Vec<u8>,
    parts: Vec<Vec<u8>>,
}

impl Parts {
    fn new(name: &str) -> Self {
        let name = name.to_ascii_lowercase().into_bytes();
        let parts = name.split(|letter| is_separator(*letter));
        let parts: Vec<_> = parts.map(<[u8]>::to_vec).collect();
        let mut whole = Vec::<u8>::new();
        for part in &parts {
            let ends = [whole.last(), part.first()];
            if ends.iter().all(|end| end.is_some_and(u8::is_ascii_digit)) {
                whole.push(b'-');
            }
            whole.extend(part);
        }
        Self { whole, parts }
    }

    /// Returns whether two names differ only in case and separators, or by a slip in one part.
    fn are_nearly(&self, other: &Self) -> bool {
        if self.whole == other.whole {
            return true;
        }
        if self.parts.len() != other.parts.len() {
            return false;
        }
        let mut different = self
            .parts
            .iter()
            .zip(&other.parts)
            .filter(|(one, two)| one != two);
        match (different.next(), different.next()) {
            (Some((one, two)), None) => is_slip(one, two),
            _ => false,
        }
    }
}

fn is_separator(letter: u8) -> bool {
    matches!(letter, b'-' | b'_' | b'.' | b':' | b'/')
}

/// Returns whether two words differ by one letter that is missing or was replaced, or by two letters that have changed
/// places. The first letter and digits must be the same.
fn is_slip(one: &[u8], two: &[u8]) -> bool {
    let (short, long) = if one.len() <= two.len() {
        (one, two)
    } else {
        (two, one)
    };
    let same = short
        .iter()
        .zip(long)
        .take_while(|(one, two)| one == two)
        .count();
    let (short_rest, long_rest) = (&short[same..], &long[same..]);
    let letters = |word: &[u8]| {
        word.iter()
            .filter(|letter| letter.is_ascii_alphabetic())
            .count()
    };
    let least = letters(short);
    if same == 0 || least < LETTERS {
        return false;
    }
    match (short_rest, long_rest) {
        (rest, [extra, long_rest @ ..]) if rest == long_rest => extra.is_ascii_alphabetic(),
        ([a, b, rest @ ..], [c, d, others @ ..]) if (a, b) == (d, c) => {
            rest == others && letters(&[*a, *b]) == 2
        }
        ([a, rest @ ..], [b, others @ ..]) => {
            rest == others && least >= LETTERS_TO_REPLACE && letters(&[*a, *b]) == 2
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
