//! The limits of what a batch may hold: texts are cut and numbers clamped before a store reads them.
//!
//! Every store calls [`clean`] first, so a batch means the same in each. All numbers of a clean batch are below 2^53,
//! because the numbers of a script in Redis are floating-point numbers.

use std::time::Duration;

use super::store::{Batch, FleetOverride, Op, Order, Verdict, Vote};

/// The largest number: 9 × 10^15, which is below 2^53. As microseconds since 1970 it is in the year 2255.
pub(crate) const LARGEST: u64 = 9_000_000_000_000_000;
/// The longest duration: 100 years.
pub(crate) const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
/// The longest name of a circuit, in bytes. An operation for a longer name is invalid: a cut name could be another's.
pub(crate) const LONGEST_NAME: usize = 256;

const SHORTEST_TTL: Duration = Duration::from_millis(1);
const LONGEST_MEMBER_TTL: Duration = Duration::from_secs(3600);
const LONGEST_LEASE: Duration = Duration::from_secs(60);
const LONGEST_MEMBER: usize = 256;
const LONGEST_WHY: usize = 64;
const LONGEST_REASON: usize = 200;
const LONGEST_ACTOR: usize = 128;

/// Returns the batch with all texts and numbers within their limits, and all durations in whole microseconds.
pub(crate) fn clean(batch: &Batch) -> Batch {
    Batch {
        member: end_of(&batch.member, LONGEST_MEMBER).to_owned(),
        observer: batch.observer,
        member_ttl: ttl(batch.member_ttl, LONGEST_MEMBER_TTL),
        epoch: batch.epoch.min(LARGEST),
        seq: batch.seq.map(|seq| seq.min(LARGEST)),
        nonce: batch.nonce.min(LARGEST),
        ops: batch.ops.iter().map(clean_op).collect(),
    }
}

/// Returns a share as parts per million.
pub(crate) fn parts_per_million(share: f64) -> u64 {
    // A share that is no number counts as 0. The product is from 0 to 1,000,000.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let parts = (share.clamp(0.0, 1.0) * 1e6).round() as u64;
    parts
}

/// Returns how many votes open a circuit: `at_least`, or the share of the live members if that is more, but never more
/// than there are live members.
pub(crate) fn votes_needed(live: u32, at_least: u32, share: f64) -> u32 {
    let share = (parts_per_million(share) * u64::from(live)).div_ceil(1_000_000);
    let share = u32::try_from(share).unwrap_or(u32::MAX);
    at_least.max(share).min(live).max(1)
}

/// Returns whether this can be the name of a circuit.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_NAME
}

/// Cuts a duration to whole microseconds, and to the longest one.
pub(crate) fn whole(duration: Duration) -> Duration {
    let duration = duration.min(LONGEST);
    Duration::new(duration.as_secs(), duration.subsec_micros() * 1_000)
}

fn ttl(ttl: Duration, longest: Duration) -> Duration {
    whole(ttl).clamp(SHORTEST_TTL, longest)
}

fn clean_op(op: &Op) -> Op {
    match op {
        Op::Vote(vote) => Op::Vote(clean_vote(vote)),
        Op::Lease {
            name,
            generation,
            ttl: lasts,
        } => Op::Lease {
            name: name.clone(),
            generation: (*generation).min(LARGEST),
            ttl: ttl(*lasts, LONGEST_LEASE),
        },
        Op::Renew {
            name,
            lease,
            ttl: lasts,
        } => Op::Renew {
            name: name.clone(),
            lease: (*lease).min(LARGEST),
            ttl: ttl(*lasts, LONGEST_LEASE),
        },
        Op::Verdict {
            name,
            lease,
            verdict,
        } => Op::Verdict {
            name: name.clone(),
            lease: (*lease).min(LARGEST),
            verdict: clean_verdict(verdict),
        },
        Op::Steer {
            name,
            order,
            actor,
            reason,
        } => Op::Steer {
            name: name.clone(),
            order: clean_order(order),
            actor: clean_actor(actor.as_deref()),
            reason: clean_reason(reason.as_deref()),
        },
        Op::Again(forced) => Op::Again(FleetOverride {
            name: forced.name.clone(),
            kind: forced.kind,
            actor: clean_actor(forced.actor.as_deref()),
            reason: clean_reason(forced.reason.as_deref()),
            age: whole(forced.age),
            rest: forced.rest.map(whole),
            revision: forced.revision.min(LARGEST),
        }),
        Op::Unvote { .. } | Op::Members | Op::Leave => op.clone(),
    }
}

fn clean_vote(vote: &Vote) -> Vote {
    let rest = whole(vote.rest);
    #[expect(clippy::cast_precision_loss)] // at most a million
    let share = parts_per_million(vote.share) as f64 / 1e6;
    Vote {
        name: vote.name.clone(),
        generation: vote.generation.min(LARGEST),
        rest,
        period: whole(vote.period).max(rest),
        row: vote.row,
        at_least: vote.at_least.max(1),
        share,
        why: start_of(&vote.why, LONGEST_WHY).to_owned(),
    }
}

fn clean_verdict(verdict: &Verdict) -> Verdict {
    match verdict {
        Verdict::Open {
            rest,
            period,
            row,
            why,
        } => Verdict::Open {
            rest: whole(*rest),
            period: whole(*period).max(whole(*rest)),
            row: *row,
            why: start_of(why, LONGEST_WHY).to_owned(),
        },
        Verdict::Closed | Verdict::GivenBack => verdict.clone(),
    }
}

fn clean_order(order: &Order) -> Order {
    let lasts = |ttl: Option<Duration>| ttl.map(|ttl| whole(ttl).max(SHORTEST_TTL));
    match *order {
        Order::ForceOpen { ttl } => Order::ForceOpen { ttl: lasts(ttl) },
        Order::ForceClosed { ttl } => Order::ForceClosed { ttl: lasts(ttl) },
        Order::Trip { period } => Order::Trip {
            period: whole(period).max(SHORTEST_TTL),
        },
        Order::Clear => Order::Clear,
        Order::Reset => Order::Reset,
    }
}

fn clean_actor(actor: Option<&str>) -> Option<String> {
    actor.map(|actor| actor.chars().take(LONGEST_ACTOR).collect())
}

fn clean_reason(reason: Option<&str>) -> Option<String> {
    reason.map(|reason| start_of(reason, LONGEST_REASON).to_owned())
}

/// Returns the first bytes of a text, cut between two characters.
pub(crate) fn start_of(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Returns the last bytes of a text, cut between two characters: the end of a member is what no other member has.
fn end_of(text: &str, bytes: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

#[cfg(test)]
mod tests;
