//! Breakers in what others have made: services of Tower, answers of HTTP, servers of axum.

mod axum;
mod contract;
mod http;
mod orders;
mod scenario;
mod tower;
