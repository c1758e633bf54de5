//! The members of a fleet as people name them.

/// Returns the label of a member, without the random text that makes it unique.
pub(super) fn label(id: &str) -> &str {
    id.rsplit_once('#').map_or(id, |(label, _)| label)
}
