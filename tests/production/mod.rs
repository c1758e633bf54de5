//! What is seen of a breaker, and how it is steered, while a program runs.

mod events;
mod history;
mod latency;
mod metrics;
mod traces;
