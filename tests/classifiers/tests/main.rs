//! The classifiers and the responses, each against real errors of the real crate: one test for each row of the tables
//! in the documentation of `breaker_runtime::classifiers`. Bodies and streams come from real servers too.

mod aws;
mod bodies;
mod redis;
mod rejections;
mod reqwest;
mod server;
mod sqlx;
mod tonic;
