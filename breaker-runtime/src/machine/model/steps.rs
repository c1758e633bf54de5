//! Random steps and settings.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use crate::config::{Config, Settings, Window};
use crate::machine::{Change, Forced, ForcedKind, Machine};
use crate::time::Tick;
use crate::values::{Attribution, End, FailureKind, Layer};

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Acquire {
        /// For a nested call: how many generations ago the enclosing call was admitted.
        nested_in: Option<u64>,
    },
    /// The declaration makes a probe of the half-open circuit (R33).
    Probe,
    /// The declaration makes a health check, as `probe_always` asks for (R33).
    Check,
    /// The position of the call among those held, its end, and its hint in [`units`].
    Settle(usize, End, Option<u64>),
    /// The position of the call among those held, and whether it had been pending for `cancel_after`.
    Drop(usize, bool),
    /// The position of the call among those held that makes progress.
    Progress(usize),
    /// The [`units`] of time that pass.
    Pass(u64),
    Read,
    Trip,
    Reset,
    /// The override and its `ttl` in [`units`].
    Force(ForcedKind, Option<u64>),
    Clear,
    /// What a file forces from now on.
    ForceByFile(Option<ForcedKind>),
    Configure(Box<Settings>),
    Fleet(FleetStep),
    /// How many keys there are, and how many of the other keys are open.
    OtherKeys(usize, usize),
}

/// A decision of the fleet. All durations are in [`units`].
#[derive(Clone, Debug)]
pub(crate) enum FleetStep {
    Opens {
        rest: u64,
        row: u32,
        hold: u64,
    },
    ProbesElsewhere(u64),
    /// How long the lease lasts, and the openings in a row.
    Lease(u64, u32),
    /// For how long the circuit waits.
    Recalls(u64),
    /// The spread.
    Closes(u64),
    Gone,
    /// What is forced, and its `ttl`.
    Force(Option<(ForcedKind, Option<u64>)>),
}

impl FleetStep {
    /// Takes the step on a machine; returns whether a lease begins or is prolonged.
    pub(crate) fn take(&self, machine: &mut Machine, now: Tick, changes: &mut Vec<Change>) -> bool {
        match self {
            Self::Opens { rest, row, hold } => {
                machine.fleet_opens(units(*rest), *row, units(*hold), now, changes);
            }
            Self::ProbesElsewhere(rest) => {
                machine.fleet_probes_elsewhere(units(*rest), now, changes);
            }
            Self::Lease(lasts, row) => {
                return machine.fleet_lease(now.after(units(*lasts)), *row, now, changes);
            }
            Self::Recalls(hold) => machine.fleet_recalls(units(*hold), now, changes),
            Self::Closes(spread) => machine.fleet_closes(units(*spread), now, changes),
            Self::Gone => machine.fleet_is_gone(now, changes),
            Self::Force(wanted) => {
                let wanted = wanted.map(|(kind, ttl)| {
                    let until = ttl.map(|ttl| now.after(units(ttl)));
                    forced(kind, Layer::Fleet, until)
                });
                machine.fleet_forces(wanted, now, changes);
            }
        }
        false
    }
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![
        4 => Just(End::Success),
        4 => failures().prop_map(End::Failure),
        1 => Just(End::Trip),
        2 => Just(End::Ignored),
        1 => Just(End::Cancelled)
    ];
    let kind = prop_oneof![Just(ForcedKind::Open), Just(ForcedKind::Closed)];
    let by_file = proptest::option::of(kind.clone());
    let nested_in = proptest::option::weighted(0.2, 0..2_u64);
    let hint = proptest::option::weighted(0.2, 1..200_u64);
    // Only a failure has a hint (R20).
    let settle = |(at, end, hint): (usize, End, Option<u64>)| {
        Step::Settle(at, end, hint.filter(|_| end.failure().is_some()))
    };
    let step = prop_oneof![
        16 => nested_in.prop_map(|nested_in| Step::Acquire { nested_in }),
        4 => Just(Step::Probe),
        3 => Just(Step::Check),
        16 => (0..5_usize, end, hint).prop_map(settle),
        6 => (0..5_usize, proptest::bool::weighted(0.2)).prop_map(|(at, late)| Step::Drop(at, late)),
        3 => (0..5_usize).prop_map(Step::Progress),
        6 => (0..25_u64).prop_map(Step::Pass),
        2 => Just(Step::Read),
        1 => Just(Step::Trip),
        1 => Just(Step::Reset),
        1 => (kind, proptest::option::of(1..60_u64)).prop_map(|(kind, ttl)| Step::Force(kind, ttl)),
        1 => Just(Step::Clear),
        1 => by_file.prop_map(Step::ForceByFile),
        1 => settings().prop_map(|new| Step::Configure(new.into())),
        8 => fleet_steps().prop_map(Step::Fleet),
        2 => (1..10_usize, 0..6_usize).prop_map(|(keys, open)| Step::OtherKeys(keys, open)),
    ];
    proptest::collection::vec(step, 0..250)
}

fn fleet_steps() -> impl Strategy<Value = FleetStep> {
    let kind = prop_oneof![Just(ForcedKind::Open), Just(ForcedKind::Closed)];
    let force = proptest::option::of((kind, proptest::option::of(1..60_u64)));
    prop_oneof![
        3 => (0..60_u64, 0..5_u32, 0..40_u64)
            .prop_map(|(rest, row, hold)| FleetStep::Opens { rest, row, hold }),
        1 => (0..30_u64).prop_map(FleetStep::ProbesElsewhere),
        3 => (0..30_u64, 0..5_u32).prop_map(|(lasts, row)| FleetStep::Lease(lasts, row)),
        1 => (0..40_u64).prop_map(FleetStep::Recalls),
        2 => (0..20_u64).prop_map(FleetStep::Closes),
        1 => Just(FleetStep::Gone),
        1 => force.prop_map(FleetStep::Force),
    ]
}

/// Returns how a call ends that is dropped while it is pending.
pub(crate) fn dropped(late: bool) -> End {
    if late {
        End::Failure(FailureKind::Dropped)
    } else {
        End::Cancelled
    }
}

/// The kinds of failures with which a call can end.
fn failures() -> impl Strategy<Value = FailureKind> {
    prop_oneof![
        Just(FailureKind::Returned),
        Just(FailureKind::Panicked),
        Just(FailureKind::TimedOut),
        Just(FailureKind::Dropped),
    ]
}

/// Makes an override.
pub(crate) fn forced(kind: ForcedKind, layer: Layer, until: Option<Tick>) -> Forced {
    Forced {
        kind,
        layer,
        by: Attribution::default(),
        since: SystemTime::UNIX_EPOCH,
        until,
    }
}

fn windows() -> impl Strategy<Value = Option<Window>> {
    prop_oneof![
        Just(None),
        (1..30_u32).prop_map(|calls| Some(Window::Calls(calls))),
        (1..100_u64).prop_map(|time| Some(Window::Time(units(time)))),
    ]
}

/// Returns a duration of `count` nanoseconds: the unit is small, so that instants often coincide.
pub(crate) fn units(count: u64) -> Duration {
    Duration::from_nanos(count)
}

fn rates() -> impl Strategy<Value = Option<f64>> {
    proptest::option::of((1..=10_u32).prop_map(|tenths| f64::from(tenths) / 10.0))
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let rules = (
        windows(),
        proptest::option::of(1..8_u32),
        proptest::option::of(1..8_u32),
        rates(),
        rates(),
        1..12_u32,
    );
    let times = (
        proptest::option::of(1..30_u64),
        proptest::option::of(1..60_u64),
        1..30_u64,
        1..60_u64,
    );
    let probes = (1..4_u32, 1..4_u32, 1..3_u32);
    let others = (
        proptest::option::of(1..5_u32),
        proptest::bool::weighted(0.2),
        proptest::option::weighted(0.3, 1..5_u32),
        rates(),
    );
    (rules, times, probes, others).prop_map(|(rules, times, probes, others)| {
        let (dropped, shadow, max_in_flight, max_open_share) = others;
        let (window, threshold, max_failures, failure_rate, slow_rate, min_calls) = rules;
        let (slow_call, ramp, open_for, probe_timeout) = times;
        let (half_open_calls, success_threshold, probe_failures) = probes;
        let base = Config::new()
            .backoff(2.0)
            .open_for(units(open_for))
            .probe_timeout(units(probe_timeout))
            .half_open_calls(half_open_calls)
            .success_threshold(success_threshold)
            .probe_failures(probe_failures)
            .min_calls(min_calls)
            .settings(None);
        Settings {
            threshold,
            window,
            max_failures,
            failure_rate,
            slow_call: slow_call.map(units),
            slow_rate: slow_rate.filter(|_| slow_call.is_some()),
            ramp: ramp.map(units),
            cancelled_in_a_row: dropped,
            shadow,
            max_in_flight,
            max_open_share,
            ..base
        }
    })
}

/// Returns the settings `new` as far as they can be put in force while calls are in flight.
///
/// `slow_call`, whether there is a `slow_rate`, and `ramp` stay as they are in `current`: the model does not cover
/// their changes.
pub(crate) fn other_settings(current: &Settings, new: Settings) -> Settings {
    Settings {
        slow_call: current.slow_call,
        slow_rate: current
            .slow_rate
            .and_then(|rate| new.slow_rate.or(Some(rate))),
        ramp: current.ramp,
        ..new
    }
}
