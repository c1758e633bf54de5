use breaker_runtime::circuit_breaker;

#[circuit_breaker(name = "payment")]
use std::fmt;

fn main() {}
