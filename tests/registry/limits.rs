//! `call_timeout` at run time. Time is tokio's and paused.

use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::{BreakerError, Layer, Overrides, Patch, circuit_breaker};

const SECOND: Duration = Duration::from_secs(1);

fn limit(limit: Option<Duration>) -> Overrides {
    Overrides {
        call_timeout: Some(limit),
        ..Overrides::default()
    }
}

#[circuit_breaker(name = "limits.short", threshold = 100, call_timeout = "2s")]
async fn short(time: Duration) -> Result<(), BreakerError> {
    tokio::time::sleep(time).await;
    Ok(())
}

#[circuit_breaker(name = "limits.short", call_timeout = "4s")]
async fn longer(time: Duration) -> Result<(), BreakerError> {
    tokio::time::sleep(time).await;
    Ok(())
}

#[circuit_breaker(name = "limits.short")]
async fn unlimited(time: Duration) -> Result<(), BreakerError> {
    tokio::time::sleep(time).await;
    Ok(())
}

fn limit_of(answer: Result<(), BreakerError>) -> Option<Duration> {
    match answer {
        Ok(()) => None,
        Err(BreakerError::TimedOut(late)) => Some(late.limit()),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_replaces_those_of_all_functions_that_have_one() {
    let test = TestRegistry::with_clock(TokioClock::new());
    let _entered = test.enter();
    let breaker = test.get("limits.short").unwrap();
    assert_eq!(limit_of(short(10 * SECOND).await), Some(2 * SECOND));
    assert_eq!(limit_of(longer(10 * SECOND).await), Some(4 * SECOND));
    assert_eq!(breaker.config().call_timeout, Some(4 * SECOND));
    assert_eq!(breaker.config().probe_timeout, 8 * SECOND);
    assert_eq!(
        breaker.snapshot().layers.of("call_timeout"),
        Some(Layer::Declared)
    );

    let configured = test.configure("limits.short", limit(Some(SECOND))).unwrap();
    let changes: Vec<_> = configured
        .changes
        .iter()
        .map(|it| (it.setting, &*it.to))
        .collect();
    assert_eq!(
        changes,
        [
            ("probe_timeout", "2s"),
            ("call_timeout", "1s"),
            ("cancel_after", "1s")
        ]
    );
    let layers: Vec<_> = configured.settings[0]
        .layers
        .iter()
        .map(|it| &*it.value)
        .collect();
    assert_eq!(layers, ["1s", "4s", "4s"]);
    assert_eq!(limit_of(short(10 * SECOND).await), Some(SECOND));
    assert_eq!(limit_of(longer(10 * SECOND).await), Some(SECOND));
    assert_eq!(limit_of(unlimited(10 * SECOND).await), None);

    test.configure("limits.short", limit(None)).unwrap();
    assert_eq!(limit_of(short(100 * SECOND).await), None);
    assert_eq!(breaker.config().call_timeout, None);
    assert_eq!(breaker.snapshot().totals.failures_by_kind.timed_out, 4);

    test.configure("limits.short", Patch::new().take_back("call_timeout"))
        .unwrap();
    assert_eq!(limit_of(short(10 * SECOND).await), Some(2 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_keeps_the_limit_that_it_began_with() {
    let test = TestRegistry::with_clock(TokioClock::new());
    let _entered = test.enter();
    let waiting = tokio::join!(short(3 * SECOND), async {
        test.configure("limits.short", limit(Some(5 * SECOND)))
            .unwrap();
    });
    assert!(waiting.0.is_err());
    assert_eq!(limit_of(short(3 * SECOND).await), None);
}

#[tokio::test(start_paused = true)]
async fn a_file_replaces_the_limit_of_one_breaker() {
    let test = TestRegistry::with_clock(TokioClock::new());
    let _entered = test.enter();
    let path = std::env::temp_dir().join(format!("breaker-limits-{}.toml", std::process::id()));
    std::fs::write(
        &path,
        "[breakers.\"limits.short\"]\ncall_timeout = \"3s\"\n",
    )
    .unwrap();
    let loaded = test.load(&path);
    std::fs::remove_file(&path).unwrap();
    loaded.unwrap();
    assert_eq!(limit_of(short(10 * SECOND).await), Some(3 * SECOND));
    let breaker = test.get("limits.short").unwrap();
    assert_eq!(
        breaker.snapshot().layers.of("call_timeout"),
        Some(Layer::File)
    );
}
