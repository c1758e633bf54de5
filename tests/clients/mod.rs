//! Breakers in other libraries: Tower services, HTTP responses, axum servers.

mod admin;
mod axum;
mod bodies;
mod contract;
mod http;
mod other_layers;
mod scenario;
mod tower;
