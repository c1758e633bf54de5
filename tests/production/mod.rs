//! How a breaker is observed in production: totals, history, events, metrics and logs.

mod actions;
mod causes;
mod events;
mod exporters;
mod failures;
mod fleet;
mod history;
mod latency;
mod metrics;
mod otel;
mod outages;
mod totals;
mod totals_of_futures;
pub(crate) mod traces;
