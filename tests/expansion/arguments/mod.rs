//! Arguments: patterns, attributes, bounds, and the order in which they are dropped.

mod attributes;
mod bounds;
mod drop_order;
mod patterns;
