//! How many votes open a circuit.

/// How many votes of instances open a circuit in the whole fleet.
///
/// The default is 2 votes, and the votes of a tenth of the live members, whichever is more: one sick instance opens the
/// circuit of nobody else. A fleet that has fewer members needs the votes of all of them.
///
/// # Examples
///
/// ```
/// use breaker_runtime::fleet::Quorum;
///
/// let quorum = Quorum::default();
/// assert_eq!(quorum, Quorum::at_least(2).share(0.1));
/// assert_eq!(quorum.needed(1), 1);
/// assert_eq!(quorum.needed(5), 2);
/// assert_eq!(quorum.needed(100), 10);
///
/// // The first instance that opens its circuit opens that of all.
/// assert_eq!(Quorum::at_least(1).needed(100), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quorum {
    at_least: u32,
    share: f64,
}

impl Quorum {
    /// Needs this many votes, however many members there are; 0 counts as 1.
    ///
    /// With 1, the fleet trusts each instance: one that has lost its network opens the circuit of all. It also opens
    /// circuits in the first 15 seconds after the store has lost its data, when a larger quorum waits.
    pub const fn at_least(votes: u32) -> Self {
        Self {
            at_least: if votes == 0 { 1 } else { votes },
            share: 0.0,
        }
    }

    /// Needs the votes of this share of the live members too, from 0 to 1; values outside count as the nearest.
    #[must_use]
    pub const fn share(self, share: f64) -> Self {
        let share = if share > 0.0 { share.min(1.0) } else { 0.0 };
        Self { share, ..self }
    }

    /// Returns how many votes open a circuit if `live` members live.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the product is at most the number of members"
    )]
    pub fn needed(self, live: u32) -> u32 {
        let millionths = (self.share * 1e6).round() as u64;
        let share = (millionths * u64::from(live)).div_ceil(1_000_000) as u32;
        self.at_least.max(share).min(live).max(1)
    }

    pub(crate) const fn least(self) -> u32 {
        self.at_least
    }

    pub(crate) const fn of_live(self) -> f64 {
        self.share
    }
}

impl Default for Quorum {
    fn default() -> Self {
        Self::at_least(2).share(0.1)
    }
}
