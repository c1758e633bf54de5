//! Circuit breakers as an attribute, and the registry that holds all breakers of a program.
//!
//! A circuit breaker stands between a program and something it depends on. While calls succeed it
//! lets every call through and counts. After some failures in a row, or when the share of failures or
//! of slow calls grows too large, it opens: calls are rejected at once, and the dependency is left
//! alone. After a while it lets a few calls through as probes; if they succeed, it closes again.
//!
//! [`circuit_breaker`] puts a function behind one:
//!
//! ```
//! # #[cfg(feature = "macros")] {
//! use breaker_runtime::{BreakerError, Registry, State, circuit_breaker};
//!
//! #[derive(Debug, PartialEq, thiserror::Error)]
//! enum PayError {
//!     #[error("declined")]
//!     Declined,
//!     #[error("the bank does not answer")]
//!     NoAnswer,
//!     #[error(transparent)]
//!     Breaker(#[from] BreakerError), // a rejection needs a place to go
//! }
//!
//! // A decline is an answer, not an outage.
//! #[circuit_breaker(name = "payment", threshold = 3, ignore(Err(PayError::Declined)))]
//! fn charge(cents: u64) -> Result<u64, PayError> {
//!     if cents > 100_000 { Err(PayError::Declined) } else { Err(PayError::NoAnswer) }
//! }
//!
//! for cents in [450, 200_000, 450, 450] {
//!     assert!(charge(cents).is_err());
//! }
//! let payment = Registry::global().get("payment").expect("declared above");
//! assert_eq!(payment.state(), State::Open);
//! assert!(matches!(charge(450), Err(PayError::Breaker(_)))); // the body did not run
//! # }
//! ```
//!
//! [Its documentation](circuit_breaker) is the reference of the keys.
//!
//! # The states
//!
//! | state | calls | leaves it |
//! |---|---|---|
//! | closed | pass; during a `ramp` only a share of them | for open, when one of the rules is met: `threshold` failures in a row, `max_failures` in the `window`, the `failure_rate` or the `slow_rate` there |
//! | open | are rejected | for half open, after `open_for` |
//! | half open | at most `half_open_calls` at once pass as probes, the others are rejected | for closed, after `success_threshold` successful probes; for open, after `probe_failures` failed or slow ones |
//!
//! There is no background task: that a period has passed is noticed by the next call or reading.
//! [`trip`](CircuitBreaker::trip) and [`reset`](CircuitBreaker::reset) open and close a circuit by
//! hand. An override, [`force_open`](CircuitBreaker::force_open) or
//! [`force_closed`](CircuitBreaker::force_closed), stands beside the three states and hides them
//! until it is cleared or its time is over.
//!
//! # How a rejection reaches the caller
//!
//! As the function's own `Err`, made with `From<BreakerError>`; or as what the `fallback` of the
//! attribute answers. A [`BreakerError`] is a [`Rejection`], or the [`TimedOut`] of a call that took
//! longer than its `call_timeout`. The rejection says which breaker it was, why, and when to come
//! back:
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
//! A dependency that never answers makes no failures by itself. With `slow_call` a call counts as
//! slow while it is still on its way, and `call_timeout` drops it. Where neither is given, an async
//! call that is dropped from outside, by a `tokio::time::timeout` say, is a failure if it had been
//! pending for `cancel_after`: one second, unless told otherwise.
//!
//! # The registry
//!
//! [`Registry::global`] holds the breaker of every annotated function, before its first call. A
//! [`snapshot`](Registry::snapshot) shows all of them at one look,
//! [`subscribe`](Registry::subscribe) tells of every change, [`configure`](Registry::configure)
//! changes settings while the program runs, and [`verify`](Registry::verify) finds declarations that
//! disagree. A breaker without an attribute is made with
//! [`get_or_create`](Registry::get_or_create) and used through [`call`](CircuitBreaker::call),
//! [`call_async`](CircuitBreaker::call_async) or, for calls that end somewhere else than they begin,
//! a [`Permit`].
//!
//! # In production
//!
//! | to | there is |
//! |---|---|
//! | hear of every change | the feature `tracing`; [`Registry::subscribe`]; with the feature `tokio`, `Registry::events` |
//! | draw curves and wake somebody | the feature `metrics`: `metrics::publish` |
//! | look closer | [`Registry::snapshot`]: totals, window, [history](Snapshot::history), [latency](Snapshot::latency), settings and [where each comes from](Snapshot::layers) |
//! | hold a circuit open or closed | [`CircuitBreaker::force_open`], [`CircuitBreaker::force_closed`], or `force` in a file |
//! | change settings | [`Registry::configure`]; with the feature `config`, `Registry::load` and `Registry::watch` |
//! | keep hosts or tenants apart | the key `key`; [`Registry::get_keyed`], [`Registry::key_stats`] |
//!
//! # Testing
//!
//! With the feature `test-util`, a `TestRegistry` gives one test breakers of its own and a clock that
//! is moved by hand. Nothing sleeps, and tests run beside each other.
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
//! Tests that run under the paused clock of tokio hand it to the registry:
//! `TestRegistry::with_clock(TokioClock::new())`.
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `macros` (default) | the attribute |
//! | `tokio` | the key `call_timeout`, by the timer of tokio; a stream of events; with `test-util`, `TokioClock` |
//! | `tower` | the module `tower`: a layer that puts services of Tower behind a breaker |
//! | `http` | with `tower`, which it brings: answers of HTTP judged by their statuses, and `Retry-After` heard |
//! | `axum` | a rejection as a `503` with `Retry-After`, and a handler for the health of all breakers: the module `axum` |
//! | `tracing` | openings as warnings, other changes and overrides as information, rejections for debugging; all have the target `breaker` |
//! | `config` | settings from a file and the environment, [over and under](Layer) the attributes; snapshots and overrides as values of serde |
//! | `metrics` | the module `metrics`: series of the facade of that name for Prometheus and others, made from snapshots, with nothing on the way of a call |
//! | `test-util` | `ManualClock` and `TestRegistry`; for `[dev-dependencies]` only, as every call then asks for the registry in force |

#![forbid(unsafe_code)]

mod attribute;
mod breaker;
mod call;
mod config;
mod integrations;
mod machine;
mod registry;
#[cfg(feature = "config")]
mod serialize;
mod sync;
mod time;
mod values;

#[doc(hidden)]
pub mod __private;
#[cfg(feature = "test-util")]
pub mod test_util;

#[cfg(all(test, breaker_loom))]
mod loom_models;

pub use self::breaker::{CircuitBreaker, Event, EventKind, Snapshot, Subscription, WindowStats};
pub use self::call::Permit;
pub use self::config::{
    Claim, Config, ConfigError, Conflict, Layer, Layers, Location, Overrides, Settings, Window,
};
#[cfg(feature = "config")]
pub use self::config::{ConfigProblem, ConfigProblems};
#[cfg(feature = "axum")]
pub use self::integrations::axum;
#[cfg(feature = "metrics")]
pub use self::integrations::metrics;
#[cfg(feature = "tokio")]
pub use self::integrations::stream::{EventStream, Missed};
#[cfg(feature = "tower")]
pub use self::integrations::tower;
#[cfg(feature = "config")]
pub use self::registry::{ConfigWatch, LoadReport};
pub use self::registry::{Declaration, Finding, Registry, UnknownBreaker};
pub use self::time::{Clock, Tick};
pub use self::values::{
    BreakerError, CallError, KeyStats, Latency, Outcome, Override, PastTransition, Reason,
    Rejection, RejectionReason, Rejections, State, TimedOut, Totals, Transition, TransitionCount,
};

#[cfg(feature = "macros")]
#[doc = include_str!("attribute.md")]
pub use breaker_macros::circuit_breaker;
