//! The functions with and without attributes. `ci/editor.py` writes all modules but `cases`.

pub mod bare;
pub mod cases;
pub mod many;
pub mod many_bare;
