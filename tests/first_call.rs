//! The first use of the global registry, which happens once in a process.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use breaker_runtime::{BreakerError, Registry, circuit_breaker};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

#[circuit_breaker(name = "disputed", threshold = 3)]
fn first() -> Result<(), BreakerError> {
    Ok(())
}

#[circuit_breaker(name = "disputed", threshold = 4)]
fn second() -> Result<(), BreakerError> {
    Ok(())
}

/// A logger that reads the breakers whenever something is logged.
struct Curious(mpsc::Sender<usize>);

impl<S: tracing::Subscriber> Layer<S> for Curious {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "breaker" {
            second().unwrap();
            self.0.send(Registry::global().breakers().len()).unwrap();
        }
    }
}

#[test]
fn a_logger_that_sees_a_conflict_may_use_the_registry_under_construction() {
    let (found, answer) = mpsc::channel();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Curious(found)))
        .unwrap();
    // On another thread, because a call that hangs would never fail the test.
    thread::spawn(|| first().unwrap());
    let found = answer.recv_timeout(Duration::from_secs(10));
    assert_eq!(found, Ok(1), "the call hangs");
}
