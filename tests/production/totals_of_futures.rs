//! Totals of futures that panic, hang, time out or are dropped, on several threads.

use std::time::Duration;

use breaker_runtime::test_util::ManualClock;
use breaker_runtime::{BreakerError, Registry, State, circuit_breaker};
use tokio::time::timeout;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("down")]
    Down,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(
    name = "storm",
    threshold = 50,
    open_for = "1ms",
    slow_call = "2ms",
    cancel_after = "3ms",
    call_timeout = "5ms",
    window = 100,
    failure_rate = 0.9,
    slow_rate = 0.9,
    half_open_calls = 8,
    registry = registry
)]
async fn storm(
    registry: &Registry,
    clock: &ManualClock,
    step: u64,
    polls: u32,
) -> Result<(), Error> {
    for _ in 0..polls {
        tokio::time::sleep(Duration::from_millis(1)).await;
        clock.advance(Duration::from_millis(1));
    }
    match step {
        0 => Err(Error::Down),
        1 => panic!("the storm's"),
        _ => Ok(()),
    }
}

/// The outcomes of its calls that one thread has counted.
#[derive(Default)]
struct Kept {
    successes: u64,
    rejected: u64,
    failed: u64,
    dropped: u64,
}

/// Runs one thread of the storm in its own runtime, whose time is paused.
fn storm_on_this_thread(seed: u64, registry: &Registry, clock: &ManualClock) -> Kept {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut kept = Kept::default();
    let calls = (0..1_000_u64).map(|round| {
        let mixed = (seed * 1_000 + round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        let (registry, clock) = (registry.clone(), clock.clone());
        async move {
            let polls = u32::try_from(mixed % 9).unwrap();
            let call = storm(&registry, &clock, mixed / 9 % 8, polls);
            // `timeout` polls the future before its timer, so each of them begins a call.
            let patience = if mixed % 5 == 0 { mixed % 7 } else { 1_000 };
            timeout(Duration::from_millis(patience), call).await
        }
    });
    runtime.block_on(async {
        let mut calls = calls.peekable();
        while calls.peek().is_some() {
            let crowd: Vec<_> = calls.by_ref().take(16).map(tokio::spawn).collect();
            for call in crowd {
                match call.await {
                    Ok(Ok(Ok(()))) => kept.successes += 1,
                    Ok(Ok(Err(Error::Breaker(BreakerError::Rejected(_))))) => {
                        kept.rejected += 1;
                        // A rejected call takes no time, so the clock has to be advanced here.
                        clock.advance(Duration::from_millis(1));
                    }
                    // It failed, panicked or exceeded its limit.
                    Ok(Ok(Err(_))) | Err(_) => kept.failed += 1,
                    Ok(Err(_)) => kept.dropped += 1,
                }
            }
        }
    });
    kept
}

#[test]
fn totals_of_cancelled_panicking_late_and_slow_calls_equal_an_independent_count() {
    let clock = ManualClock::new();
    let registry = Registry::with_clock(clock.clone());
    let kept: Vec<_> = std::thread::scope(|scope| {
        let start = |seed| {
            let (registry, clock) = (&registry, &clock);
            scope.spawn(move || storm_on_this_thread(seed, registry, clock))
        };
        let threads: Vec<_> = (0..4).map(start).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let sum = |of: fn(&Kept) -> u64| kept.iter().map(of).sum::<u64>();
    let breaker = registry.get("storm").unwrap();
    let snapshot = breaker.snapshot();
    let totals = snapshot.totals;
    assert_eq!(totals.successes, sum(|kept| kept.successes));
    assert_eq!(totals.rejected, sum(|kept| kept.rejected));
    // A dropped call is a failure if it had been pending for at least `cancel_after`.
    let (failed, dropped) = (sum(|kept| kept.failed), sum(|kept| kept.dropped));
    assert_eq!(totals.failures + totals.cancelled, failed + dropped);
    assert!(
        totals.cancelled > 0 && totals.failures > failed,
        "{totals:?}"
    );
    assert_eq!(totals.calls + totals.rejected, 4_000);
    assert!(
        totals.slow > 0 && totals.opens > 0 && totals.rejected > 0,
        "{totals:?}"
    );
    assert_eq!((totals.ignored, snapshot.probes_in_flight), (0, 0));
    breaker.reset();
    breaker.trip();
    assert_eq!(breaker.state(), State::Open);
    clock.advance(SECOND);
    assert_eq!(breaker.state(), State::HalfOpen);
}
