//! Whether an instance whose own calls succeed should obey an opening of the fleet (F14).
//!
//! The figures of `docs/fleet.md` are those of `the_costs_of_own_eyes_in_numbers` with 200 seeds:
//! `FLEET_SIM_SEEDS=200 cargo test -p breaker-runtime --lib --features fleet,test-util own_eyes -- --ignored --nocapture`

use super::*;
use crate::config::Window;
use crate::fleet::simulation::eyes::Trust;
use crate::fleet::simulation::random::number;

/// How long a fault lasts, and how long the fleet has for its recovery.
const FAULT: Now = 120 * S;
const RECOVERY: Now = 90 * S;
/// How often the states are looked at.
const STEP: Now = 20 * MS;

/// What goes wrong in a fleet of ten.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// So many instances are sick, and the dependency is well.
    Sick(usize),
    /// The dependency fails for all.
    Outage,
    /// It answers nobody, and calls fail after two seconds.
    Hang,
    /// It answers all, but slowly.
    Slow,
    /// It fails for one half of the instances.
    Zone,
    /// A share of all calls fails.
    Share(f64),
}

/// What a fault costs, on average.
#[derive(Debug, Default)]
struct Cost {
    /// Calls that were rejected and would have succeeded at once.
    missed: f64,
    /// Calls that failed, or were slow.
    failed: f64,
    /// Seconds until no affected circuit was closed, and from the repair until all were closed.
    opened: f64,
    closed: f64,
    /// How often the circuits of all instances have opened.
    openings: f64,
}

impl Fault {
    fn config(self) -> Config {
        let window = config().window(Window::Time(Duration::from_secs(10)));
        match self {
            Self::Share(share) => window.failure_rate(share * 0.8).min_calls(10),
            Self::Slow => {
                let window = window.slow_call(Duration::from_millis(500));
                window.slow_rate(0.5).min_calls(20)
            }
            _ => config(),
        }
    }

    /// Returns how many instances see it.
    fn affected(self) -> usize {
        match self {
            Self::Sick(count) => count,
            Self::Zone => 5,
            Self::Outage | Self::Hang | Self::Slow | Self::Share(_) => 10,
        }
    }

    /// Makes it begin, or end.
    fn set(self, world: &mut World, is_on: bool) {
        let dependency = &mut world.dependency;
        match self {
            Self::Sick(_) | Self::Zone => {
                (0..self.affected()).for_each(|i| world.act(Action::Sick(i, is_on)));
            }
            Self::Outage => dependency.is_down = is_on,
            Self::Hang => (dependency.is_down, dependency.hang) = (is_on, 2 * S),
            Self::Slow => dependency.lag = if is_on { S } else { 0 },
            Self::Share(share) => dependency.failing = if is_on { share } else { 0.0 },
        }
    }

    /// Plays one story, in which the instances make 3, 10 or 30 calls a second.
    fn play(self, quorum: Quorum, trust: Trust, seed: u64) -> Cost {
        let mut world = World::of(10, quorum, &self.config(), seed);
        world.trust = trust;
        for i in 0..10 {
            let rates = [3.0, 10.0, 30.0];
            let drawn = usize::try_from(world.draw(3)).expect("it is small");
            world.act(Action::Rate(i, rates[drawn]));
        }
        world.run_for(20 * S);
        self.set(&mut world, true);
        let opened = world.first(FAULT, |world| {
            !world.states()[..self.affected()].contains(&State::Closed)
        });
        world.run_for(FAULT - opened);
        self.set(&mut world, false);
        let closed = world.first(RECOVERY, World::all_closed);
        world.run_for(RECOVERY - closed);
        let all = || world.instances.iter().map(|instance| &instance.seen);
        let is_open = |(_, state): &&(Now, State)| *state == State::Open;
        let openings = all().map(|seen| seen.states[0].iter().filter(is_open).count());
        Cost {
            missed: float(all().map(|seen| seen.missed).sum()),
            failed: float(all().map(|seen| seen.failed + seen.slow).sum()),
            opened: Duration::from_nanos(opened).as_secs_f64(),
            closed: Duration::from_nanos(closed).as_secs_f64(),
            openings: openings.map(|count| float(count as u64)).sum(),
        }
    }

    /// Plays some stories, and returns their mean cost.
    fn cost(self, quorum: Quorum, trust: Trust, seeds: u64) -> Cost {
        let mut mean = Cost::default();
        let count = float(seeds);
        for seed in 0..seeds {
            let cost = self.play(quorum, trust, seed);
            mean.missed += cost.missed / count;
            mean.failed += cost.failed / count;
            mean.opened += cost.opened / count;
            mean.closed += cost.closed / count;
            mean.openings += cost.openings / count;
        }
        mean
    }
}

fn float(number: u64) -> f64 {
    f64::from(u32::try_from(number).expect("it is small"))
}

impl World {
    /// Runs until something holds, at most for some time, and returns how long that took.
    fn first(&mut self, most: Now, holds: impl Fn(&Self) -> bool) -> Now {
        let start = self.now();
        while !holds(self) && self.now() < start + most {
            self.run_for(STEP);
        }
        self.now() - start
    }
}

/// The instances would read their totals once a second.
const TOTALS: Trust = Trust::Totals(S);

#[test]
fn f14_own_eyes_would_spare_calls_in_a_false_opening_and_let_few_more_fail_in_an_outage() {
    let cost = |fault: Fault, trust| fault.cost(Quorum::default(), trust, 2);
    for fault in [Fault::Sick(2), Fault::Zone] {
        let (obeys, declines) = (cost(fault, Trust::Fleet), cost(fault, TOTALS));
        assert!(
            declines.missed < obeys.missed / 4.0,
            "{fault:?}: {declines:?} {obeys:?}"
        );
        assert!(
            declines.openings < obeys.openings,
            "{fault:?}: {declines:?} {obeys:?}"
        );
    }
    let (obeys, declines) = (
        cost(Fault::Outage, Trust::Fleet),
        cost(Fault::Outage, TOTALS),
    );
    let (failed, opened) = (obeys.failed * 1.25, obeys.opened + 1.0);
    assert!(declines.failed < failed, "{declines:?} {obeys:?}");
    assert!(declines.opened < opened, "{declines:?} {obeys:?}");
}

#[test]
#[ignore = "it prints a table, and takes a minute"]
fn the_costs_of_own_eyes_in_numbers() {
    let seeds = number("FLEET_SIM_SEEDS", 20);
    let whom = [
        Trust::Fleet,
        Trust::Eyes,
        TOTALS,
        Trust::Totals(5 * S),
        Trust::Stubborn,
    ];
    for (fault, quorum) in [
        (Fault::Sick(1), Quorum::at_least(1)),
        (Fault::Sick(1), Quorum::default()),
        (Fault::Sick(2), Quorum::default()),
        (Fault::Outage, Quorum::default()),
        (Fault::Hang, Quorum::default()),
        (Fault::Slow, Quorum::default()),
        (Fault::Zone, Quorum::default()),
        (Fault::Share(0.3), Quorum::default()),
        (Fault::Share(0.1), Quorum::default()),
    ] {
        println!("{fault:?}, at least {}", quorum.least());
        for trust in whom {
            let cost = fault.cost(quorum, trust, seeds);
            println!("  {trust:?}: {cost:.2?}");
        }
    }
}
