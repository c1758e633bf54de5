//! The annotated function: its signature is parsed, its body stays as it is.

pub(crate) mod assignments;
mod bare_trait;
pub(crate) mod body;
pub(crate) mod borrows;
pub(crate) mod checks;
pub(crate) mod clippy;
pub(crate) mod control;
pub(crate) mod function;
pub(crate) mod in_place;
pub(crate) mod mentions;
pub(crate) mod returns;
pub(crate) mod spelling;
pub(crate) mod stream;
pub(crate) mod tail;
mod unsupported;
pub(crate) mod words;
