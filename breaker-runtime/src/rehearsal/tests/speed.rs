//! How many calls a rehearsal plays in a minute. Run it in release:
//! `cargo test --release -p breaker-runtime --features rehearsal --lib rehearsal::tests::speed -- --ignored --nocapture`

use std::time::Instant;

use super::*;
use crate::config::Window;

const CALLS: u32 = 5_000_000;

/// A thousand calls a second, of which up to fifty are in flight; in every fifth stretch of 200 s most fail.
fn calls() -> impl Iterator<Item = Result<Call, TraceError>> {
    let mut draw = 7_u64;
    (0..CALLS).map(move |nth| {
        draw = draw
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let random = draw >> 40;
        let failed = if nth / 200_000 % 5 == 4 {
            random % 10 < 8
        } else {
            random % 1_000 == 0
        };
        let outcome = if failed {
            FAILURE
        } else {
            CallOutcome::Success
        };
        let began = NOON * 1_000_000_000 + 1_000_000 * u64::from(nth);
        let took = 2_000_000 + random % 50_000_000;
        Ok(Call::at_nanos(began, took, outcome))
    })
}

#[test]
#[ignore = "it takes some seconds and only prints"]
fn calls_per_minute() {
    let begins = Instant::now();
    assert_eq!(calls().count(), CALLS as usize);
    let generated = begins.elapsed();
    let window = Window::Time(secs(60.0));
    let rate = Config::new().window(window).failure_rate(0.5);
    let slow = rate.slow_call(secs(0.04)).slow_rate(0.9);
    for (name, config) in [
        ("failures in a row", Config::new()),
        ("rate", rate),
        ("rate and slow calls", slow),
    ] {
        let begins = Instant::now();
        let report = rehearse(calls(), candidate(config)).expect("in order");
        let took = begins.elapsed().saturating_sub(generated).as_secs_f64();
        let a_minute = f64::from(CALLS) / took * 60.0 / 1e6;
        println!("{name}: {a_minute:.0} million calls a minute");
        assert_eq!(report.calls, u64::from(CALLS));
    }
}
