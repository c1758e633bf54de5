//! A program with 500 breakers, and threads that call through them.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use breaker_runtime::{CircuitBreaker, Config, Registry, Window};

const BREAKERS: usize = 500;
const THREADS: usize = 2;

/// Makes the breakers of a registry: with a threshold, a window of time, and latencies, in turn.
pub(crate) fn breakers(registry: &Registry) -> Vec<CircuitBreaker> {
    let window = Config::new().window(Window::Time(Duration::from_secs(10)));
    let configs = [
        Config::new(),
        window.failure_rate(0.5),
        Config::new().latency(true),
    ];
    let names = (0..BREAKERS).map(|nth| format!("service-{nth}.call"));
    let each = names.zip(configs.iter().cycle());
    let made = each.map(|(name, config)| registry.get_or_create(&name, *config));
    made.map(|made| made.expect("a new name")).collect()
}

/// Calls through all breakers in turn on two threads, and returns the nanoseconds per call of each turn that `keep`
/// selects by its number.
pub(crate) fn call_for(
    breakers: &[CircuitBreaker],
    time: Duration,
    keep: fn(u64) -> bool,
) -> Vec<f64> {
    thread::scope(|scope| {
        let threads = [(); THREADS].map(|()| scope.spawn(|| turns(breakers, time, keep)));
        let turns = threads.into_iter().map(thread::ScopedJoinHandle::join);
        turns
            .flat_map(|turns| turns.expect("no call panics"))
            .collect()
    })
}

fn turns(breakers: &[CircuitBreaker], time: Duration, keep: fn(u64) -> bool) -> Vec<f64> {
    let began = Instant::now();
    let mut turns = Vec::new();
    for nth in 0.. {
        let turn = Instant::now();
        for breaker in breakers {
            let _ = black_box(breaker.call(|| black_box(Ok::<u64, ()>(1))));
        }
        if keep(nth) {
            #[expect(clippy::cast_precision_loss, reason = "500 breakers")]
            turns.push(turn.elapsed().as_secs_f64() * 1e9 / breakers.len() as f64);
        }
        if began.elapsed() >= time {
            break;
        }
    }
    turns
}
