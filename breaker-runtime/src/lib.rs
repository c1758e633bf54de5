//! Circuit breakers as an attribute, and the registry that holds all breakers of a program.
//!
//! A circuit breaker guards calls to something that a program depends on. While calls succeed, it admits every call and
//! counts. After some failures in a row, or when the share of failures or slow calls grows too large, it opens: it
//! rejects calls at once, and the dependency gets time to recover. After a while it admits a few calls as probes. If
//! they succeed, it closes again.
//!
//! The attribute [`circuit_breaker`] guards a function:
//!
//! ```
//! # #[cfg(feature = "macros")] {
//! use breaker_runtime::{Registry, State, circuit_breaker};
//!
//! #[derive(Debug, PartialEq, thiserror::Error)]
//! enum PayError {
//!     #[error("the bank declined the payment")]
//!     Declined,
//!     #[error("the bank does not answer")]
//!     NoAnswer,
//! }
//!
//! #[circuit_breaker(
//!     name = "payment",
//!     threshold = 3,                   // failures in a row that open the circuit
//!     ignore(Err(PayError::Declined)), // an answer, not an outage
//!     fallback = pay_later,            // same arguments, same return type
//! )]
//! fn charge(cents: u64) -> Result<String, PayError> {
//!     // A real function would call the bank here.
//!     if cents > 100_000 { Err(PayError::Declined) } else { Err(PayError::NoAnswer) }
//! }
//!
//! // Answers rejected calls.
//! fn pay_later(cents: u64) -> Result<String, PayError> {
//!     Ok(format!("{cents} cents, to be paid later"))
//! }
//!
//! assert_eq!(charge(200_000), Err(PayError::Declined)); // not counted as a failure
//! for _ in 0..3 {
//!     assert_eq!(charge(450), Err(PayError::NoAnswer));
//! }
//! let payment = Registry::global().get("payment").expect("declared above");
//! assert_eq!(payment.state(), State::Open);
//! assert_eq!(charge(450), Ok("450 cents, to be paid later".to_owned())); // the body did not run
//! # }
//! ```
//!
//! An `Err` is a failure unless a pattern says otherwise. The documentation of [`circuit_breaker`] describes every
//! setting. It works on synchronous and `async` functions and methods, with any executor or none; only the setting
//! `call_timeout` needs a timer, which is tokio's unless `Registry::set_timer` sets another one.
//!
//! # States
//!
//! | state | calls | next state |
//! |---|---|---|
//! | closed | pass; during a `ramp` only a share of them passes | open, when a rule is met: `threshold` failures in a row, `max_failures` in the `window`, or its `failure_rate` or `slow_rate` |
//! | open | are rejected | half open, after `open_for` |
//! | half open | at most `half_open_calls` at once pass as probes, the others are rejected | closed, after `success_threshold` successful probes; open, after `probe_failures` failed or slow ones |
//!
//! There are no background tasks: the next call or reading notices that a period has passed.
//!
//! [`trip`](CircuitBreaker::trip) and [`reset`](CircuitBreaker::reset) open and close a circuit by hand. An override
//! set by [`force_open`](CircuitBreaker::force_open) or [`force_closed`](CircuitBreaker::force_closed) hides the three
//! states until it is cleared or expires.
//!
//! # Rejected calls
//!
//! The caller of a rejected call gets the answer of the `fallback`. Without one, the caller gets the function's own
//! `Err` with a [`BreakerError`] in it: a variant with `#[from] BreakerError` is enough. A `BreakerError` holds a
//! [`Rejection`], or [`TimedOut`] if the call took longer than its `call_timeout`. A rejection says which breaker
//! rejected the call, why, and when to try again:
//!
//! ```
//! use std::time::Duration;
//! use breaker_runtime::{Config, Registry, RejectionReason};
//!
//! let mail = Registry::new().get_or_create("mail", Config::new())?;
//! mail.force_open("maintenance", Some(Duration::from_secs(60)));
//!
//! let rejection = mail.try_acquire().unwrap_err();
//! assert_eq!(rejection.name(), "mail");
//! assert_eq!(rejection.reason(), RejectionReason::Forced);
//! assert!(rejection.retry_after().is_some());
//! # Ok::<(), breaker_runtime::ConfigError>(())
//! ```
//!
//! # Calls that hang
//!
//! A dependency that never answers returns no errors. With `slow_call`, a call counts as slow while it is still in
//! flight. `call_timeout` drops an async call that takes too long. Without either, an async call that is dropped from
//! outside, for example by `tokio::time::timeout`, counts as a failure if it had been pending for `cancel_after`, by
//! default one second.
//!
//! # The registry
//!
//! [`Registry::global`] holds the breakers of annotated functions before their first calls, with some exceptions. A
//! function with the setting `registry` registers its breaker in that registry at its first call, and one with the
//! setting `key` registers a breaker at the first call with each key. A Tower layer registers its breaker when the
//! layer is made. If a linker drops the list of declarations, the first calls register the breakers. A crate that the
//! program never names is not linked, so its breakers are missing.
//!
//! [`snapshot`](Registry::snapshot) reads all breakers, [`subscribe`](Registry::subscribe) notifies of every event,
//! [`configure`](Registry::configure) changes settings at run time, and [`verify`](Registry::verify) finds declarations
//! that disagree.
//!
//! To guard code without an annotated function, make a breaker with [`get_or_create`](Registry::get_or_create). Use it
//! through [`call`](CircuitBreaker::call), [`call_async`](CircuitBreaker::call_async) or, for calls that do not end
//! where they begin, a [`Permit`]. With [`CallOptions`], a closure or a future has what the attribute's settings give to a
//! function.
//!
//! # In production
//!
//! | task | use |
//! |---|---|
//! | log or handle events | the feature `tracing`; [`Registry::subscribe`]; with the feature `tokio`, `Registry::events` |
//! | export metrics for graphs and alerts | with the feature `metrics`, `metrics::publish`; with the feature `opentelemetry`, `opentelemetry::observe` |
//! | inspect breakers | [`Registry::snapshot`]: totals, window, [history](Snapshot::history), [latency](Snapshot::latency), settings and [their origin](Snapshot::layers) |
//! | report health over HTTP | with the feature `axum`, `axum::health` |
//! | look and act over HTTP | with the feature `admin`, `admin::Admin` |
//! | record calls, and rehearse other settings | with the feature `rehearsal`, `rehearsal::Recorder` and `rehearsal::rehearse` |
//! | force a circuit open or closed | [`CircuitBreaker::force_open`], [`CircuitBreaker::force_closed`], or `force` in a file |
//! | share circuits among instances | with the feature `fleet`, `fleet::Fleet`; with the feature `redis`, `redis::RedisStore` |
//! | change settings | [`Registry::configure`]; with the feature `config`, `Registry::load` and `Registry::watch` |
//! | pause a consumer while a circuit is open | with the feature `tokio`, `CircuitBreaker::ready` |
//! | choose settings by what has happened | with the feature `rehearsal`, `rehearsal` |
//! | separate hosts or tenants | the setting `key`; [`Registry::get_or_create_keyed`], [`Registry::key_stats`] |
//!
//! # Testing
//!
//! With the feature `test-util`, a `TestRegistry` gives a test separate breakers and a clock that the test moves. Tests
//! need no `sleep` and run in parallel.
//!
//! ```
//! # #[cfg(all(feature = "macros", feature = "test-util"))] {
//! use std::time::Duration;
//! use breaker_runtime::test_util::TestRegistry;
//! use breaker_runtime::{BreakerError, State, circuit_breaker};
//!
//! #[circuit_breaker(name = "rates", fallback = |_rejected| Ok(19))]
//! fn tax_rate() -> Result<u32, BreakerError> {
//!     Ok(21)
//! }
//!
//! let test = TestRegistry::new();
//! let _entered = test.enter();
//! let rates = test.get("rates").expect("declared above");
//!
//! rates.trip();
//! assert_eq!(tax_rate(), Ok(19));
//!
//! test.clock().advance(Duration::from_secs(30));
//! assert_eq!(rates.state(), State::HalfOpen);
//! assert_eq!(tax_rate(), Ok(21));
//! # }
//! ```
//!
//! A test with tokio's paused clock passes that clock to the registry: `TestRegistry::with_clock(TokioClock::new())`.
//!
//! # Features
//!
//! Only `macros` is enabled by default. The section *Features* in the README of the project lists all features.

#![forbid(unsafe_code)]

#[cfg(not(target_has_atomic = "64"))]
compile_error!("breaker-runtime needs atomic integers of 64 bits, which this target does not have");

#[cfg(all(target_family = "wasm", target_os = "unknown", not(feature = "web")))]
compile_error!(
    "on wasm32-unknown-unknown the standard library has no clock: enable the feature `web` of breaker-runtime, which \
     reads that of the browser or of Node.js"
);

mod attribute;
mod breaker;
mod call;
mod config;
#[cfg(feature = "fleet")]
pub mod fleet;
mod integrations;
mod machine;
mod registry;
#[cfg(feature = "rehearsal")]
pub mod rehearsal;
#[cfg(feature = "serde")]
mod serialize;
mod sync;
mod time;
mod values;

#[doc(hidden)]
pub mod __private;
pub mod prelude;
#[cfg(feature = "test-util")]
pub mod test_util;

#[cfg(all(test, breaker_loom))]
mod loom_models;

pub use self::breaker::{
    BreakerControl, CircuitBreaker, Event, EventKind, ProbeProgress, Snapshot, Subscription,
    WindowStats,
};
#[cfg(feature = "stream")]
pub use self::call::GuardedStream;
pub use self::call::{
    AnyCall, AsyncCall, AsyncFallback, Awaited, CallOptions, FallbackOn, Permit, neutral_drops,
};
pub use self::config::{
    Config, ConfigError, Conflict, ConflictSide, Layers, Location, Overrides, Patch, Settings,
    VoidSetting, Window,
};
#[cfg(feature = "config")]
pub use self::config::{ConfigProblem, ConfigProblems};
#[cfg(feature = "admin")]
pub use self::integrations::admin;
#[cfg(feature = "axum")]
pub use self::integrations::axum;
#[cfg(any(
    feature = "aws",
    feature = "redis-client",
    feature = "reqwest",
    feature = "sqlx",
    feature = "tonic"
))]
pub use self::integrations::classifiers;
#[cfg(feature = "metrics")]
pub use self::integrations::metrics;
#[cfg(feature = "opentelemetry")]
pub use self::integrations::opentelemetry;
#[cfg(feature = "redis")]
pub use self::integrations::redis;
#[cfg(feature = "tokio")]
pub use self::integrations::stream::{EventStream, Missed};
#[cfg(feature = "tower")]
pub use self::integrations::tower;
#[cfg(feature = "config")]
pub use self::registry::{ConfigWatch, LoadAttempt, LoadReport};
pub use self::registry::{
    Declaration, Finding, NamedBreaker, NeutralDrops, Registry, RegistryControl, SimilarNames,
    UnknownBreaker, carry, carry_fn,
};
pub use self::time::{Clock, Tick};
pub use self::values::{
    Action, ActionKind, Actor, Attribution, BreakerError, CallError, Cause, ClassifyError,
    Configured, FailureKind, Failures, FleetCircuit, FleetErrors, FleetNumbers, FleetStatus,
    FleetView, InvalidActor, KeyStats, Latency, Layer, LayerValue, Outage, Outcome, Override,
    PastTransition, Reason, Rejection, RejectionReason, Rejections, SettingChange, SettingLayers,
    State, TimedOut, Totals, Transition, TransitionCount, WindowEffect,
};

#[cfg(feature = "macros")]
#[doc = include_str!("attribute.md")]
pub use breaker_macros::circuit_breaker;
