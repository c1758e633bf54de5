//! Functions that return `impl Future`.

use std::future::{Future, ready};

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, Log, ends, open, panic_of, pause, run};

#[test]
fn the_eager_part_before_the_future_stays_eager() {
    let log = Log::default();

    #[circuit_breaker(name = "impl_future.eager_impl")]
    fn call(log: &Log) -> impl Future<Output = Result<u32, Error>> + use<> {
        log.say("eager");
        let log = log.clone();
        async move {
            log.say("lazy");
            Ok(1)
        }
    }

    let future = call(&log);
    assert_eq!(log.take(), ["eager"]);
    drop(future);
    assert_eq!(ends("impl_future.eager_impl"), "nothing");

    assert_eq!(run(call(&log)), Ok(1));
    assert_eq!(log.take(), ["eager", "lazy"]);

    open("impl_future.eager_impl");
    assert!(run(call(&log)).unwrap_err().is_rejection());
    assert_eq!(log.take(), ["eager"]);
    assert_eq!(ends("impl_future.eager_impl"), "1 success, 1 rejected");
}

#[test]
fn a_panic_in_the_eager_part_is_not_a_call() {
    #[circuit_breaker(name = "impl_future.eager_panic")]
    fn call(up: bool) -> impl Future<Output = Result<u32, Error>> {
        assert!(up, "not even begun");
        ready(Ok(1))
    }

    assert_eq!(panic_of(|| drop(call(false))), "not even begun");
    assert_eq!(run(call(true)), Ok(1));
    assert_eq!(ends("impl_future.eager_panic"), "1 success");
}

#[test]
fn an_impl_future_is_guarded_with_its_borrows() {
    #[circuit_breaker(name = "impl_future.impl_borrow")]
    fn call<'a>(
        values: &'a mut Vec<u32>,
        text: &str,
    ) -> impl Future<Output = Result<&'a mut u32, Error>> {
        let value = text.len() as u32;
        async move {
            pause().await;
            values.push(value);
            values.last_mut().ok_or(Error::Down)
        }
    }

    let mut values = vec![];
    *run(call(&mut values, "abc")).unwrap() += 1;
    assert_eq!(values, [4]);
}

#[test]
fn an_impl_future_with_a_fallback_clones_its_arguments() {
    #[circuit_breaker(name = "impl_future.impl_fallback", fallback = later)]
    fn call(text: String, by: &u32) -> impl Future<Output = Result<String, Error>> {
        let text = text + &by.to_string();
        async move {
            pause().await;
            Ok(text)
        }
    }

    async fn later(text: String, by: &u32) -> Result<String, Error> {
        pause().await;
        Ok(format!("{by}{text}"))
    }

    assert_eq!(run(call("a".into(), &1)), Ok("a1".into()));
    open("impl_future.impl_fallback");
    assert_eq!(run(call("a".into(), &1)), Ok("1a".into()));
    assert_eq!(
        ends("impl_future.impl_fallback"),
        "1 success, 1 rejected, 1 fallback success"
    );
}
