//! The function behind the attribute, once for each rule that has a path of its own.

use std::future::ready;
use std::sync::LazyLock;
use std::time::Duration;

use breaker_runtime::fleet::{Fleet, Membership, MemoryStore};
use breaker_runtime::rehearsal::{Recorder, RecorderOptions};
use breaker_runtime::{
    CallError, CallOptions, CircuitBreaker, Config, FallbackOn, Outcome, Registry, circuit_breaker,
};

use crate::{Answer, BAD, Error, body, poll};

/// Opens after failures in a row, which is the default.
#[circuit_breaker(name = "threshold")]
#[inline(never)]
pub fn threshold(value: u64) -> Answer {
    body(value)
}

/// Opens by the share of failures in the last 100 calls.
#[circuit_breaker(name = "count_window", window = 100, failure_rate = 0.5)]
#[inline(never)]
pub fn count_window(value: u64) -> Answer {
    body(value)
}

/// Opens by the share of failures in the last 10 seconds.
#[circuit_breaker(name = "time_window", window = "10s", failure_rate = 0.5)]
#[inline(never)]
pub fn time_window(value: u64) -> Answer {
    body(value)
}

/// Takes the time of each call.
#[circuit_breaker(name = "slow_call", slow_call = "100ms")]
#[inline(never)]
pub fn slow_call(value: u64) -> Answer {
    body(value)
}

/// Keeps how long each call takes.
#[circuit_breaker(name = "latency", latency = true)]
#[inline(never)]
pub fn latency(value: u64) -> Answer {
    body(value)
}

/// One breaker for each key, of which there are 16.
#[circuit_breaker(name = "keyed", key = KEYS[(value % 16) as usize])]
#[inline(never)]
pub fn keyed(value: u64) -> Answer {
    body(value)
}

pub(crate) const KEYS: [&str; 16] = [
    "a.example",
    "b.example",
    "c.example",
    "d.example",
    "e.example",
    "f.example",
    "g.example",
    "h.example",
    "i.example",
    "j.example",
    "k.example",
    "l.example",
    "m.example",
    "n.example",
    "o.example",
    "p.example",
];

/// The same for so long that no bucket of starts ends while instructions are counted: each new one asks
/// the machine, and how many there are depends on the time that the counting takes.
#[circuit_breaker(name = "long_slow_call", slow_call = "10h")]
#[inline(never)]
pub fn long_slow_call(value: u64) -> Answer {
    body(value)
}

/// Counts in a window for so long, likewise.
#[circuit_breaker(name = "long_time_window", window = "10h", failure_rate = 0.5)]
#[inline(never)]
pub fn long_time_window(value: u64) -> Answer {
    body(value)
}

/// Fails at each call and never opens the circuit.
#[circuit_breaker(name = "failing", threshold = u32::MAX)]
#[inline(never)]
pub fn failing(_: u64) -> Answer {
    body(BAD)
}

/// Is rejected, once [`trip`] has been called.
#[circuit_breaker(name = "open", open_for = "1h")]
#[inline(never)]
pub fn open(value: u64) -> Answer {
    body(value)
}

/// Opens the circuit of [`open`].
pub fn trip() {
    if let Some(breaker) = Registry::global().get("open") {
        breaker.trip();
    }
}

/// Opens after failures in a row; async.
#[circuit_breaker(name = "threshold_async")]
pub async fn future(value: u64) -> Answer {
    ready(()).await;
    body(value)
}

/// Opens after failures in a row; async, without an argument.
#[circuit_breaker(name = "threshold_async_no_argument")]
pub async fn future_without_argument() -> Answer {
    ready(()).await;
    Ok(1)
}

/// Shares its circuit with a fleet, which the registry has joined once [`join`] has been called.
#[circuit_breaker(name = "shared", shared = true)]
#[inline(never)]
pub fn shared(value: u64) -> Answer {
    body(value)
}

/// Is rejected in a fleet, once [`join_and_trip`] has been called.
#[circuit_breaker(name = "shared_open", open_for = "1h", shared = true)]
#[inline(never)]
pub fn shared_open(value: u64) -> Answer {
    body(value)
}

/// Joins a fleet of this process, and waits until it is in touch with its store.
pub fn join() {
    let fleet = Fleet::new("bench").store(MemoryStore::new());
    let fleet = fleet
        .join_on_thread(Registry::global())
        .map(Membership::detach);
    while !matches!(&fleet, Ok(fleet) if fleet.status().as_str() == "joined") {
        std::thread::yield_now();
    }
}

/// Joins a fleet, and opens the circuit of [`shared_open`].
pub fn join_and_trip() {
    join();
    if let Some(breaker) = Registry::global().get("shared_open") {
        breaker.trip();
    }
}

/// Is recorded, once [`record`] has been called.
#[circuit_breaker(name = "recorded")]
#[inline(never)]
pub fn recorded(value: u64) -> Answer {
    body(value)
}

/// Records the calls of [`recorded`] in memory, from the first time on.
pub fn record() -> &'static Recorder {
    static RECORDER: LazyLock<Recorder> = LazyLock::new(|| {
        let options = RecorderOptions::new().breaker("recorded");
        let recorder = options
            .in_memory(Duration::from_secs(1))
            .start(Registry::global());
        recorder.expect("there is no other one")
    });
    &RECORDER
}

/// Polls [`future`] in place.
#[inline(never)]
pub fn threshold_async(value: u64) -> Answer {
    poll(future(value))
}

/// A breaker without an annotated function.
static BY_HAND: LazyLock<CircuitBreaker> = LazyLock::new(|| {
    let breaker = Registry::global().get_or_create("by_hand", Config::new());
    breaker.expect("the defaults are valid")
});

fn own(error: CallError<Error>) -> Error {
    match error {
        CallError::Inner(error) => error,
        CallError::Breaker(error) => error.into(),
    }
}

/// Calls a closure through a breaker.
#[inline(never)]
pub fn call(value: u64) -> Answer {
    BY_HAND.call(|| body(value)).map_err(own)
}

/// Calls a closure with options.
#[inline(never)]
pub fn call_with(value: u64) -> Answer {
    let options = CallOptions::new()
        .classify(|answer: &Answer| match answer {
            Ok(_) => Outcome::Success,
            Err(_) => Outcome::Failure,
        })
        .fallback_on(FallbackOn::Any, |_| Ok(0));
    BY_HAND.call_with(options, || body(value)).map_err(own)
}

/// Acquires a permit and reports a success.
#[inline(never)]
pub fn permit(value: u64) -> Answer {
    match BY_HAND.try_acquire() {
        Ok(permit) => {
            let answer = body(value);
            permit.success();
            answer
        }
        Err(_) => Err(Error::Rejected),
    }
}
