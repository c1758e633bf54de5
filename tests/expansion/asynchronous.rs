//! Async functions and functions that return a future: traps 13 to 17.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{Future, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use breaker_runtime::{BreakerError, Registry, circuit_breaker};
use futures::future::{BoxFuture, FutureExt as _, LocalBoxFuture, join_all};
use futures::stream::{self, FuturesUnordered, Stream, StreamExt as _};

use super::{
    Error, Log, Noisy, assert_send, assert_sync, breaker, ends, open, panic_of, pause, poll_once,
    run,
};

// Trap 13: the future is guarded, not the call that makes it.

/// Trap 13
#[test]
fn a_future_that_is_never_polled_costs_nothing() {
    #[circuit_breaker(name = "async.never_polled")]
    async fn call(ran: &Cell<bool>) -> Result<u32, Error> {
        ran.set(true);
        Ok(1)
    }

    let ran = Cell::new(false);
    drop(call(&ran));
    assert!(!ran.get());
    assert_eq!(ends("async.never_polled"), "nothing");
}

/// Trap 13
#[test]
fn a_future_is_admitted_at_its_first_poll() {
    #[circuit_breaker(name = "async.first_poll")]
    async fn call() -> Result<u32, Error> {
        Ok(1)
    }

    let early = call();
    open("async.first_poll");
    assert!(run(early).unwrap_err().is_rejection());

    let late = call();
    breaker("async.first_poll").clear_override();
    assert_eq!(run(late), Ok(1));
    assert_eq!(ends("async.first_poll"), "1 success, 1 rejected");
}

/// Trap 13
#[test]
fn a_future_that_is_never_polled_is_not_rejected_either() {
    #[circuit_breaker(name = "async.never_rejected")]
    async fn call() -> Result<u32, Error> {
        Ok(1)
    }

    open("async.never_rejected");
    drop(call());
    assert_eq!(ends("async.never_rejected"), "nothing");
}

/// Trap 13
#[test]
fn a_future_that_was_admitted_goes_on_when_the_circuit_opens() {
    #[circuit_breaker(name = "async.opened_meanwhile")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    let mut future = Box::pin(call());
    assert!(poll_once(future.as_mut()).is_pending());
    open("async.opened_meanwhile");
    assert_eq!(run(future), Ok(1));
    assert_eq!(ends("async.opened_meanwhile"), "1 success");
}

/// Trap 13
#[test]
fn a_future_is_counted_at_its_end_and_once() {
    #[circuit_breaker(name = "async.counted_once")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        pause().await;
        Ok(1)
    }

    let mut future = Box::pin(call());
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(ends("async.counted_once"), "nothing");
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(poll_once(future.as_mut()), Poll::Ready(Ok(1)));
    assert_eq!(ends("async.counted_once"), "1 success");
    drop(future);
    assert_eq!(ends("async.counted_once"), "1 success");
}

/// Trap 13
#[test]
fn the_eager_part_of_a_function_that_returns_a_future_stays_eager() {
    let log = Log::default();

    #[circuit_breaker(name = "async.eager_impl")]
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
    assert_eq!(ends("async.eager_impl"), "nothing");

    assert_eq!(run(call(&log)), Ok(1));
    assert_eq!(log.take(), ["eager", "lazy"]);

    open("async.eager_impl");
    assert!(run(call(&log)).unwrap_err().is_rejection());
    assert_eq!(log.take(), ["eager"]);
    assert_eq!(ends("async.eager_impl"), "1 success, 1 rejected");
}

/// Trap 13
#[test]
fn the_eager_part_before_a_boxed_future_stays_eager() {
    let log = Log::default();

    #[circuit_breaker(name = "async.eager_boxed")]
    fn call<'a>(
        log: &'a Log,
        up: bool,
    ) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + 'a>> {
        log.say("eager");
        if !up {
            return Box::pin(ready(Err(Error::Down)));
        }
        Box::pin(async move {
            log.say("lazy");
            Ok(1)
        })
    }

    let future = assert_send(call(&log, true));
    assert_eq!(log.take(), ["eager"]);
    assert_eq!(run(future), Ok(1));
    assert_eq!(log.take(), ["lazy"]);
    assert_eq!(run(call(&log, false)), Err(Error::Down));
    drop(call(&log, false));
    assert_eq!(ends("async.eager_boxed"), "1 success, 1 failure");
}

/// Trap 13
#[test]
fn a_panic_in_the_eager_part_is_no_call() {
    #[circuit_breaker(name = "async.eager_panic")]
    fn call(up: bool) -> impl Future<Output = Result<u32, Error>> {
        assert!(up, "not even begun");
        ready(Ok(1))
    }

    assert_eq!(panic_of(|| drop(call(false))), "not even begun");
    assert_eq!(run(call(true)), Ok(1));
    assert_eq!(ends("async.eager_panic"), "1 success");
}

// Trap 14: boxed futures, and `#[async_trait]`.

#[async_trait]
trait Store {
    async fn get(&self, key: &str) -> Result<String, Error>;

    async fn put(&mut self, key: String, value: &str) -> Result<usize, Error>;

    #[circuit_breaker(name = "async.trait_default")]
    async fn get_twice(&self, key: &str) -> Result<String, Error> {
        let first = self.get(key).await?;
        let second = self.get(key).await?;
        Ok(first + &second)
    }

    async fn ping(times: u32) -> Result<u32, Error>
    where
        Self: Sized;
}

struct Memory(HashMap<String, String>);

#[async_trait]
impl Store for Memory {
    #[circuit_breaker(name = "async.trait_get")]
    async fn get(&self, key: &str) -> Result<String, Error> {
        pause().await;
        let Some(value) = self.0.get(key) else {
            return Err(Error::Down);
        };
        Ok(value.clone())
    }

    #[circuit_breaker(name = "async.trait_put", fallback = Self::refuse)]
    async fn put(&mut self, mut key: String, value: &str) -> Result<usize, Error> {
        pause().await;
        key.make_ascii_lowercase();
        self.0.insert(key, value.to_owned());
        Ok(self.0.len())
    }

    #[circuit_breaker(name = "async.trait_ping")]
    async fn ping(times: u32) -> Result<u32, Error> {
        if times == 0 {
            Err(Error::Down)?;
        }
        Ok(times)
    }
}

impl Memory {
    async fn refuse(&mut self, key: String, value: &str) -> Result<usize, Error> {
        pause().await;
        Err(Error::Declined((key.len() + value.len()) as u32))
    }
}

/// Trap 14
#[test]
fn the_methods_of_an_async_trait_are_guarded() {
    let mut memory = Memory(HashMap::new());
    assert_eq!(run(memory.put("A".into(), "1")), Ok(1));
    assert_eq!(run(assert_send(memory.get("a"))), Ok("1".into()));
    assert_eq!(run(memory.get("b")), Err(Error::Down));
    drop(memory.get("a"));
    assert_eq!(run(memory.get_twice("a")), Ok("11".into()));
    assert_eq!(run(Memory::ping(0)), Err(Error::Down));
    assert_eq!(run(Memory::ping(2)), Ok(2));
    assert_eq!(ends("async.trait_get"), "3 success, 1 failure");
    assert_eq!(ends("async.trait_default"), "1 success");
    assert_eq!(ends("async.trait_ping"), "1 success, 1 failure");

    open("async.trait_put");
    assert_eq!(run(memory.put("key".into(), "v")), Err(Error::Declined(4)));
    assert_eq!(
        ends("async.trait_put"),
        "1 success, 1 rejected, 1 fallback failure"
    );
}

/// Trap 14
#[test]
fn an_async_trait_object_is_guarded() {
    #[async_trait]
    trait Job: Send + Sync {
        async fn run(&self, n: u32) -> Result<u32, Error>;
    }

    struct Double;

    #[async_trait]
    impl Job for Double {
        #[circuit_breaker(name = "async.trait_object")]
        async fn run(&self, n: u32) -> Result<u32, Error> {
            pause().await;
            Ok(n * 2)
        }
    }

    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(Double), Arc::new(Double)];
    let futures = jobs.iter().map(|job| job.run(4));
    assert_eq!(run(join_all(futures)), [Ok(8), Ok(8)]);
    assert_eq!(ends("async.trait_object"), "2 success");
}

/// Trap 14
#[test]
fn an_async_trait_without_send_is_guarded() {
    #[async_trait(?Send)]
    trait Local {
        async fn run(&self, shared: Rc<Cell<u32>>) -> Result<u32, Error>;
    }

    struct Job;

    #[async_trait(?Send)]
    impl Local for Job {
        #[circuit_breaker(name = "async.trait_local")]
        async fn run(&self, shared: Rc<Cell<u32>>) -> Result<u32, Error> {
            let kept = Rc::clone(&shared);
            pause().await;
            kept.set(kept.get() + 1);
            Ok(shared.get())
        }
    }

    assert_eq!(run(Job.run(Rc::new(Cell::new(1)))), Ok(2));
    assert_eq!(ends("async.trait_local"), "1 success");
}

/// Trap 14
#[test]
fn an_async_trait_with_generics_and_patterns_is_guarded() {
    #[async_trait]
    trait Send2<T> {
        async fn send<'a, U>(&'a self, pair: (T, u32), more: &'a [U]) -> Result<(T, usize), Error>
        where
            U: Sync + 'a,
            T: 'a;
    }

    struct Wire<const N: usize>;

    #[async_trait]
    impl<T: Send + 'static, const N: usize> Send2<T> for Wire<N> {
        #[circuit_breaker(name = "async.trait_generics")]
        async fn send<'a, U>(
            &'a self,
            (value, mut count): (T, u32),
            more: &'a [U],
        ) -> Result<(T, usize), Error>
        where
            U: Sync + 'a,
            T: 'a,
        {
            count += 1;
            pause().await;
            Ok((value, count as usize + more.len() + N))
        }
    }

    assert_eq!(run(Wire::<10>.send(("x", 1), &[1, 2, 3])), Ok(("x", 15)));
    assert_eq!(ends("async.trait_generics"), "1 success");
}

/// Trap 14
#[test]
fn a_dropped_future_of_an_async_trait_is_cancelled() {
    #[async_trait]
    trait Job {
        async fn run(&self) -> Result<u32, Error>;
    }

    struct Slow;

    #[async_trait]
    impl Job for Slow {
        #[circuit_breaker(name = "async.trait_cancelled")]
        async fn run(&self) -> Result<u32, Error> {
            pause().await;
            Ok(1)
        }
    }

    let mut future = Slow.run();
    assert!(poll_once(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(ends("async.trait_cancelled"), "1 cancelled");
}

/// Trap 14
#[test]
fn a_method_written_as_async_trait_writes_it_is_guarded() {
    struct Client(u32);

    impl Client {
        #[circuit_breaker(name = "async.by_hand", fallback = Self::later)]
        fn get<'life, 'fut>(
            &'life self,
            by: String,
        ) -> Pin<Box<dyn Future<Output = Result<usize, Error>> + Send + 'fut>>
        where
            'life: 'fut,
            Self: 'fut,
        {
            Box::pin(async move {
                pause().await;
                Ok(self.0 as usize + by.len())
            })
        }

        async fn later(&self, by: String) -> Result<usize, Error> {
            Ok(by.len())
        }
    }

    assert_eq!(run(assert_send(Client(4).get("ab".into()))), Ok(6));
    open("async.by_hand");
    assert_eq!(run(Client(4).get("ab".into())), Ok(2));
}

/// Trap 14
#[test]
fn box_futures_are_guarded() {
    #[circuit_breaker(name = "async.box_future")]
    fn call(text: &str) -> BoxFuture<'_, Result<usize, Error>> {
        async move {
            pause().await;
            Ok(text.len())
        }
        .boxed()
    }

    #[circuit_breaker(name = "async.box_future_path")]
    fn by_path<'a>(text: &'a str) -> futures::future::BoxFuture<'a, Result<usize, Error>> {
        Box::pin(call(text))
    }

    #[circuit_breaker(name = "async.local_box_future")]
    fn local(text: Rc<str>) -> LocalBoxFuture<'static, Result<usize, Error>> {
        Box::pin(async move {
            pause().await;
            Ok(text.len())
        })
    }

    assert_eq!(run(assert_send(by_path("abc"))), Ok(3));
    assert_eq!(run(local("ab".into())), Ok(2));
    drop(local("ab".into()));
    assert_eq!(ends("async.box_future"), "1 success");
    assert_eq!(ends("async.box_future_path"), "1 success");
    assert_eq!(ends("async.local_box_future"), "1 success");
}

/// Trap 14
#[test]
fn a_boxed_future_from_another_function_is_guarded() {
    async fn inner(value: u32) -> Result<u32, Error> {
        pause().await;
        if value == 0 {
            Err(Error::Down)
        } else {
            Ok(value)
        }
    }

    #[circuit_breaker(name = "async.boxed_other")]
    fn call(value: u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
        Box::pin(inner(value))
    }

    #[circuit_breaker(name = "async.impl_other")]
    fn call_impl(value: u32) -> impl Future<Output = Result<u32, Error>> + Send + 'static {
        inner(value)
    }

    assert_eq!((run(call(0)), run(call(1))), (Err(Error::Down), Ok(1)));
    assert_eq!(
        (run(call_impl(0)), run(assert_send(call_impl(1)))),
        (Err(Error::Down), Ok(1))
    );
    assert_eq!(ends("async.boxed_other"), "1 success, 1 failure");
    assert_eq!(ends("async.impl_other"), "1 success, 1 failure");
}

/// Trap 14
#[test]
fn an_impl_future_is_guarded_with_its_borrows() {
    #[circuit_breaker(name = "async.impl_borrow")]
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

/// Trap 14
#[test]
fn an_impl_future_with_a_fallback_clones_its_arguments() {
    #[circuit_breaker(name = "async.impl_fallback", fallback = later)]
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
    open("async.impl_fallback");
    assert_eq!(run(call("a".into(), &1)), Ok("1a".into()));
    assert_eq!(
        ends("async.impl_fallback"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

/// Trap 14
#[test]
fn a_boxed_future_with_an_eager_part_and_a_fallback_closure() {
    #[circuit_breaker(name = "async.boxed_fallback", fallback = |_| Ok(text.len()))]
    fn call(text: String) -> BoxFuture<'static, Result<usize, Error>> {
        let doubled = text.repeat(2);
        Box::pin(async move { Ok(doubled.len()) })
    }

    assert_eq!(run(call("ab".into())), Ok(4));
    open("async.boxed_fallback");
    assert_eq!(run(call("ab".into())), Ok(2));
}

/// Trap 14
#[test]
fn an_async_method_of_a_trait_without_the_crate_is_guarded() {
    trait Job {
        fn run(&self, n: u32) -> impl Future<Output = Result<u32, Error>> + Send;

        #[circuit_breaker(name = "async.afit_default")]
        async fn run_twice(&self, n: u32) -> Result<u32, Error> {
            let n = self.run(n).await?;
            self.run(n).await
        }
    }

    struct Double;

    impl Job for Double {
        #[circuit_breaker(name = "async.afit")]
        async fn run(&self, n: u32) -> Result<u32, Error> {
            pause().await;
            Ok(n * 2)
        }
    }

    assert_eq!(run(assert_send(Double.run(2))), Ok(4));
    assert_eq!(run(Double.run_twice(2)), Ok(8));
    assert_eq!(ends("async.afit"), "3 success");
    assert_eq!(ends("async.afit_default"), "1 success");
}

// Trap 15: `Send`, panics and cancellation.

/// Trap 15
#[test]
fn a_future_over_borrowed_arguments_is_send() {
    #[circuit_breaker(name = "async.send_borrowed")]
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

/// Trap 15
#[test]
fn a_future_is_send_with_a_fallback_and_a_classifier() {
    #[circuit_breaker(
        name = "async.send_fallback",
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

/// Trap 15
#[test]
fn a_future_over_a_send_type_parameter_is_send() {
    #[circuit_breaker(name = "async.send_generic")]
    async fn call<T: Send>(value: T) -> Result<T, Error> {
        pause().await;
        Ok(value)
    }

    fn spawnable<T: Send>(value: T) -> impl Future<Output = Result<T, Error>> + Send {
        call(value)
    }

    assert_eq!(run(spawnable(Cell::new(1))), Ok(Cell::new(1)));
}

/// Trap 15
#[test]
fn a_future_is_sync_where_its_parts_are() {
    #[circuit_breaker(name = "async.sync")]
    async fn call(text: &str) -> Result<usize, Error> {
        pause_sync().await;
        Ok(text.len())
    }

    async fn pause_sync() {}

    assert_eq!(run(assert_sync(call("abc"))), Ok(3));
}

/// Trap 15
#[test]
fn a_future_with_higher_ranked_borrows_is_send_in_a_trait_object() {
    #[circuit_breaker(name = "async.send_higher_ranked")]
    async fn call(texts: &[&str], by: &dyn Fn(&str) -> bool) -> Result<usize, Error> {
        let count = texts.iter().filter(|text| by(text)).count();
        pause_with(&count).await;
        Ok(count)
    }

    async fn pause_with(_: &usize) {
        pause().await;
    }

    #[circuit_breaker(name = "async.send_stream")]
    async fn sum(texts: &[&str]) -> Result<usize, Error> {
        let lengths = stream::iter(texts).then(|text| async move { text.len() });
        Ok(lengths.fold(0, |sum, length| ready(sum + length)).await)
    }

    assert_eq!(run(call(&["a", "bc"], &|text| text.len() > 1)), Ok(1));
    let boxed: BoxFuture<'_, _> = Box::pin(sum(&["a", "bc"]));
    assert_eq!(run(boxed), Ok(3));
}

/// Trap 15
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guarded_futures_are_spawned() {
    #[circuit_breaker(name = "async.spawned")]
    async fn call(value: u32) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(value)
    }

    let tasks: Vec<_> = (0..8).map(|value| tokio::spawn(call(value))).collect();
    for (value, task) in (0..).zip(tasks) {
        assert_eq!(task.await.unwrap(), Ok(value));
    }
    assert_eq!(ends("async.spawned"), "8 success");
}

/// Trap 15
#[tokio::test]
async fn an_rc_lives_across_an_await_on_a_local_set() {
    #[circuit_breaker(name = "async.local_set")]
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
    assert_eq!(ends("async.local_set"), "1 success");
}

/// Trap 15
#[test]
fn a_panic_in_a_poll_is_a_failure_and_goes_on() {
    #[circuit_breaker(name = "async.panic")]
    async fn call(up: bool) -> Result<u32, Error> {
        pause().await;
        assert!(up, "the wire is cut");
        Ok(1)
    }

    assert_eq!(panic_of(|| run(call(false))), "the wire is cut");
    assert_eq!(run(call(true)), Ok(1));
    assert_eq!(ends("async.panic"), "1 success, 1 failure");
}

/// Trap 15
#[test]
fn a_panic_in_the_first_poll_is_a_failure() {
    #[circuit_breaker(name = "async.panic_first")]
    async fn call() -> Result<u32, Error> {
        panic!("at once")
    }

    assert_eq!(panic_of(|| run(call())), "at once");
    assert_eq!(ends("async.panic_first"), "1 failure");
}

/// Trap 15
#[test]
fn a_panic_in_a_poll_is_a_failure_when_the_future_is_dropped_later() {
    #[circuit_breaker(name = "async.panic_kept")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        panic!("cut")
    }

    let mut future = Box::pin(call());
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(panic_of(|| poll_once(future.as_mut()).is_ready()), "cut");
    drop(future);
    assert_eq!(ends("async.panic_kept"), "1 failure");
}

/// Trap 15
#[test]
fn a_dropped_future_is_cancelled() {
    #[circuit_breaker(name = "async.cancelled")]
    async fn call(guard: Noisy) -> Result<u32, Error> {
        pause().await;
        drop(guard);
        Ok(1)
    }

    let log = Log::default();
    let mut future = Box::pin(call(log.noisy("guard")));
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(ends("async.cancelled"), "nothing");
    drop(future);
    assert_eq!(log.take(), ["guard"]);
    assert_eq!(ends("async.cancelled"), "1 cancelled");
}

/// Trap 15
#[test]
fn a_future_dropped_by_a_panic_elsewhere_is_cancelled() {
    #[circuit_breaker(name = "async.unwound_elsewhere")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    let message = panic_of(|| {
        let mut future = Box::pin(call());
        assert!(poll_once(future.as_mut()).is_pending());
        panic!("elsewhere");
    });
    assert_eq!(message, "elsewhere");
    assert_eq!(ends("async.unwound_elsewhere"), "1 cancelled");
}

/// Trap 15
#[test]
fn a_future_polled_to_its_end_while_the_thread_unwinds_is_judged_by_its_value() {
    #[circuit_breaker(name = "async.polled_while_unwinding")]
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
    assert_eq!(ends("async.polled_while_unwinding"), "1 success");
}

/// Trap 15
#[test]
fn a_future_dropped_in_the_panicking_poll_of_another_is_cancelled() {
    #[circuit_breaker(name = "async.inner_cancelled")]
    async fn inner() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    #[circuit_breaker(name = "async.outer_panics")]
    async fn outer() -> Result<u32, Error> {
        let mut pending = Box::pin(inner());
        assert!(poll_once(pending.as_mut()).is_pending());
        panic!("outer");
    }

    assert_eq!(panic_of(|| run(outer())), "outer");
    assert_eq!(ends("async.inner_cancelled"), "1 cancelled");
    assert_eq!(ends("async.outer_panics"), "1 failure");
}

/// Trap 15
#[test]
fn a_panic_under_two_polls_is_a_failure_of_both() {
    #[circuit_breaker(name = "async.inner_panics")]
    async fn inner() -> Result<u32, Error> {
        pause().await;
        panic!("inner")
    }

    #[circuit_breaker(name = "async.outer_unwinds")]
    async fn outer() -> Result<u32, Error> {
        inner().await
    }

    assert_eq!(panic_of(|| run(outer())), "inner");
    assert_eq!(ends("async.inner_panics"), "1 failure");
    assert_eq!(ends("async.outer_unwinds"), "1 failure");
}

/// Trap 15
#[tokio::test(start_paused = true)]
async fn a_future_that_a_timeout_drops_early_is_cancelled() {
    #[circuit_breaker(name = "async.timeout")]
    async fn call() -> Result<u32, Error> {
        std::future::pending().await
    }

    assert!(
        tokio::time::timeout(Duration::from_millis(10), call())
            .await
            .is_err()
    );
    assert_eq!(ends("async.timeout"), "1 cancelled");
}

/// Trap 15
#[tokio::test]
async fn an_aborted_task_is_cancelled() {
    #[circuit_breaker(name = "async.aborted")]
    async fn call(began: Arc<tokio::sync::Notify>) -> Result<u32, Error> {
        began.notify_one();
        std::future::pending().await
    }

    let began = Arc::new(tokio::sync::Notify::new());
    let task = tokio::spawn(call(Arc::clone(&began)));
    began.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(ends("async.aborted"), "1 cancelled");
}

/// Trap 15
#[tokio::test]
async fn the_loser_of_a_select_is_cancelled() {
    #[circuit_breaker(name = "async.select_winner")]
    async fn winner() -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(1)
    }

    #[circuit_breaker(name = "async.select_loser")]
    async fn loser() -> Result<u32, Error> {
        std::future::pending().await
    }

    let answer = tokio::select! {
        biased;
        answer = loser() => answer,
        answer = winner() => answer,
    };
    assert_eq!(answer, Ok(1));
    assert_eq!(ends("async.select_winner"), "1 success");
    assert_eq!(ends("async.select_loser"), "1 cancelled");
}

/// Trap 15
#[tokio::test]
async fn a_body_may_select_and_join() {
    #[circuit_breaker(name = "async.body_selects")]
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
    assert_eq!(ends("async.body_selects"), "1 success");
}

/// Trap 15
#[tokio::test]
async fn a_lock_of_tokio_is_held_across_an_await() {
    #[circuit_breaker(name = "async.mutex")]
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
    assert_eq!(ends("async.mutex"), "4 success");
}

/// Trap 15
#[test]
fn a_body_may_consume_a_stream() {
    #[circuit_breaker(name = "async.stream")]
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
    assert_eq!(ends("async.stream"), "1 success, 1 failure");
}

/// Trap 15
#[test]
fn guarded_futures_run_in_a_set() {
    #[circuit_breaker(name = "async.unordered")]
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
    assert_eq!(ends("async.unordered"), "5 success");
}

/// Trap 15
#[test]
fn a_body_may_return_a_stream() {
    #[circuit_breaker(name = "async.returns_stream")]
    async fn call<'a>(values: &'a [u32], by: u32) -> Result<impl Stream<Item = u32> + 'a, Error> {
        pause().await;
        Ok(stream::iter(values).map(move |value| value * by))
    }

    assert_eq!(
        run(async { call(&[1, 2], 3).await.unwrap().collect::<Vec<_>>().await }),
        [3, 6]
    );
}

/// Trap 15
#[test]
fn arguments_of_several_lifetimes_live_across_awaits() {
    struct Parts<'a> {
        text: &'a str,
    }

    #[circuit_breaker(name = "async.lifetimes")]
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

/// Trap 15
#[test]
fn a_reference_with_an_elided_lifetime_is_returned_from_an_async_method() {
    struct Cache(HashMap<u32, String>);

    impl Cache {
        #[circuit_breaker(name = "async.elided")]
        async fn get(&self, key: u32) -> Result<&str, Error> {
            pause().await;
            self.0.get(&key).map(String::as_str).ok_or(Error::Down)
        }

        #[circuit_breaker(name = "async.elided_mut")]
        async fn entry(&mut self, key: u32, default: &str) -> Result<&mut String, Error> {
            let entry = self.0.entry(key).or_insert_with(|| default.to_owned());
            pause().await;
            Ok(entry)
        }
    }

    let mut cache = Cache(HashMap::new());
    run(cache.entry(1, "a")).unwrap().push('!');
    assert_eq!(run(cache.get(1)), Ok("a!"));
    assert_eq!(run(cache.get(2)), Err(Error::Down));
}

/// Trap 15
#[test]
fn async_closures_stand_in_the_body_and_in_the_arguments() {
    #[circuit_breaker(name = "async.async_fn_mut")]
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

    #[circuit_breaker(name = "async.async_closure")]
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

/// Trap 15
#[test]
fn nested_async_blocks_stay_what_they_are() {
    #[circuit_breaker(name = "async.nested_blocks")]
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

/// Trap 15
#[test]
fn a_future_that_is_leaked_counts_nothing() {
    #[circuit_breaker(name = "async.leaked")]
    async fn call() -> Result<u32, Error> {
        pause().await;
        Ok(1)
    }

    let mut future = Box::pin(call());
    assert!(poll_once(future.as_mut()).is_pending());
    std::mem::forget(future);
    assert_eq!(ends("async.leaked"), "nothing");
}

/// Trap 15
#[test]
fn a_waker_of_the_caller_reaches_the_body() {
    #[circuit_breaker(name = "async.waker")]
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

// Trap 16: recursion.

/// Trap 16
#[test]
fn an_async_function_recurses_through_a_box() {
    #[circuit_breaker(name = "async.recursion")]
    async fn sum(n: u32) -> Result<u32, Error> {
        if n == 0 {
            return Ok(0);
        }
        pause().await;
        Ok(n + Box::pin(sum(n - 1)).await?)
    }

    assert_eq!(run(assert_send(sum(4))), Ok(10));
    assert_eq!(ends("async.recursion"), "5 success");
}

/// Trap 16
#[test]
fn async_functions_recurse_through_each_other() {
    #[circuit_breaker(name = "async.recursion_even")]
    async fn even(n: u32) -> Result<bool, Error> {
        if n == 0 {
            Ok(true)
        } else {
            Box::pin(odd(n - 1)).await
        }
    }

    #[circuit_breaker(name = "async.recursion_odd")]
    async fn odd(n: u32) -> Result<bool, Error> {
        if n == 0 {
            Ok(false)
        } else {
            Box::pin(even(n - 1)).await
        }
    }

    assert_eq!(run(even(5)), Ok(false));
    assert_eq!(ends("async.recursion_even"), "3 success");
    assert_eq!(ends("async.recursion_odd"), "3 success");
}

/// Trap 16
#[test]
fn a_function_with_a_boxed_future_recurses() {
    #[circuit_breaker(name = "async.recursion_boxed")]
    fn depth(tree: &[Vec<u32>]) -> BoxFuture<'_, Result<usize, Error>> {
        Box::pin(async move {
            let Some((_, rest)) = tree.split_first() else {
                return Ok(0);
            };
            Ok(1 + depth(rest).await?)
        })
    }

    #[circuit_breaker(name = "async.recursion_eager")]
    fn count(n: u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
        if n == 0 {
            return Box::pin(async { Ok(0) });
        }
        Box::pin(async move { Ok(1 + count(n - 1).await?) })
    }

    assert_eq!(run(depth(&[vec![], vec![], vec![]])), Ok(3));
    assert_eq!(run(assert_send(count(3))), Ok(3));
    assert_eq!(ends("async.recursion_boxed"), "4 success");
    assert_eq!(ends("async.recursion_eager"), "4 success");
}

/// Trap 16
#[test]
fn an_async_method_recurses_with_borrows() {
    struct Node {
        value: u32,
        children: Vec<Node>,
    }

    impl Node {
        #[circuit_breaker(name = "async.recursion_method")]
        async fn visit(&self, seen: &mut Vec<u32>) -> Result<(), Error> {
            seen.push(self.value);
            pause().await;
            for child in &self.children {
                Box::pin(child.visit(seen)).await?;
            }
            Ok(())
        }
    }

    let leaf = |value| Node {
        value,
        children: vec![],
    };
    let tree = Node {
        value: 1,
        children: vec![leaf(2), leaf(3)],
    };
    let mut seen = vec![];
    assert_eq!(run(assert_send(tree.visit(&mut seen))), Ok(()));
    assert_eq!(seen, [1, 2, 3]);
    assert_eq!(ends("async.recursion_method"), "3 success");
}

// Trap 17: the size of the future.

/// What the permit and the marks of one guarded future may take.
const OVERHEAD: usize = 256;

/// Trap 17
#[test]
fn locals_across_awaits_are_not_stored_twice() {
    #[circuit_breaker(name = "async.size_locals")]
    async fn call(seed: u8) -> Result<u8, Error> {
        let buffer = [seed; 4096];
        pause().await;
        Ok(buffer[usize::from(seed)])
    }

    async fn plain(seed: u8) -> Result<u8, Error> {
        let buffer = [seed; 4096];
        pause().await;
        Ok(buffer[usize::from(seed)])
    }

    let (guarded, bare) = (size_of_val(&call(1)), size_of_val(&plain(1)));
    assert!(
        guarded <= bare + OVERHEAD,
        "{guarded} bytes instead of {bare}"
    );
}

/// Trap 17
#[test]
fn awaited_futures_are_not_stored_twice() {
    async fn big(seed: u8) -> Result<u8, Error> {
        let buffer = [seed; 2048];
        pause().await;
        Ok(buffer[1])
    }

    #[circuit_breaker(name = "async.size_inner")]
    async fn call(seed: u8) -> Result<u8, Error> {
        let first = big(seed).await?;
        big(first).await
    }

    async fn plain(seed: u8) -> Result<u8, Error> {
        let first = big(seed).await?;
        big(first).await
    }

    let (guarded, bare) = (size_of_val(&call(1)), size_of_val(&plain(1)));
    assert!(
        guarded <= bare + OVERHEAD,
        "{guarded} bytes instead of {bare}"
    );
}

/// Trap 17
#[test]
fn arguments_are_stored_at_most_once_more() {
    #[circuit_breaker(name = "async.size_arguments")]
    async fn call(buffer: [u8; 1024]) -> Result<u8, Error> {
        pause().await;
        Ok(buffer[1])
    }

    async fn plain(buffer: [u8; 1024]) -> Result<u8, Error> {
        pause().await;
        Ok(buffer[1])
    }

    let (guarded, bare) = (
        size_of_val(&call([0; 1024])),
        size_of_val(&plain([0; 1024])),
    );
    assert!(
        guarded <= bare + 1024 + OVERHEAD,
        "{guarded} bytes instead of {bare}"
    );
}

/// Trap 17
#[test]
fn nested_guarded_futures_grow_by_a_constant_each() {
    #[circuit_breaker(name = "async.size_chain_1")]
    async fn one(seed: u8) -> Result<u8, Error> {
        let buffer = [seed; 1024];
        pause().await;
        Ok(buffer[2])
    }

    #[circuit_breaker(name = "async.size_chain_2")]
    async fn two(seed: u8) -> Result<u8, Error> {
        one(seed).await
    }

    #[circuit_breaker(name = "async.size_chain_3")]
    async fn three(seed: u8) -> Result<u8, Error> {
        two(seed).await
    }

    let (inner, outer) = (size_of_val(&one(1)), size_of_val(&three(1)));
    assert!(
        outer <= inner + 2 * OVERHEAD,
        "{outer} bytes instead of {inner}"
    );
}

/// Trap 17
#[test]
fn a_guarded_future_is_small_where_the_plain_one_is() {
    #[circuit_breaker(name = "async.size_small")]
    async fn call() -> Result<u8, BreakerError> {
        Ok(1)
    }

    let size = size_of_val(&call());
    assert!(size <= OVERHEAD, "{size} bytes");
}

/// Says when it is dropped how many calls its breaker had counted by then.
struct Counted<'a>(&'a std::sync::Mutex<Option<u64>>);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let breaker = Registry::global().get("asynchronous.given_up").unwrap();
        *self.0.lock().unwrap() = Some(breaker.snapshot().totals.calls);
    }
}

#[circuit_breaker(name = "asynchronous.given_up")]
async fn held(seen: &std::sync::Mutex<Option<u64>>) -> Result<(), BreakerError> {
    let _held = Counted(seen);
    std::future::pending::<()>().await;
    Ok(())
}

#[test]
fn a_call_that_is_given_up_ends_after_what_it_holds_is_gone() {
    let seen = std::sync::Mutex::new(None);
    {
        let mut call = std::pin::pin!(held(&seen));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(*seen.lock().unwrap(), Some(0));
    let totals = Registry::global()
        .get("asynchronous.given_up")
        .unwrap()
        .snapshot()
        .totals;
    assert_eq!(totals.cancelled, 1);
}
