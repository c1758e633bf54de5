//! The program `breaker-rehearse`.

fn main() {}
