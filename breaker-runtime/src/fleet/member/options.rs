//! What a member is told when it is made.

use crate::fleet::quorum::Quorum;

/// What a member is told when it is made.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// A name for people; a random text makes it unique.
    pub(crate) label: String,
    pub(crate) quorum: Quorum,
    /// An observer neither votes nor probes, and its breakers do not obey the fleet.
    pub(crate) observer: bool,
    /// The seed of the random numbers.
    pub(crate) seed: u64,
}
