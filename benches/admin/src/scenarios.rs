//! Calls while clients read.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use breaker_runtime::admin::{Access, Admin, AdminServer};
use breaker_runtime::{CircuitBreaker, Config, Registry};
use tokio::runtime::Runtime;
use tokio::time::interval;

use crate::calls::{breakers, call_for};
use crate::clients::Clients;
use crate::median;
use crate::process::run_time;
use crate::quantiles::quantile;

/// The numbers of pages and of streams. The last scenario is the first one once more, so the two differ by noise only.
const SCENARIOS: [(u32, u32); 6] = [(0, 0), (1, 0), (100, 0), (0, 100), (100, 100), (0, 0)];

/// A program that serves the API.
pub(crate) struct Program {
    pub(crate) breakers: Vec<CircuitBreaker>,
    pub(crate) server: AdminServer,
    /// It runs the clients, and a breaker that opens and closes ten times a second.
    pub(crate) runtime: Runtime,
}

impl Program {
    pub(crate) fn start() -> Self {
        let registry = Registry::new();
        let breakers = breakers(&registry);
        let flapping = registry.get_or_create("flapping", Config::new());
        let flapping = flapping.expect("a new name");
        let admin = Admin::new(&registry, Access::open_reading());
        let server = admin.serve("127.0.0.1:0").expect("a free port");
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build();
        let runtime = runtime.expect("the system starts a thread");
        runtime.spawn(async move {
            let mut ticks = interval(Duration::from_millis(50));
            loop {
                ticks.tick().await;
                flapping.trip();
                ticks.tick().await;
                flapping.reset();
            }
        });
        Self {
            breakers,
            server,
            runtime,
        }
    }

    pub(crate) fn connect(&self, pages: u32, streams: u32) -> Clients {
        Clients::connect(&self.runtime, self.server.local_addr(), pages, streams)
    }
}

/// The measurements of one scenario, one for each round.
#[derive(Default)]
struct Measured {
    nanos: Vec<f64>,
    ratios: Vec<f64>,
    /// The share of one core that the server takes.
    shares: Vec<f64>,
    answers: Vec<f64>,
    unchanged: u64,
    chunks: u64,
}

pub(crate) fn run(rounds: u32, time: Duration) {
    let program = Program::start();
    let mut measured = SCENARIOS.map(|_| Measured::default());
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        // Each round begins with another scenario, because the speed of the machine may drift.
        for nth in 0..SCENARIOS.len() {
            let nth = (nth + round as usize) % SCENARIOS.len();
            let nanos = run_one(&program, SCENARIOS[nth], time, &mut measured[nth]);
            measured[nth].nanos.push(nanos);
        }
        let last = |nth: usize| measured[nth].nanos.last().copied().unwrap_or(f64::NAN);
        let without = f64::midpoint(last(0), last(SCENARIOS.len() - 1));
        for measured in &mut measured {
            let nanos = measured.nanos.last().copied();
            measured.ratios.extend(nanos.map(|nanos| nanos / without));
        }
    }
    print(&mut measured, time * rounds);
}

/// Runs one scenario once, and returns the median of the nanoseconds per call.
fn run_one(program: &Program, scenario: (u32, u32), time: Duration, to: &mut Measured) -> f64 {
    let clients = program.connect(scenario.0, scenario.1);
    let (began, ran) = (Instant::now(), run_time("breaker-server"));
    let mut turns = call_for(&program.breakers, time, |_| true);
    let ran = run_time("breaker-server") - ran;
    to.shares.push(ran / began.elapsed().as_secs_f64());
    let received = &clients.received;
    let mut answers = received
        .answers
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    to.answers.append(&mut answers);
    to.unchanged += received.unchanged.load(Ordering::Relaxed);
    to.chunks += received.chunks.load(Ordering::Relaxed);
    drop(answers);
    median(&mut turns)
}

fn print(measured: &mut [Measured], time: Duration) {
    println!(
        "| pages | streams | ns per call | × without, median | of the rounds | answers per s | of them 304 | ms per answer, median | 99 % | events per s | server, of a core |"
    );
    println!("|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|");
    for ((pages, streams), measured) in SCENARIOS.iter().zip(measured) {
        let Measured {
            nanos,
            ratios,
            shares,
            answers,
            unchanged,
            chunks,
        } = measured;
        let seconds = time.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let (count, unchanged, chunks) = (answers.len() as f64, *unchanged as f64, *chunks as f64);
        let (least, most) = (quantile(ratios, 0.0), quantile(ratios, 1.0));
        let (typical, slow) = match median(answers) {
            millis if millis.is_nan() => ("–".to_owned(), "–".to_owned()),
            millis => (
                format!("{millis:.2}"),
                format!("{:.2}", quantile(answers, 0.99)),
            ),
        };
        println!(
            "| {pages} | {streams} | {:.2} | {:.3} | {least:.3} to {most:.3} | {:.1} | {unchanged} | {typical} | {slow} | {:.0} | {:.1} % |",
            median(nanos),
            median(ratios),
            count / seconds,
            chunks / seconds,
            100.0 * median(shares),
        );
    }
}
