//! Panics in the body. They are failures and go on unwinding.

use breaker_runtime::{Registry, circuit_breaker};

use crate::expansion::{Error, ends, panic_of, pause, poll_once, run};

#[test]
fn a_panic_is_a_failure_and_goes_on_unwinding() {
    #[circuit_breaker(name = "panics.panic")]
    fn call(up: bool) -> Result<u32, Error> {
        assert!(up, "the wire is cut");
        Ok(1)
    }

    assert_eq!(panic_of(|| call(false)), "the wire is cut");
    assert_eq!(call(true), Ok(1));
    assert_eq!(ends("panics.panic"), "1 success, 1 failure");
}

#[test]
fn a_panic_keeps_its_payload() {
    #[circuit_breaker(name = "panics.panic_payload")]
    fn call() -> Result<u32, Error> {
        std::panic::panic_any(42_u64)
    }

    let payload = std::panic::catch_unwind(call).unwrap_err();
    assert_eq!(payload.downcast_ref::<u64>(), Some(&42));
    assert_eq!(ends("panics.panic_payload"), "1 failure");
}

#[test]
fn a_panic_in_a_poll_is_a_failure_and_goes_on_unwinding() {
    #[circuit_breaker(name = "panics.poll_panic")]
    async fn call(up: bool) -> Result<u32, Error> {
        pause().await;
        assert!(up, "the wire is cut");
        Ok(1)
    }

    assert_eq!(panic_of(|| run(call(false))), "the wire is cut");
    assert_eq!(run(call(true)), Ok(1));
    assert_eq!(ends("panics.poll_panic"), "1 success, 1 failure");
}

#[test]
fn a_panic_in_the_first_poll_is_a_failure() {
    #[circuit_breaker(name = "panics.panic_first")]
    async fn call() -> Result<u32, Error> {
        panic!("at once")
    }

    assert_eq!(panic_of(|| run(call())), "at once");
    assert_eq!(ends("panics.panic_first"), "1 failure");
}

#[test]
fn a_panic_in_a_poll_is_a_failure_when_the_future_is_dropped_later() {
    #[circuit_breaker(name = "panics.panic_kept")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        panic!("cut")
    }

    let mut future = Box::pin(call());
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(panic_of(|| poll_once(future.as_mut()).is_ready()), "cut");
    drop(future);
    assert_eq!(ends("panics.panic_kept"), "1 failure");
}

#[test]
fn a_future_that_ends_while_the_thread_unwinds_is_classified_by_its_value() {
    #[circuit_breaker(name = "panics.polled_while_unwinding")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    struct Late;

    impl Drop for Late {
        fn drop(&mut self) {
            assert_eq!(run(call()), Ok(1));
        }
    }

    panic_of(|| {
        let _late = Late;
        panic!("cut");
    });
    assert_eq!(ends("panics.polled_while_unwinding"), "1 success");
}

#[test]
fn a_panic_in_an_inner_call_is_a_failure_of_both_calls() {
    #[circuit_breaker(name = "panics.inner_panics")]
    async fn inner() -> Result<u32, Error> {
        pause().await;
        panic!("inner")
    }

    #[circuit_breaker(name = "panics.outer_unwinds")]
    async fn outer() -> Result<u32, Error> {
        inner().await
    }

    assert_eq!(panic_of(|| run(outer())), "inner");
    assert_eq!(ends("panics.inner_panics"), "1 failure");
    assert_eq!(ends("panics.outer_unwinds"), "1 failure");
}

#[test]
fn the_public_types_are_unwind_safe() {
    fn check<T: std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    check::<breaker_runtime::CircuitBreaker>();
    check::<Registry>();
    check::<breaker_runtime::Permit>();
    check::<breaker_runtime::Event>();
}
