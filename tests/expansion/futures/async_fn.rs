//! Async functions: when a call begins and ends, and what their bodies may await.

use std::cell::Cell;
use std::future::{Future, ready};
use std::sync::Arc;
use std::task::Poll;

use breaker_runtime::circuit_breaker;
use futures::future::join_all;
use futures::stream::{self, FuturesUnordered, Stream, StreamExt as _};

use crate::expansion::{Error, assert_send, breaker, ends, open, pause, poll_once, run};

#[test]
fn a_future_that_is_never_polled_is_not_counted() {
    #[circuit_breaker(name = "async_fn.never_polled")]
    async fn call(ran: &Cell<bool>) -> Result<u32, Error> {
        ran.set(true);
        Ok(1)
    }

    let ran = Cell::new(false);
    drop(call(&ran));
    assert!(!ran.get());
    assert_eq!(ends("async_fn.never_polled"), "nothing");
}

#[test]
fn a_future_is_admitted_at_its_first_poll() {
    #[circuit_breaker(name = "async_fn.first_poll")]
    async fn call() -> Result<u32, Error> {
        Ok(1)
    }

    let early = call();
    open("async_fn.first_poll");
    assert!(run(early).unwrap_err().is_rejection());

    let late = call();
    breaker("async_fn.first_poll").clear_override();
    assert_eq!(run(late), Ok(1));
    assert_eq!(ends("async_fn.first_poll"), "1 success, 1 rejected");
}

#[test]
fn a_future_that_is_never_polled_is_not_rejected() {
    #[circuit_breaker(name = "async_fn.never_rejected")]
    async fn call() -> Result<u32, Error> {
        Ok(1)
    }

    open("async_fn.never_rejected");
    drop(call());
    assert_eq!(ends("async_fn.never_rejected"), "nothing");
}

#[test]
fn a_future_that_was_admitted_goes_on_when_the_circuit_opens() {
    #[circuit_breaker(name = "async_fn.opened_meanwhile")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    let mut future = Box::pin(call());
    assert!(poll_once(future.as_mut()).is_pending());
    open("async_fn.opened_meanwhile");
    assert_eq!(run(future), Ok(1));
    assert_eq!(ends("async_fn.opened_meanwhile"), "1 success");
}

#[test]
fn a_future_is_counted_once_at_its_end() {
    #[circuit_breaker(name = "async_fn.counted_once")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        pause().await;
        Ok(1)
    }

    let mut future = Box::pin(call());
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(ends("async_fn.counted_once"), "nothing");
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(poll_once(future.as_mut()), Poll::Ready(Ok(1)));
    assert_eq!(ends("async_fn.counted_once"), "1 success");
    drop(future);
    assert_eq!(ends("async_fn.counted_once"), "1 success");
}

#[tokio::test]
async fn a_body_may_select_and_join() {
    #[circuit_breaker(name = "async_fn.body_selects")]
    async fn call(
        first: impl Future<Output = u32>,
        second: impl Future<Output = u32>,
    ) -> Result<u32, Error> {
        tokio::pin!(first);
        let mut ticks = 0;
        let (one, two) = tokio::join!(
            async {
                loop {
                    tokio::select! {
                        biased;
                        value = &mut first => break value,
                        () = tokio::task::yield_now() => {
                            ticks += 1;
                            if ticks > 100 {
                                return 0;
                            }
                        }
                    }
                }
            },
            second
        );
        let three = tokio::try_join!(async { Ok::<_, Error>(one) }, async { Ok(two) })?;
        Ok(three.0 + three.1)
    }

    assert_eq!(call(ready(1), ready(2)).await, Ok(3));
    assert_eq!(ends("async_fn.body_selects"), "1 success");
}

#[tokio::test]
async fn the_body_may_hold_a_tokio_lock_across_an_await() {
    #[circuit_breaker(name = "async_fn.mutex")]
    async fn call(
        slot: &tokio::sync::Mutex<u32>,
        limit: &tokio::sync::Semaphore,
    ) -> Result<u32, Error> {
        let _permit = limit.acquire().await.map_err(|_| Error::Down)?;
        let mut guard = slot.lock().await;
        tokio::task::yield_now().await;
        *guard += 1;
        Ok(*guard)
    }

    let slot = tokio::sync::Mutex::new(0);
    let limit = tokio::sync::Semaphore::new(2);
    let answers = join_all((0..4).map(|_| assert_send(call(&slot, &limit)))).await;
    assert_eq!(answers, [Ok(1), Ok(2), Ok(3), Ok(4)]);
    assert_eq!(ends("async_fn.mutex"), "4 success");
}

#[test]
fn a_body_may_consume_a_stream() {
    #[circuit_breaker(name = "async_fn.stream")]
    async fn call(values: impl Stream<Item = Result<u32, Error>> + Unpin) -> Result<u32, Error> {
        let mut values = values;
        let mut sum = 0;
        while let Some(value) = values.next().await {
            sum += value?;
        }
        Ok(sum)
    }

    assert_eq!(run(call(stream::iter([Ok(1), Ok(2)]))), Ok(3));
    assert_eq!(
        run(call(stream::iter([Ok(1), Err(Error::Down)]))),
        Err(Error::Down)
    );
    assert_eq!(ends("async_fn.stream"), "1 success, 1 failure");
}

#[test]
fn guarded_futures_run_in_a_set() {
    #[circuit_breaker(name = "async_fn.unordered")]
    async fn call(value: u32) -> Result<u32, Error> {
        for _ in 0..value {
            pause().await;
        }
        Ok(value)
    }

    let mut set: FuturesUnordered<_> = (0..5).map(call).collect();
    let mut values = vec![];
    run(async {
        while let Some(value) = set.next().await {
            values.push(value.unwrap());
        }
    });
    values.sort_unstable();
    assert_eq!(values, [0, 1, 2, 3, 4]);
    assert_eq!(ends("async_fn.unordered"), "5 success");
}

#[test]
fn a_body_may_return_a_stream() {
    #[circuit_breaker(name = "async_fn.returns_stream")]
    async fn call<'a>(values: &'a [u32], by: u32) -> Result<impl Stream<Item = u32> + 'a, Error> {
        pause().await;
        Ok(stream::iter(values).map(move |value| value * by))
    }

    assert_eq!(
        run(async { call(&[1, 2], 3).await.unwrap().collect::<Vec<_>>().await }),
        [3, 6]
    );
}

#[test]
fn arguments_of_several_lifetimes_live_across_awaits() {
    struct Parts<'a> {
        text: &'a str,
    }

    #[circuit_breaker(name = "async_fn.lifetimes")]
    async fn call<'a, 'b: 'a>(
        parts: &Parts<'a>,
        other: &'b str,
        scratch: &mut String,
        _: &dyn Fn() -> u32,
    ) -> Result<(&'a str, &'b str), Error> {
        scratch.push_str(parts.text);
        pause().await;
        scratch.push_str(other);
        pause().await;
        if scratch.len() > 10 {
            return Ok((other, other));
        }
        Ok((parts.text, other))
    }

    let other = String::from("other");
    let mut scratch = String::new();
    let pair = {
        let text = String::from("text");
        let parts = Parts { text: &text };
        run(call(&parts, &other, &mut scratch, &|| 1)).unwrap().1
    };
    assert_eq!(pair, "other");
    assert_eq!(scratch, "textother");
}

#[test]
fn async_closures_in_the_body_and_in_the_arguments() {
    #[circuit_breaker(name = "async_fn.async_fn_mut")]
    async fn retry(
        times: u32,
        mut attempt: impl AsyncFnMut(u32) -> Result<u32, Error>,
    ) -> Result<u32, Error> {
        let mut last = Error::Down;
        for time in 0..times {
            match attempt(time).await {
                Ok(value) => return Ok(value),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    #[circuit_breaker(name = "async_fn.async_closure")]
    async fn call(values: &[u32]) -> Result<u32, Error> {
        let mut sum = 0;
        let mut add = async |value: &u32| {
            pause().await;
            sum += value;
        };
        for value in values {
            add(value).await;
        }
        Ok(sum)
    }

    let mut seen = vec![];
    let answer = run(retry(3, async |time| {
        seen.push(time);
        pause().await;
        if time < 2 { Err(Error::Down) } else { Ok(time) }
    }));
    assert_eq!((answer, seen), (Ok(2), vec![0, 1, 2]));
    assert_eq!(run(call(&[1, 2, 3])), Ok(6));
}

#[test]
fn async_blocks_in_the_body_stay_as_they_are() {
    #[circuit_breaker(name = "async_fn.nested_blocks")]
    async fn call(text: String) -> Result<String, Error> {
        let borrowed = async { text.len() };
        let length = borrowed.await;
        let moved = async move {
            let inner = async {
                pause().await;
                Ok::<_, Error>(text + "!")
            };
            inner.await
        };
        let text = moved.await?;
        Ok(format!("{text}{length}"))
    }

    assert_eq!(run(assert_send(call("ab".into()))), Ok("ab!2".into()));
}

#[test]
fn the_waker_of_the_caller_reaches_the_body() {
    #[circuit_breaker(name = "async_fn.waker")]
    async fn call() -> Result<bool, Error> {
        let mut polls = 0;
        std::future::poll_fn(|context| {
            polls += 1;
            if polls == 1 {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        Ok(true)
    }

    struct Flag(std::sync::atomic::AtomicBool);

    impl std::task::Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }

    let flag = Arc::new(Flag(false.into()));
    let waker = Arc::clone(&flag).into();
    let mut future = Box::pin(call());
    assert!(
        future
            .as_mut()
            .poll(&mut std::task::Context::from_waker(&waker))
            .is_pending()
    );
    assert!(flag.0.load(std::sync::atomic::Ordering::Relaxed));
    assert_eq!(run(future), Ok(true));
}
