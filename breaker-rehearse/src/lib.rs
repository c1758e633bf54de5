//! Plays recorded calls through a circuit breaker, and says which settings would have opened when.
//!
//! The program `breaker-rehearse` is a thin face of this library and of `breaker_runtime::rehearsal`.

#![forbid(unsafe_code)]

mod assertion;
mod figures;
pub mod html;
mod import;
mod interval;
mod json;
mod problem;
mod table;
mod time;

pub use self::assertion::{Assertion, AssertionError, Failed};
pub use self::import::{Counts, Filter, Format, ImportOptions, Importer, Mapping, OutcomeRule};
pub use self::interval::{Interval, read_instant};
pub use self::json::as_json;
pub use self::problem::Problem;
pub use self::table::{counted, printable, shown_time, table, thousands};
pub use self::time::{BadDuration, Unit, read_duration, read_time};
