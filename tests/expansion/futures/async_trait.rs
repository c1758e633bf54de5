//! Methods of traits under `#[async_trait]`.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use breaker_runtime::circuit_breaker;
use futures::future::join_all;

use crate::expansion::{Error, assert_send, ends, open, pause, poll_once, run};

#[async_trait]
trait Store {
    async fn get(&self, key: &str) -> Result<String, Error>;

    async fn put(&mut self, key: String, value: &str) -> Result<usize, Error>;

    #[circuit_breaker(name = "async_trait.trait_default")]
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
    #[circuit_breaker(name = "async_trait.trait_get")]
    async fn get(&self, key: &str) -> Result<String, Error> {
        pause().await;
        let Some(value) = self.0.get(key) else {
            return Err(Error::Down);
        };
        Ok(value.clone())
    }

    #[circuit_breaker(name = "async_trait.trait_put", fallback = Self::decline)]
    async fn put(&mut self, mut key: String, value: &str) -> Result<usize, Error> {
        pause().await;
        key.make_ascii_lowercase();
        self.0.insert(key, value.to_owned());
        Ok(self.0.len())
    }

    #[circuit_breaker(name = "async_trait.trait_ping")]
    async fn ping(times: u32) -> Result<u32, Error> {
        if times == 0 {
            Err(Error::Down)?;
        }
        Ok(times)
    }
}

impl Memory {
    async fn decline(&mut self, key: String, value: &str) -> Result<usize, Error> {
        pause().await;
        Err(Error::Declined((key.len() + value.len()) as u32))
    }
}

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
    assert_eq!(ends("async_trait.trait_get"), "3 success, 1 failure");
    assert_eq!(ends("async_trait.trait_default"), "1 success");
    assert_eq!(ends("async_trait.trait_ping"), "1 success, 1 failure");

    open("async_trait.trait_put");
    assert_eq!(run(memory.put("key".into(), "v")), Err(Error::Declined(4)));
    assert_eq!(
        ends("async_trait.trait_put"),
        "1 success, 1 rejected, 1 fallback failure"
    );
}

#[test]
fn an_async_trait_object_is_guarded() {
    #[async_trait]
    trait Job: Send + Sync {
        async fn run(&self, n: u32) -> Result<u32, Error>;
    }

    struct Double;

    #[async_trait]
    impl Job for Double {
        #[circuit_breaker(name = "async_trait.trait_object")]
        async fn run(&self, n: u32) -> Result<u32, Error> {
            pause().await;
            Ok(n * 2)
        }
    }

    let jobs: Vec<Arc<dyn Job>> = vec![Arc::new(Double), Arc::new(Double)];
    let futures = jobs.iter().map(|job| job.run(4));
    assert_eq!(run(join_all(futures)), [Ok(8), Ok(8)]);
    assert_eq!(ends("async_trait.trait_object"), "2 success");
}

#[test]
fn an_async_trait_without_send_is_guarded() {
    #[async_trait(?Send)]
    trait Local {
        async fn run(&self, shared: Rc<Cell<u32>>) -> Result<u32, Error>;
    }

    struct Job;

    #[async_trait(?Send)]
    impl Local for Job {
        #[circuit_breaker(name = "async_trait.trait_local")]
        async fn run(&self, shared: Rc<Cell<u32>>) -> Result<u32, Error> {
            let kept = Rc::clone(&shared);
            pause().await;
            kept.set(kept.get() + 1);
            Ok(shared.get())
        }
    }

    assert_eq!(run(Job.run(Rc::new(Cell::new(1)))), Ok(2));
    assert_eq!(ends("async_trait.trait_local"), "1 success");
}

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
        #[circuit_breaker(name = "async_trait.trait_generics")]
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
    assert_eq!(ends("async_trait.trait_generics"), "1 success");
}

#[test]
fn a_dropped_future_of_an_async_trait_is_cancelled() {
    #[async_trait]
    trait Job {
        async fn run(&self) -> Result<u32, Error>;
    }

    struct Slow;

    #[async_trait]
    impl Job for Slow {
        #[circuit_breaker(name = "async_trait.trait_cancelled")]
        async fn run(&self) -> Result<u32, Error> {
            pause().await;
            Ok(1)
        }
    }

    let mut future = Slow.run();
    assert!(poll_once(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(ends("async_trait.trait_cancelled"), "1 cancelled");
}

#[test]
fn a_method_in_the_form_that_async_trait_generates_is_guarded() {
    struct Client(u32);

    impl Client {
        #[circuit_breaker(name = "async_trait.by_hand", fallback = Self::later)]
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
    open("async_trait.by_hand");
    assert_eq!(run(Client(4).get("ab".into())), Ok(2));
}

#[async_trait]
trait Ledger: Send {
    async fn add(&mut self, entry: &mut String, amount: u32) -> Result<u32, Error>;
    async fn later(&mut self, entry: &mut String, amount: u32) -> Result<u32, Error>;
    async fn note(&mut self, entry: &mut String) -> Result<u32, Error>;
}

struct Account {
    calls: u32,
}

#[async_trait]
impl Ledger for Account {
    #[circuit_breaker(name = "async_trait.ledger_add", fallback = Self::later, fallback_on = any)]
    async fn add(&mut self, entry: &mut String, amount: u32) -> Result<u32, Error> {
        pause().await;
        self.calls += amount;
        entry.push('a');
        Err(Error::Down)
    }

    async fn later(&mut self, entry: &mut String, amount: u32) -> Result<u32, Error> {
        entry.push('l');
        Ok(self.calls + amount)
    }

    #[circuit_breaker(name = "async_trait.ledger_note", fallback = |_| Ok(entry.len() as u32), fallback_on = any)]
    async fn note(&mut self, entry: &mut String) -> Result<u32, Error> {
        pause().await;
        entry.push('n');
        Err(Error::Down)
    }
}

#[tokio::test]
async fn an_async_trait_method_lends_its_exclusive_references_to_the_body() {
    let mut account = Account { calls: 0 };
    let mut entry = String::new();
    assert_eq!(account.add(&mut entry, 5).await, Ok(10));
    assert_eq!(entry, "al");
    assert_eq!(account.note(&mut entry).await, Ok(3));
}
