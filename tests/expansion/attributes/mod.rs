//! The attribute among names, lints, macros, other attributes and other crates.

mod call_sites;
mod crates;
mod generated_names;
mod lints;
mod macro_rules;
mod other_attributes;
mod registry;
mod shadowed_names;
mod stacked;
