//! Async functions and functions that return a future.

mod async_fn;
mod async_trait;
mod boxed;
mod call_timeout;
mod dropped;
mod impl_future;
mod recursion;
mod send;
mod size;
