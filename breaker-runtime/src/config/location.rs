//! Where a breaker is declared.

use std::fmt;
use std::panic;

/// A position in the source code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Location {
    /// The module, which begins with the name of the crate; empty for a call of
    /// [`get_or_create`](crate::Registry::get_or_create).
    pub module: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Location {
    /// Makes the location of an attribute.
    #[doc(hidden)]
    pub const fn new(module: &'static str, file: &'static str, line: u32, column: u32) -> Self {
        Self {
            module,
            file,
            line,
            column,
        }
    }

    pub(crate) const fn of_caller(caller: &'static panic::Location<'static>) -> Self {
        Self::new("", caller.file(), caller.line(), caller.column())
    }

    /// The order in which declarations of one name win: by crate, file, line and column.
    pub(crate) fn rank(&self) -> (&'static str, &'static str, u32, u32) {
        let (krate, _) = self.module.split_once(':').unwrap_or((self.module, ""));
        (krate, self.file, self.line, self.column)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
