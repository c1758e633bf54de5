//! The attribute among names, lints, macros, other attributes and other crates.

#![deny(clippy::shadow_same, clippy::shadow_unrelated, clippy::type_complexity)]

mod call_sites;
mod constant_names;
mod crates;
mod generated_names;
mod lints;
mod macro_rules;
mod other_attributes;
mod registry;
mod shadowed_names;
mod stacked;
