//! Turns logs into calls: CSV, JSON lines and access logs, in a stream.
//!
//! A reader of one [`Format`] yields rows of cells. A [`Mapping`] says which column is what, the words and codes in it
//! are judged, and calls leave in the order of their starts.

mod cells;
mod counts;
mod csv;
mod filter;
mod format;
mod importer;
mod json;
mod judge;
mod keys;
mod leaps;
mod lines;
mod log;
mod mapping;
mod options;
mod order;
mod plan;
mod sample;

pub use self::counts::Counts;
pub use self::filter::Filter;
pub use self::format::Format;
pub use self::importer::Importer;
pub use self::judge::OutcomeRule;
pub use self::mapping::Mapping;
pub use self::options::ImportOptions;

#[cfg(test)]
mod tests;
