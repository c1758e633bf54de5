//! What only some machines have.

use super::open_keys::KeyMember;
use crate::values::Rejections;

/// What a machine has that is in shadow or belongs to a key; most machines have none.
#[derive(Debug, Default)]
pub(super) struct Extras {
    /// The calls that shadow has admitted (R30).
    pub(super) would_reject: Rejections,
    /// The other keys of the name (R32).
    pub(super) key: Option<KeyMember>,
}
