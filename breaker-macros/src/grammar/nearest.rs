//! Finds the word that a misspelt one probably means.

/// The number of letters in which a misspelt word may differ.
pub(super) const FARTHEST: usize = 2;

/// Finds the candidate that differs least from `word`, by at most two letters. Of several candidates
/// with the same distance, the first one wins.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = word.chars().count();
    // The distance costs time and memory per letter: compute it for words of similar length only.
    let similar = |candidate: &&str| candidate.chars().count().abs_diff(length) <= FARTHEST;
    candidates
        .into_iter()
        .filter(similar)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(far, candidate)| *far <= FARTHEST && *far < candidate.chars().count())
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

/// Counts the letters to insert, remove or replace to turn one word into the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (done, letter) in from.chars().enumerate() {
        let mut next = vec![done + 1];
        let mut left = done + 1;
        for (other, pair) in to.iter().zip(row.windows(2)) {
            if let &[diagonal, above] = pair {
                left = (left + 1)
                    .min(above + 1)
                    .min(diagonal + usize::from(letter != *other));
                next.push(left);
            }
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
