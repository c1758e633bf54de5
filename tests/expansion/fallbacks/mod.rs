//! Fallbacks: by path, as closures, and when they run.

mod closures;
mod paths;
mod when;
