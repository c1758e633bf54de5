//! What expansions of the attribute ask of a function's types.

mod expansion;
mod key_text;
mod results;

pub use self::expansion::*;
pub use self::key_text::*;
pub use self::results::*;
