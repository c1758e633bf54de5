//! A simulation of whole fleets: real breakers and real members, a server, a network with faults, and a dependency.
//!
//! It runs on one thread, in a time of its own, and repeats itself bit by bit from a seed. After each step the
//! invariants are checked: see `invariants.rs`. `scenarios/` plays one story per test, `random.rs` any number of stories
//! that a seed tells. `ci/fleet-sim.sh` plays many.

mod actions;
mod clock;
mod dependency;
mod eyes;
mod instance;
mod invariants;
mod random;
mod scenarios;
mod server;
mod world;
