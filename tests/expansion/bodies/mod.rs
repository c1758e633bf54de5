//! What a body may contain, and how it may end.

mod diverging;
mod panics;
mod reentry;
mod scope;
mod tokens;
