//! Bodies that panic, loop for ever or exit, and values of types without a value.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, ends, panic_of, pause, poll_once, run};

#[test]
fn a_body_may_only_panic() {
    #[circuit_breaker(name = "diverging.todo")]
    fn later() -> Result<u32, Error> {
        todo!("later")
    }

    #[circuit_breaker(name = "diverging.unimplemented")]
    fn never(_: u32) -> Result<impl Iterator<Item = u32>, Error> {
        if true {
            unimplemented!("never");
        }
        Ok([1].into_iter())
    }

    #[circuit_breaker(name = "diverging.panic")]
    fn cut((_, _): (u32, u32)) -> Result<u32, Error> {
        panic!("cut");
    }

    #[circuit_breaker(name = "diverging.async_todo")]
    async fn async_later(_: &str) -> Result<u32, Error> {
        todo!("later")
    }

    #[circuit_breaker(name = "diverging.async_unreachable")]
    async fn async_never() -> Result<u32, Error> {
        pause().await;
        unreachable!("never");
    }

    assert_eq!(panic_of(later), "not yet implemented: later");
    assert_eq!(panic_of(|| never(1).is_ok()), "not implemented: never");
    assert_eq!(panic_of(|| cut((1, 2))), "cut");
    assert_eq!(
        panic_of(|| run(async_later(""))),
        "not yet implemented: later"
    );
    assert!(panic_of(|| run(async_never())).contains("never"));
    for name in [
        "diverging.todo",
        "diverging.unimplemented",
        "diverging.panic",
        "diverging.async_todo",
        "diverging.async_unreachable",
    ] {
        assert_eq!(ends(name), "1 failure", "{name}");
    }
}

#[test]
fn a_body_may_be_an_endless_loop_with_returns() {
    #[circuit_breaker(name = "diverging.loop")]
    fn call(mut n: u32) -> Result<u32, Error> {
        loop {
            n += 1;
            if n == 10 {
                return Ok(n);
            }
            if n > 10 {
                return Err(Error::Declined(n));
            }
        }
    }

    #[circuit_breaker(name = "diverging.async_loop")]
    async fn call_async(mut n: u32) -> Result<u32, Error> {
        loop {
            pause().await;
            n += 1;
            if n == 10 {
                return Ok(n);
            }
        }
    }

    assert_eq!(call(1), Ok(10));
    assert_eq!(call(10), Err(Error::Declined(11)));
    assert_eq!(run(call_async(8)), Ok(10));
    assert_eq!(ends("diverging.loop"), "1 success, 1 failure");
}

#[test]
fn a_body_may_never_return() {
    #[circuit_breaker(name = "diverging.endless")]
    #[allow(clippy::empty_loop)]
    fn spin() -> Result<std::convert::Infallible, Error> {
        loop {}
    }

    #[circuit_breaker(name = "diverging.exit")]
    fn exit(code: i32) -> Result<(), Error> {
        std::process::exit(code)
    }

    #[circuit_breaker(name = "diverging.async_endless")]
    async fn serve() -> Result<(), Error> {
        loop {
            pause().await;
        }
    }

    let _: (fn() -> _, fn(_) -> _) = (spin, exit);
    let mut future = Box::pin(serve());
    assert!(poll_once(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(ends("diverging.async_endless"), "1 cancelled");
}

#[test]
fn a_body_may_hold_diverging_expressions() {
    #[circuit_breaker(name = "diverging.never_values")]
    fn call(value: Result<u32, std::convert::Infallible>, up: bool) -> Result<u32, Error> {
        let value = match value {
            Ok(value) => value,
            Err(never) => match never {},
        };
        let kept: u32 = if up { value } else { return Err(Error::Down) };
        Ok(kept)
    }

    assert_eq!(call(Ok(1), true), Ok(1));
    assert_eq!(call(Ok(1), false), Err(Error::Down));
}
