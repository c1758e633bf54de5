//! Forms of functions: free functions, generics, methods, traits, and functions inside functions.

mod free;
mod generics;
mod methods;
mod nested;
mod real_code;
mod receivers;
mod traits;
