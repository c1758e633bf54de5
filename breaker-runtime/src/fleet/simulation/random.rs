//! Stories that a seed tells: a fleet with random settings, clocks, traffic and faults, which all end.
//!
//! Seeds that have failed are in `seeds.txt`, and are played first. `FLEET_SIM_SEEDS` is how many others to play, and
//! `FLEET_SIM_FIRST` the first of them.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::actions::Action;
use super::clock::{MS, Now, S};
use super::instance::{Link, Spec};
use super::world::World;
use crate::config::Config;
use crate::fleet::member::Random;
use crate::fleet::quorum::Quorum;
use crate::fleet::store::{Op, Order, Phase};
use crate::sync::Mutex;

const SEEDS: &str = include_str!("seeds.txt");
/// How long faults happen.
const FAULTS: Now = 60 * S;
/// How long a probe may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Draws the story of a seed.
struct Teller {
    random: Random,
    longest_open: Duration,
    ramp: Duration,
}

impl Teller {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let index = self.random.number() % from.len() as u64;
        from[usize::try_from(index).unwrap_or_default()].clone()
    }

    fn below(&mut self, most: u64) -> u64 {
        self.random.number() % most.max(1)
    }

    fn index(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap_or_default()
    }

    fn config(&mut self) -> Config {
        let open_for = Duration::from_millis(2_000 + self.below(10_000));
        let longest = open_for * self.pick(&[1, 2, 3]);
        let mut config = Config::new()
            .shared(true)
            .threshold(self.pick(&[2, 3, 5]))
            .open_for(open_for)
            .max_open_for(longest)
            .backoff(self.pick(&[1.0, 2.0]))
            .jitter(self.pick(&[0.0, 0.2]))
            .success_threshold(self.pick(&[1, 3]))
            .half_open_calls(self.pick(&[1, 2]))
            .probe_timeout(PROBE_TIMEOUT);
        if self.below(4) == 0 {
            self.ramp = Duration::from_secs(3);
            config = config.ramp(self.ramp);
        }
        self.longest_open = self.longest_open.max(longest);
        config
    }

    fn quorum(&mut self) -> Quorum {
        self.pick(&[
            Quorum::default(),
            Quorum::default(),
            Quorum::at_least(1),
            Quorum::at_least(3),
            Quorum::at_least(2).share(0.5),
        ])
    }

    fn world(&mut self, seed: u64, count: Option<usize>) -> World {
        let mut world = World::empty(seed);
        let count = count.unwrap_or_else(|| 1 + self.index(12));
        let names = self.pick(&[vec!["p"], vec!["p"], vec!["p", "q"]]);
        let quorum = self.quorum();
        let same = self.config();
        for number in 0..count {
            let own = self.below(8) == 0;
            let config = if own { self.config() } else { same };
            let breakers = names.iter().map(|name| ((*name).to_owned(), config));
            let spec = Spec {
                label: format!("i{number}"),
                quorum: if own { self.quorum() } else { quorum },
                observer: false,
                breakers: breakers.collect(),
                origin: self.below(1 << 50),
                drift: i64::try_from(self.below(400)).unwrap_or_default() - 200,
                wall: i64::try_from(self.below(7_200)).unwrap_or_default() - 3_600,
                rate: self.pick(&[0.2, 1.0, 2.0, 5.0, 10.0]),
            };
            world.start(spec);
        }
        world.server.remembers = true;
        world.latency = self.pick(&[MS, 5 * MS, 50 * MS]);
        world
    }

    /// Something that begins, and how it ends.
    fn fault(&mut self, count: usize) -> (Action, Option<Action>) {
        let i = self.index(count);
        match self.below(20) {
            0..=3 => (Action::DependencyFails, Some(Action::DependencyRecovers)),
            4 => (Action::Sick(i, true), Some(Action::Sick(i, false))),
            5 => (Action::Forgets(i, true), Some(Action::Forgets(i, false))),
            6 => (Action::Drops(i, true), Some(Action::Drops(i, false))),
            7 | 8 => {
                let link = self.pick(&[Link::Reset, Link::Blackhole]);
                (Action::Cut(i, link), Some(Action::Heal(i)))
            }
            9 => (Action::Pause(i, self.below(25 * S)), None),
            10 => (Action::Crash(i), Some(Action::Restart(i))),
            11 => (Action::Leave(i), Some(Action::Restart(i))),
            12 => {
                let has_data = self.below(2) == 0;
                (Action::ServerDies, Some(Action::ServerStarts { has_data }))
            }
            13 => (Action::ServerHangs, Some(Action::ServerResumes)),
            14 => {
                let skew = self.pick(&[0, 0, 60_000_000, -60_000_000]);
                let lost = self.index(6);
                (Action::FailsOver { lost, skew }, None)
            }
            15 => (Action::LosesData, None),
            16 => (Action::Loss(0.2), Some(Action::Loss(0.0))),
            18 if self.below(2) == 0 => (Action::Trips(i), None),
            18 => (Action::Resets(i), None),
            17 => (Action::PushLoss(0.5), Some(Action::PushLoss(0.0))),
            _ => (self.order(i), None),
        }
    }

    fn order(&mut self, i: usize) -> Action {
        let ttl = Some(Duration::from_secs(5));
        let period = Duration::from_secs(4);
        let order = self.pick(&[
            Order::Reset,
            Order::Trip { period },
            Order::ForceOpen { ttl },
            Order::ForceClosed { ttl: None },
            Order::Clear,
        ]);
        Action::Asks(i, steer(order))
    }
}

fn steer(order: Order) -> Op {
    Op::Steer {
        name: Some("p".to_owned()),
        order,
        actor: None,
        reason: None,
    }
}

/// Plays the story of a seed, of `count` instances or a few, and returns the world at its end.
fn play(seed: u64, count: Option<usize>, traced: bool) -> World {
    let mut teller = Teller {
        random: Random::new(seed ^ 0x5EED),
        longest_open: Duration::from_secs(4),
        ramp: Duration::ZERO,
    };
    let mut world = teller.world(seed, count);
    world.trace = traced.then(Vec::new);
    world.run_for(5 * S);
    let count = world.instances.len();
    for _ in 0..2 + teller.below(10) {
        let (mut fault, repair) = teller.fault(count);
        let at = teller.below(FAULTS);
        if let Action::Pause(_, pause) = &mut fault {
            *pause = (*pause).min(FAULTS - at);
        }
        let lasts = teller.below(20 * S).min(FAULTS - at);
        world.act_after(at, fault);
        if let Some(repair) = repair {
            world.act_after(at + lasts, repair);
        }
    }
    world.run_for(FAULTS + S);
    repair(&mut world);
    // The longest period, and the longest way of every deadline: back-off, hold, lease, its ttl, probes, spread, ramp.
    let open = teller.longest_open.mul_f64(1.2) + teller.ramp;
    let bound = nanos(open) + 30 * S + 2 * S + 15 * S + 6 * S + nanos(PROBE_TIMEOUT) + 3 * S;
    // The instance with the least traffic makes a call every five seconds on average.
    world.run_for(bound + 40 * S);
    world.check_closed("after all faults have ended");
    world.check_equal();
    let contents = world.server.contents(world.now());
    let open = contents
        .circuits
        .iter()
        .find(|circuit| circuit.phase == Phase::Open);
    assert!(open.is_none(), "seed {seed}: the server holds {open:?}");
    world
}

/// Ends all faults.
fn repair(world: &mut World) {
    world.act(Action::DependencyRecovers);
    world.act(Action::Loss(0.0));
    world.act(Action::PushLoss(0.0));
    for i in 0..world.instances.len() {
        if world.instances[i].is_gone {
            world.act(Action::Restart(i));
        }
        world.instances[i].is_sick = false;
        world.instances[i].forgets = false;
        world.instances[i].drops = false;
        world.act(Action::Heal(i));
    }
    match world.server.health {
        super::server::Health::Down => world.act(Action::ServerStarts { has_data: true }),
        super::server::Health::Hangs => world.act(Action::ServerResumes),
        super::server::Health::Up => {}
    }
    world.run_for(S);
    world.act(Action::Asks(0, steer(Order::Clear)));
}

fn nanos(duration: Duration) -> Now {
    u64::try_from(duration.as_nanos()).unwrap_or(Now::MAX)
}

pub(super) fn number(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |given| given.parse().expect("a number"))
}

/// Plays all seeds on as many threads as there are processors, and returns those that fail.
fn play_all(seeds: &[u64], count: Option<usize>) -> Vec<u64> {
    let next = AtomicU64::new(0);
    let failed = Mutex::new(Vec::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(seed) = usize::try_from(index).ok().and_then(|it| seeds.get(it))
                    else {
                        return;
                    };
                    if catch_unwind(|| play(*seed, count, false)).is_err() {
                        failed.lock().expect("no panic").push(*seed);
                    }
                }
            });
        }
    });
    failed.into_inner().expect("no panic")
}

#[test]
fn seeds_that_have_failed_hold() {
    let seeds = SEEDS
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let seeds: Vec<u64> = seeds.filter_map(|seed| seed.parse().ok()).collect();
    assert_eq!(play_all(&seeds, None), [0_u64; 0]);
}

#[test]
fn random_stories_hold() {
    let first = number("FLEET_SIM_FIRST", 0);
    let seeds: Vec<u64> = (first..first + number("FLEET_SIM_SEEDS", 200)).collect();
    let failed = play_all(&seeds, None);
    if !failed.is_empty() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/fleet/simulation/seeds.txt"
        );
        let mut file = OpenOptions::new()
            .append(true)
            .open(file)
            .expect("the sources are here");
        for seed in &failed {
            writeln!(file, "{seed}").expect("the file can be written");
        }
    }
    assert_eq!(failed, [0_u64; 0], "these seeds fail");
}

#[test]
#[ignore = "takes minutes: see ci/fleet-sim.sh"]
fn large_stories_hold() {
    let first = number("FLEET_SIM_FIRST", 0);
    let seeds: Vec<u64> = (first..first + number("FLEET_SIM_SEEDS", 20)).collect();
    let failed = play_all(&seeds, Some(1_000));
    assert_eq!(failed, [0_u64; 0], "these seeds fail with 1,000 instances");
}

#[test]
fn a_seed_always_tells_the_same_story() {
    for seed in 0..5 {
        let trace = || play(seed, None, true).trace;
        let (first, second) = (trace(), trace());
        assert_eq!(first, second);
    }
}

/// Prints the story of one seed: `FLEET_SIM_SEED=7 cargo test … -- --ignored --nocapture print_the_story`.
#[test]
#[ignore = "prints the story of FLEET_SIM_SEED"]
fn print_the_story_of_a_seed() {
    PRINTS.store(true, Ordering::Relaxed);
    play(number("FLEET_SIM_SEED", 0), None, true);
}

pub(super) static PRINTS: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
