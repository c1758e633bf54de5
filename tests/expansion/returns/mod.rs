//! Return types, the ways out of the body, and how a returned value is classified.

mod borrows;
mod by_error;
mod closures;
mod coercions;
mod early_returns;
mod impl_trait;
mod outcomes;
mod result_types;
