//! What instances say to the store of their fleet, and what it answers.
//!
//! **Unstable.** The trait and the types of this file may change in any release until a third store exists.
//!
//! No instant leaves a store or goes into one: all times are durations, so no two clocks are ever compared.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use thiserror::Error;
use tokio_stream::Stream;

pub use super::contents::{Circuit, Contents, FleetOverride, Heard, Lease, OverrideKind, Phase};

/// A boxed future.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A boxed stream.
pub type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// A place where the members of one fleet meet.
pub trait FleetStore: Send + Sync + 'static {
    /// Applies a batch, all of it or nothing, in one round trip.
    ///
    /// # Errors
    ///
    /// [`StoreError::Away`] if the store cannot be reached or is not able to answer now, and [`StoreError::Refused`] if
    /// it will not answer before somebody changes its configuration or that of this program.
    ///
    /// # Cancel safety
    ///
    /// A batch whose future is dropped may have been applied. Every operation may be sent again.
    fn send(&self, batch: Batch) -> BoxFuture<'_, Result<Answers, StoreError>>;

    /// Returns the changes as they happen. The stream never ends and connects again by itself.
    ///
    /// It begins with [`Heard::Ready`] or [`Heard::Silent`].
    fn listen(&self) -> BoxStream<Heard>;

    /// Says which fleet this store is for, before everything else. A store that only one fleet can use ignores it.
    ///
    /// The namespace consists of 1 to 64 characters of `a` to `z`, `0` to `9`, `-` and `_`.
    fn enter(&self, namespace: &str) {
        let _ = namespace;
    }

    /// Returns how many values and messages the store has ignored because they were not valid.
    fn garbage(&self) -> u64 {
        0
    }

    /// Drops a connection that may be dead, so that the next batch uses a new one.
    fn reconnect(&self) {}
}

/// The errors of a store.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// The store cannot be reached, did not answer in time, or is not able to answer now.
    #[error("{0}")]
    Away(String),
    /// The store refuses to answer: a wrong password, a missing permission, a certificate that is not trusted.
    #[error("{0}")]
    Refused(String),
}

/// All that one member says at once. An empty batch only says that the member is alive.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The member: its label, `#`, and a random text, so that no two instances are ever the same member.
    pub member: String,
    /// An observer is no member: it is not counted, and it cannot vote or probe.
    pub observer: bool,
    /// How long the member counts as alive after this batch.
    pub member_ttl: Duration,
    /// The epoch that the member has applied; 0 if none.
    pub epoch: u64,
    /// The number of the last change that the member has applied; `None` if it does not ask for later ones now.
    pub seq: Option<u64>,
    /// A random number, of which the store makes a new epoch if its data is gone.
    pub nonce: u64,
    /// The operations, in their order.
    pub ops: Vec<Op>,
}

/// One operation.
///
/// `name` is the name of a breaker, or the name, U+001F and the key; at most 256 bytes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// Says that the circuit of this member is not closed, or says it again. Repeated with every beat.
    Vote(Vote),
    /// Takes the vote back: the circuit of this member is closed.
    Unvote {
        /// The circuit.
        name: String,
    },
    /// Asks to probe for the fleet.
    Lease {
        /// The circuit.
        name: String,
        /// The generation of the opening that the member has applied.
        generation: u64,
        /// How long the lease lasts.
        ttl: Duration,
    },
    /// Prolongs a lease.
    Renew {
        /// The circuit.
        name: String,
        /// The number of the lease.
        lease: u64,
        /// How long the lease lasts from now on.
        ttl: Duration,
    },
    /// Says what the probes have shown, and ends the lease.
    Verdict {
        /// The circuit.
        name: String,
        /// The number of the lease.
        lease: u64,
        /// What the probes have shown.
        verdict: Verdict,
    },
    /// Does what an operator wants in the whole fleet.
    Steer {
        /// The circuit; `None` for all, which only overrides and resets can be for.
        name: Option<String>,
        /// What to do.
        order: Order,
        /// Who wants it; at most 128 characters.
        actor: Option<String>,
        /// Why; at most 200 bytes.
        reason: Option<String>,
    },
    /// Says an override again after the store has lost it. A store that knows a later revision keeps that.
    Again(FleetOverride),
    /// Asks for the live members.
    Members,
    /// Leaves the fleet: the membership, the votes and the leases of this member end.
    Leave,
}

/// A vote to open a circuit.
#[derive(Clone, Debug, PartialEq)]
pub struct Vote {
    /// The circuit.
    pub name: String,
    /// The last generation of the circuit that the member has applied; 0 if none.
    pub generation: u64,
    /// The rest of the open period of this member.
    pub rest: Duration,
    /// The whole open period of this member.
    pub period: Duration,
    /// The number of openings in a row.
    pub row: u32,
    /// How many votes open the circuit at least.
    pub at_least: u32,
    /// The share of the live members whose votes open the circuit, from 0 to 1.
    pub share: f64,
    /// Why the circuit opened: the label of the reason.
    pub why: String,
}

/// What the probes of a lease have shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The dependency has recovered.
    Closed,
    /// The dependency has not recovered.
    Open {
        /// The rest of the new open period.
        rest: Duration,
        /// The whole new open period.
        period: Duration,
        /// The number of openings in a row.
        row: u32,
        /// Why the circuit opened again: the label of the reason.
        why: String,
    },
    /// Nothing: the member gives the lease back.
    GivenBack,
}

/// What an operator wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Every member rejects every call.
    ForceOpen {
        /// For how long; `None` until it is cleared.
        ttl: Option<Duration>,
    },
    /// Every member admits every call.
    ForceClosed {
        /// For how long; `None` until it is cleared.
        ttl: Option<Duration>,
    },
    /// Clears the override.
    Clear,
    /// Opens the circuit of every member for this long.
    Trip {
        /// The open period.
        period: Duration,
    },
    /// Closes the circuit of every member; votes of before are dropped.
    Reset,
}

/// The answers to a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// The epoch: another number means that the store has lost data.
    pub epoch: u64,
    /// How old the epoch is. No quorum is judged before it is as old as `member_ttl`, except for `at_least` 1.
    pub age: Duration,
    /// The number of the last change, after this batch.
    pub seq: u64,
    /// The number of live members.
    pub live: u32,
    /// All that the store holds, if the epoch differs from that of the batch, or the batch asks for later changes and there
    /// are some.
    pub contents: Option<Contents>,
    /// One answer for each operation, in their order.
    pub answers: Vec<Answer>,
}

/// The answer to one operation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// It is done.
    Done,
    /// The vote counts.
    Voted {
        /// How many live members vote now.
        votes: u32,
        /// How many votes open the circuit.
        needed: u32,
    },
    /// The operation belongs to an older generation, epoch or lease and changed nothing.
    Stale,
    /// The member may probe.
    Granted {
        /// The number of the lease.
        lease: u64,
    },
    /// Another member probes.
    Taken {
        /// The other member.
        by: String,
        /// The rest of its lease.
        rest: Duration,
    },
    /// The open period has not passed.
    NotYet {
        /// The rest of the period.
        rest: Duration,
    },
    /// The order is in force, with this revision.
    Steered {
        /// The revision of the override, or the generation that began.
        revision: u64,
    },
    /// The live members, and how long ago each was heard; sorted by name.
    Members(Vec<(String, Duration)>),
    /// The operation is invalid, for example an observer's vote.
    Invalid,
}
