//! The registry: declared and created breakers, their settings and conflicts, and a registry for each test.

mod created;
mod declared;
mod environment;
mod in_force;
mod isolated;
mod limits;
mod listing;
mod own_registry;
mod patches;
mod settings;
