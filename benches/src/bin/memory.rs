//! Prints, as Markdown, how many bytes a breaker holds once two threads have called through it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use breaker_benches::{BAD, GOOD, body};
use breaker_runtime::{CircuitBreaker, Config, Registry, Window};

const BREAKERS: usize = 10_000;

struct Counting;

/// The bytes that are allocated at the moment; written by every thread, publishes nothing.
static HELD: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    println!("| a breaker on {cores} cores | bytes | to reach | reached |");
    println!("|---|--:|--:|---|");
    let rules = [
        ("threshold", Config::new()),
        (
            "count window of 100",
            Config::new().window(Window::Calls(100)).failure_rate(0.5),
        ),
        (
            "time window of 10 s",
            Config::new()
                .window(Window::Time(Duration::from_secs(10)))
                .failure_rate(0.5),
        ),
        (
            "slow_call of 100 ms",
            Config::new().slow_call(Duration::from_millis(100)),
        ),
    ];
    for (rule, config) in rules {
        let bytes = bytes_of_one(&config);
        let reached = if bytes <= 4_096 { "yes" } else { "**no**" };
        println!("| {rule} | {bytes} | 4096 | {reached} |");
    }
}

/// Returns what is freed with a breaker: the registry's map has given it away before.
fn bytes_of_one(config: &Config) -> usize {
    let registry = Registry::new();
    let names: Vec<_> = (0..BREAKERS).map(|at| format!("breaker-{at}")).collect();
    for name in &names {
        let made = registry.get_or_create(name, *config);
        let breaker = made.expect("a new name");
        call(&breaker);
        // What the threads have in memory for themselves is not the breaker's.
        thread::scope(|scope| {
            let other = scope.spawn(|| call(&breaker));
            other.join().expect("no call panics");
        });
    }
    let mut breakers = Vec::with_capacity(BREAKERS);
    breakers.extend(names.iter().filter_map(|name| registry.remove(name)));
    assert_eq!(breakers.len(), BREAKERS);
    let held = HELD.load(Ordering::Relaxed);
    breakers.clear();
    (held - HELD.load(Ordering::Relaxed)) / BREAKERS
}

fn call(breaker: &CircuitBreaker) {
    for value in [GOOD, BAD, GOOD] {
        drop(breaker.call(|| body(value)));
    }
}
