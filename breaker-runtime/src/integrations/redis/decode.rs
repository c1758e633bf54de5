//! What the script answers and publishes, read without trust: anybody who can write to Redis may have written it.
//!
//! Everything is lists of texts. What is not valid is left out and counted.

use std::time::Duration;

use super::item::Item;
use super::names::VERSION;
use super::text::cut;
use crate::fleet::{
    Answer, Answers, Circuit, Contents, FleetOverride, Heard, Lease, OverrideKind, Phase,
};

/// More entries than a store of one fleet holds.
const MOST: usize = 10_000;
const LONGEST_TEXT: usize = 256;
/// The largest number that a script of Redis holds exactly.
const LARGEST: u64 = 1 << 53;

/// A message on the channel.
#[derive(Debug, PartialEq)]
#[expect(clippy::large_enum_variant)] // almost all messages are the largest
pub(super) enum Message {
    Heard(Heard),
    /// A member asks whether messages arrive.
    Nonce,
}

/// The value is not an optional text.
struct NoText;

/// Reads an answer of the script. Adds what was not valid to `garbage`.
pub(super) fn answers(answer: &Item, garbage: &mut u64) -> Option<Answers> {
    let [epoch, age, seq, live, ignored, circuits, overrides, answers] = answer.list()? else {
        return None;
    };
    *garbage += number(ignored)?.min(MOST as u64);
    let contents = match (circuits, overrides) {
        (Item::List(circuits), Item::List(overrides)) => {
            let mut circuits = valid(circuits, circuit, garbage);
            let mut overrides = valid(overrides, forced, garbage);
            // The order of a store is that of the bytes.
            circuits.sort_by(|a, b| a.name.cmp(&b.name));
            overrides.sort_by(|a, b| a.name.cmp(&b.name));
            Some(Contents {
                circuits,
                overrides,
            })
        }
        _ => None,
    };
    Some(Answers {
        epoch: number(epoch)?,
        age: duration(age)?,
        seq: number(seq)?,
        live: small(live)?,
        contents,
        answers: answers
            .list()?
            .iter()
            .map(one_answer)
            .collect::<Option<_>>()?,
    })
}

/// Reads a message.
pub(super) fn message(bytes: &[u8]) -> Option<Message> {
    let item = Item::of_json(bytes)?;
    let fields = item.list()?;
    if fields.first()?.text()? != VERSION {
        return None;
    }
    match &fields[1..] {
        [word, _] if word.text() == Some("nonce") => Some(Message::Nonce),
        [epoch, seq] => Some(Message::Heard(Heard::Gap {
            epoch: number(epoch)?,
            seq: number(seq)?,
        })),
        [epoch, seq, before, told, changed] => Some(Message::Heard(Heard::Changed {
            epoch: number(epoch)?,
            seq: number(seq)?,
            before: number(before)?,
            told: number(told)?,
            circuit: circuit(changed)?,
        })),
        _ => None,
    }
}

fn valid<T>(items: &[Item], read: fn(&Item) -> Option<T>, garbage: &mut u64) -> Vec<T> {
    let (known, rest) = items.split_at(items.len().min(MOST));
    let read: Vec<_> = known.iter().filter_map(read).collect();
    *garbage += (known.len() - read.len() + rest.len()) as u64;
    read
}

fn circuit(item: &Item) -> Option<Circuit> {
    let fields = item.list()?;
    let (fixed, votes) = fields.split_at_checked(12)?;
    let [
        name,
        phase,
        generation,
        rest,
        period,
        row,
        needed,
        why,
        by,
        id,
        holder,
        lasts,
    ] = fixed
    else {
        return None;
    };
    let lease = match number(id)? {
        0 => None,
        id => Some(Lease {
            id,
            by: text(holder)?,
            rest: duration(lasts)?,
        }),
    };
    let mut votes: Vec<_> = votes.iter().take(MOST).map(text).collect::<Option<_>>()?;
    votes.sort();
    Some(Circuit {
        name: circuit_name(name)?,
        phase: match phase.text()? {
            "voting" => Phase::Voting,
            "open" => Phase::Open,
            "closed" => Phase::Closed,
            _ => return None,
        },
        generation: number(generation)?,
        rest: duration(rest)?,
        period: duration(period)?,
        row: small(row)?,
        why: text(why)?,
        by: text(by)?,
        lease,
        votes,
        needed: small(needed)?,
    })
}

fn forced(item: &Item) -> Option<FleetOverride> {
    let [name, kind, actor, reason, age, rest, revision] = item.list()? else {
        return None;
    };
    Some(FleetOverride {
        name: match name.text()? {
            "" => None,
            _ => Some(circuit_name(name)?),
        },
        kind: match kind.text()? {
            "open" => OverrideKind::Open,
            "closed" => OverrideKind::Closed,
            "cleared" => OverrideKind::Cleared,
            _ => return None,
        },
        actor: optional_text(actor).ok()?,
        reason: optional_text(reason).ok()?,
        age: duration(age)?,
        rest: match rest.text()? {
            "-" => None,
            _ => Some(duration(rest)?),
        },
        revision: number(revision)?,
    })
}

fn one_answer(item: &Item) -> Option<Answer> {
    let (word, fields) = item.list()?.split_first()?;
    Some(match (word.text()?, fields) {
        ("done", []) => Answer::Done,
        ("stale", []) => Answer::Stale,
        ("invalid", []) => Answer::Invalid,
        ("voted", [votes, needed]) => Answer::Voted {
            votes: small(votes)?,
            needed: small(needed)?,
        },
        ("granted", [lease]) => Answer::Granted {
            lease: number(lease)?,
        },
        ("taken", [by, rest]) => Answer::Taken {
            by: text(by)?,
            rest: duration(rest)?,
        },
        ("not_yet", [rest]) => Answer::NotYet {
            rest: duration(rest)?,
        },
        ("steered", [revision]) => Answer::Steered {
            revision: number(revision)?,
        },
        ("members", members) => {
            let read = |member: &[Item]| Some((text(&member[0])?, duration(&member[1])?));
            let members = members.chunks_exact(2).map(read);
            let mut members: Vec<_> = members.collect::<Option<_>>()?;
            members.sort();
            Answer::Members(members)
        }
        _ => return None,
    })
}

/// A name is not cut, because a cut name could be that of another circuit.
fn circuit_name(item: &Item) -> Option<String> {
    let name = item.text()?;
    (!name.is_empty() && name.len() <= LONGEST_TEXT).then(|| name.to_owned())
}

fn text(item: &Item) -> Option<String> {
    Some(cut(item.text()?, LONGEST_TEXT))
}

fn optional_text(item: &Item) -> Result<Option<String>, NoText> {
    match item.text().and_then(|text| text.split_at_checked(1)) {
        Some(("+", text)) => Ok(Some(cut(text, 4 * LONGEST_TEXT))),
        Some(("-", "")) => Ok(None),
        _ => Err(NoText),
    }
}

fn number(item: &Item) -> Option<u64> {
    let text = item.text()?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok())??;
    (number <= LARGEST).then_some(number)
}

fn small(item: &Item) -> Option<u32> {
    Some(u32::try_from(number(item)?).unwrap_or(u32::MAX))
}

fn duration(item: &Item) -> Option<Duration> {
    Some(Duration::from_micros(number(item)?))
}

#[cfg(test)]
mod tests;
