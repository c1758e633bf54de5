//! The fleet on real servers: stopped, killed, flushed, failed over, behind a faulty proxy, in a cluster, with access
//! control and TLS. Tests of a scenario begin with its number.
//!
//! `REDIS_BIN` names the server. Without one the tests say so and pass, except on CI.

#![cfg(unix)]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

mod access;
mod alone;
mod cluster;
mod failover;
mod full;
mod instance;
mod outage;
mod process;
mod proxy;
mod push;
mod server;
mod size;
mod steering;
mod store;
mod tls;
mod voice;
