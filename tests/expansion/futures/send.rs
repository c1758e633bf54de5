//! Futures are `Send` and `Sync` where their parts are.

use std::cell::{Cell, RefCell};
use std::future::{Future, ready};
use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use breaker_runtime::{CallError, circuit_breaker};
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _};

use crate::expansion::{Error, assert_send, assert_sync, ends, open, pause, run};

#[test]
fn a_future_over_borrowed_arguments_is_send() {
    #[circuit_breaker(name = "send.send_borrowed")]
    async fn call<'a>(
        text: &'a str,
        values: &mut Vec<u32>,
        shared: &Arc<u32>,
    ) -> Result<&'a str, Error> {
        pause().await;
        values.push(**shared);
        pause().await;
        Ok(text)
    }

    let mut values = vec![];
    assert_eq!(
        run(assert_send(call("a", &mut values, &Arc::new(1)))),
        Ok("a")
    );
    assert_eq!(values, [1]);
}

#[test]
fn a_future_is_send_with_a_fallback_and_a_classifier() {
    #[circuit_breaker(
        name = "send.send_fallback",
        ignore(Err(Error::Declined(_))),
        fallback = later,
        fallback_on = any
    )]
    async fn call(text: String, values: &[u32]) -> Result<usize, Error> {
        pause().await;
        if values.is_empty() {
            return Err(Error::Down);
        }
        Ok(text.len())
    }

    async fn later(text: String, _: &[u32]) -> Result<usize, Error> {
        pause().await;
        Ok(text.len() * 10)
    }

    assert_eq!(run(assert_send(call("a".into(), &[1]))), Ok(1));
    assert_eq!(run(assert_send(call("a".into(), &[]))), Ok(10));
}

#[test]
fn a_future_over_a_send_type_parameter_is_send() {
    #[circuit_breaker(name = "send.send_generic")]
    async fn call<T: Send>(value: T) -> Result<T, Error> {
        pause().await;
        Ok(value)
    }

    fn spawnable<T: Send>(value: T) -> impl Future<Output = Result<T, Error>> + Send {
        call(value)
    }

    assert_eq!(run(spawnable(Cell::new(1))), Ok(Cell::new(1)));
}

#[test]
fn a_future_is_sync_where_its_parts_are() {
    #[circuit_breaker(name = "send.sync")]
    async fn call(text: &str) -> Result<usize, Error> {
        pause_sync().await;
        Ok(text.len())
    }

    async fn pause_sync() {}

    assert_eq!(run(assert_sync(call("abc"))), Ok(3));
}

#[test]
fn a_future_with_higher_ranked_borrows_is_send_in_a_trait_object() {
    #[circuit_breaker(name = "send.send_higher_ranked")]
    async fn call(texts: &[&str], by: &dyn Fn(&str) -> bool) -> Result<usize, Error> {
        let count = texts.iter().filter(|text| by(text)).count();
        pause_with(&count).await;
        Ok(count)
    }

    async fn pause_with(_: &usize) {
        pause().await;
    }

    #[circuit_breaker(name = "send.send_stream")]
    async fn sum(texts: &[&str]) -> Result<usize, Error> {
        let lengths = stream::iter(texts).then(|text| async move { text.len() });
        Ok(lengths.fold(0, |sum, length| ready(sum + length)).await)
    }

    assert_eq!(run(call(&["a", "bc"], &|text| text.len() > 1)), Ok(1));
    let boxed: BoxFuture<'_, _> = Box::pin(sum(&["a", "bc"]));
    assert_eq!(run(boxed), Ok(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guarded_futures_can_be_spawned() {
    #[circuit_breaker(name = "send.spawned")]
    async fn call(value: u32) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(value)
    }

    let tasks: Vec<_> = (0..8).map(|value| tokio::spawn(call(value))).collect();
    for (value, task) in (0..).zip(tasks) {
        assert_eq!(task.await.unwrap(), Ok(value));
    }
    assert_eq!(ends("send.spawned"), "8 success");
}

#[tokio::test]
async fn an_rc_lives_across_an_await_on_a_local_set() {
    #[circuit_breaker(name = "send.local_set")]
    async fn call(shared: Rc<RefCell<Vec<u32>>>) -> Result<usize, Error> {
        let kept = Rc::clone(&shared);
        tokio::task::yield_now().await;
        kept.borrow_mut().push(1);
        Ok(shared.borrow().len())
    }

    let shared = Rc::new(RefCell::new(vec![]));
    let local = tokio::task::LocalSet::new();
    let task = local.run_until(async { tokio::task::spawn_local(call(Rc::clone(&shared))).await });
    assert_eq!(task.await.unwrap(), Ok(1));
    assert_eq!(ends("send.local_set"), "1 success");
}

#[test]
fn a_future_is_send_though_its_fallback_gets_an_error_that_is_not() {
    #[circuit_breaker(
        name = "send.error_any",
        fallback_on = any,
        fallback = |error| match error {
            CallError::Inner(error) if text.len() > 2 => Err(error),
            CallError::Inner(error) => {
                let text = format!("{error}");
                Ok(text.len())
            }
            CallError::Breaker(rejected) => return Err(rejected.into()),
        },
    )]
    async fn call(text: &str) -> Result<usize, Box<dyn std::error::Error>> {
        pause().await;
        Ok(text.parse()?)
    }

    let call = |text: &'static str| run(assert_send(async move { call(text).await.ok() }));
    assert_eq!(call("7"), Some(7));
    assert_eq!(call("no"), Some("invalid digit found in string".len()));
    assert_eq!(call("none"), None);
    open("send.error_any");
    assert_eq!(call("7"), None);
    assert_eq!(
        ends("send.error_any"),
        "1 success, 2 failure, 1 rejected, 1 fallback success, 2 fallback failure"
    );
}

#[test]
fn a_future_is_send_though_its_fallback_leaves_with_a_question_mark() {
    #[circuit_breaker(
        name = "send.error_question_mark",
        fallback_on = error,
        fallback = |error| { let shared = error.shared()?; Ok(*shared) },
    )]
    async fn call(up: bool) -> Result<u32, NotSend> {
        pause().await;
        if up { Ok(1) } else { Err(NotSend(Rc::new(2))) }
    }

    struct NotSend(Rc<u32>);

    impl From<breaker_runtime::BreakerError> for NotSend {
        fn from(_: breaker_runtime::BreakerError) -> Self {
            Self(Rc::new(3))
        }
    }

    trait Shared {
        fn shared(self) -> Result<Rc<u32>, NotSend>;
    }

    impl Shared for CallError<NotSend> {
        fn shared(self) -> Result<Rc<u32>, NotSend> {
            match self {
                CallError::Inner(NotSend(shared)) => Ok(shared),
                CallError::Breaker(rejected) => Err(rejected.into()),
            }
        }
    }

    assert_eq!(run(assert_send(async { call(false).await.ok() })), Some(2));
    assert_eq!(
        ends("send.error_question_mark"),
        "1 failure, 1 fallback success"
    );
}

#[test]
fn a_future_is_send_though_the_error_is_not_and_the_fallback_is_a_path() {
    #[circuit_breaker(name = "send.error_path", fallback_on = any, fallback = later)]
    async fn call(up: bool) -> Result<u32, Rc<str>> {
        pause().await;
        if up { Ok(1) } else { Err("down".into()) }
    }

    async fn later(_: bool) -> Result<u32, Rc<str>> {
        pause().await;
        Ok(2)
    }

    assert_eq!(run(assert_send(async { call(false).await.ok() })), Some(2));
    assert_eq!(ends("send.error_path"), "1 failure, 1 fallback success");
}

#[test]
fn a_default_method_of_an_async_trait_is_send_for_every_error() {
    #[async_trait]
    trait Transport: Sync {
        type Error;

        async fn deliver(&self, mail: &str) -> Result<usize, Self::Error>;

        #[circuit_breaker(name = "send.async_trait", fallback_on = any, fallback = |error| match error {
            CallError::Inner(error) => Err(error),
            CallError::Breaker(_) => Ok(0),
        })]
        async fn send(&self, mail: &str) -> Result<usize, Self::Error> {
            self.deliver(mail).await
        }
    }

    struct Local;

    #[async_trait]
    impl Transport for Local {
        type Error = Rc<str>;

        async fn deliver(&self, mail: &str) -> Result<usize, Rc<str>> {
            pause().await;
            if mail.is_empty() {
                Err("empty".into())
            } else {
                Ok(mail.len())
            }
        }
    }

    assert_eq!(run(Local.send("abc")), Ok(3));
    assert_eq!(run(Local.send("")), Err("empty".into()));
    open("send.async_trait");
    assert_eq!(run(Local.send("abc")), Ok(0));
}

#[test]
fn a_fallback_closure_can_wait_inside_an_unknown_macro() {
    macro_rules! wait {
        ($future:expr) => {
            $future.await
        };
    }

    #[circuit_breaker(name = "send.waits_in_macro", fallback_on = any, fallback = |_| {
        wait!(pause());
        Ok(2)
    })]
    async fn call(up: bool) -> Result<u32, Error> {
        pause().await;
        if up { Ok(1) } else { Err(Error::Down) }
    }

    assert_eq!(run(assert_send(call(false))), Ok(2));
    assert_eq!(run(call(true)), Ok(1));
    assert_eq!(
        ends("send.waits_in_macro"),
        "1 success, 1 failure, 1 fallback success"
    );
}
