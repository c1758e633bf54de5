//! A batch as the arguments of the script.
//!
//! Every operation is a word and a fixed number of arguments. An optional text is `-`, or `+` and the text; an optional
//! number is `-` or the number. Durations are in microseconds.

use std::time::Duration;

use ::redis::Cmd;

use super::names::Names;
use super::script;
use crate::fleet::{Batch, FleetOverride, Op, Order, OverrideKind, Verdict, limits};

/// Makes the command that runs the script for a batch.
///
/// `now` is the time for tests, which only a fleet in test mode obeys.
pub(super) fn command(names: &Names, batch: &Batch, now: Option<u64>) -> Cmd {
    let batch = limits::clean(batch);
    let mut command = ::redis::cmd("EVALSHA");
    command.arg(&*script::HASH).arg(names.keys.len());
    for key in &names.keys {
        command.arg(key);
    }
    let mut to = Arguments(command);
    to.text(&names.channel);
    to.optional_number(now);
    to.text(&batch.member);
    to.number(batch.observer.into());
    to.duration(batch.member_ttl);
    to.number(batch.epoch);
    to.optional_number(batch.seq);
    to.number(batch.nonce % 1000);
    for op in &batch.ops {
        to.op(op);
    }
    to.0
}

struct Arguments(Cmd);

impl Arguments {
    fn text(&mut self, text: &str) {
        self.0.arg(text);
    }

    fn number(&mut self, number: u64) {
        self.0.arg(number);
    }

    fn duration(&mut self, duration: Duration) {
        self.number(micros(duration));
    }

    fn optional_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.0.arg(format!("+{text}")),
            None => self.0.arg("-"),
        };
    }

    fn optional_number(&mut self, number: Option<u64>) {
        match number {
            Some(number) => self.0.arg(number),
            None => self.0.arg("-"),
        };
    }

    fn op(&mut self, op: &Op) {
        match op {
            Op::Vote(vote) => {
                self.text("vote");
                self.text(&vote.name);
                self.number(vote.generation);
                self.duration(vote.rest);
                self.duration(vote.period);
                self.number(vote.row.into());
                self.number(vote.at_least.into());
                self.number(limits::parts_per_million(vote.share));
                self.text(&vote.why);
            }
            Op::Unvote { name } => {
                self.text("unvote");
                self.text(name);
            }
            Op::Lease {
                name,
                generation,
                ttl,
            } => {
                self.text("lease");
                self.text(name);
                self.number(*generation);
                self.duration(*ttl);
            }
            Op::Renew { name, lease, ttl } => {
                self.text("renew");
                self.text(name);
                self.number(*lease);
                self.duration(*ttl);
            }
            Op::Verdict {
                name,
                lease,
                verdict,
            } => self.verdict(name, *lease, verdict),
            Op::Steer {
                name,
                order,
                actor,
                reason,
            } => {
                self.order(name.as_deref(), order);
                self.optional_text(actor.as_deref());
                self.optional_text(reason.as_deref());
            }
            Op::Again(forced) => self.again(forced),
            Op::Members => self.text("members"),
            Op::Leave => self.text("leave"),
        }
    }

    fn verdict(&mut self, name: &str, lease: u64, verdict: &Verdict) {
        self.text("verdict");
        self.text(name);
        self.number(lease);
        let (word, rest, period, row, why) = match verdict {
            Verdict::Closed => ("closed", Duration::ZERO, Duration::ZERO, 0, ""),
            Verdict::GivenBack => ("given_back", Duration::ZERO, Duration::ZERO, 0, ""),
            Verdict::Open {
                rest,
                period,
                row,
                why,
            } => ("open", *rest, *period, *row, why.as_str()),
        };
        self.text(word);
        self.duration(rest);
        self.duration(period);
        self.number(row.into());
        self.text(why);
    }

    fn order(&mut self, name: Option<&str>, order: &Order) {
        let (word, lasts) = match *order {
            Order::ForceOpen { ttl } => ("open", ttl),
            Order::ForceClosed { ttl } => ("closed", ttl),
            Order::Clear => ("cleared", None),
            Order::Trip { period } => ("trip", Some(period)),
            Order::Reset => ("reset", None),
        };
        self.text("steer");
        self.optional_text(name);
        self.text(word);
        self.optional_number(lasts.map(micros));
    }

    fn again(&mut self, forced: &FleetOverride) {
        self.text("again");
        self.optional_text(forced.name.as_deref());
        self.text(match forced.kind {
            OverrideKind::Open => "open",
            OverrideKind::Closed => "closed",
            OverrideKind::Cleared => "cleared",
        });
        self.optional_text(forced.actor.as_deref());
        self.optional_text(forced.reason.as_deref());
        self.duration(forced.age);
        self.optional_number(forced.rest.map(micros));
        self.number(forced.revision);
    }
}

/// A duration of a clean batch is at most a hundred years.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(limits::LARGEST)
}
