//! The rules of the state machine through the public API.
//!
//! The rules are numbered R1 to R34 in `docs/semantics.md`, and the name of each test begins with the rules
//! that it checks. Every breaker here has its own registry and a clock that the test advances.

mod admission;
mod cancellation;
mod control;
mod dropped_calls;
mod generations;
mod listeners;
mod max_in_flight;
mod max_open_share;
mod nesting;
mod open_for_hint;
mod open_period;
mod panics;
mod permits;
mod probes;
mod progress;
mod ramp;
mod reconfiguration;
mod shadow;
mod slow_calls;
mod streams;
mod textbook;
mod trips;
mod windows;
