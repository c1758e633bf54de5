//! One breaker among threads: the gate that most calls pass without the lock, and the machine behind the lock.

mod admit;
mod control;
mod counters;
mod event;
mod gate;
mod history;
mod latencies;
mod listeners;
mod lock;
mod log;
mod nesting;
mod published_limits;
mod readings;
mod settle;
mod shared;
mod snapshot;
mod tally;
pub(crate) mod thread_slots;

pub(crate) use self::counters::Counter;
pub use self::event::EventKind;
pub use self::shared::{CircuitBreaker, Event, Subscription};
pub(crate) use self::shared::{Listener, ListenerSet};
pub use self::snapshot::{Snapshot, WindowStats};

#[cfg(test)]
mod tests;
