//! Futures are `Send` and `Sync` where their parts are.

use std::cell::{Cell, RefCell};
use std::future::{Future, ready};
use std::rc::Rc;
use std::sync::Arc;

use breaker_runtime::circuit_breaker;
use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _};

use crate::expansion::{Error, assert_send, assert_sync, ends, pause, run};

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
