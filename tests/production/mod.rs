//! What is seen of a breaker, and how it is steered, while a program runs.

mod metrics;
