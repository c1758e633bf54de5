//! The registry: what it knows before the first call, what disagrees, and a registry per test.

mod declared;
mod isolated;
