//! Fallbacks that are closures: what they see, capture and return.

use std::fmt::Display;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex};

use breaker_runtime::{BreakerError, CallError, circuit_breaker};
use futures::future::BoxFuture;

use crate::expansion::{Error, assert_send, breaker, ends, open, pause, run};

#[test]
fn a_fallback_closure_moves_the_arguments() {
    #[circuit_breaker(name = "fallback_closures.closure_moves", fallback = |_| Ok(names))]
    fn call(names: Vec<String>) -> Result<Vec<String>, Error> {
        Ok(names.into_iter().rev().collect())
    }

    let names = || vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(call(names()), Ok(vec!["b".to_owned(), "a".to_owned()]));
    open("fallback_closures.closure_moves");
    assert_eq!(call(names()), Ok(names()));
}

#[test]
fn a_fallback_closure_sees_self_and_mutable_arguments() {
    struct Client {
        cached: u32,
    }

    impl Client {
        #[circuit_breaker(name = "fallback_closures.closure_self", fallback = |_| {
            missed.push(key);
            self.cached += 1;
            Ok(self.cached)
        })]
        fn get(&mut self, key: u32, missed: &mut Vec<u32>) -> Result<u32, Error> {
            missed.clear();
            self.cached = key;
            Ok(key)
        }
    }

    let mut client = Client { cached: 0 };
    let mut missed = vec![];
    assert_eq!(client.get(7, &mut missed), Ok(7));
    open("fallback_closures.closure_self");
    assert_eq!(client.get(9, &mut missed), Ok(8));
    assert_eq!(missed, [9]);
}

#[test]
fn a_fallback_closure_goes_on_after_a_leading_block() {
    #[circuit_breaker(name = "fallback_closures.closure_block", failure(0), fallback = |error| match error {
        BreakerError::Rejected(_) => 40,
        _ => 0,
    } + 2)]
    fn added() -> u32 {
        1
    }

    #[circuit_breaker(name = "fallback_closures.closure_cast", failure(0), fallback = |error| (if error.to_string().is_empty() {
        0_u8
    } else {
        7
    } as u32))]
    fn cast() -> u32 {
        1
    }

    open("fallback_closures.closure_block");
    open("fallback_closures.closure_cast");
    assert_eq!((added(), cast()), (42, 7));
}

#[test]
fn a_fallback_closure_sees_the_error() {
    #[circuit_breaker(name = "fallback_closures.closure_error", fallback = |error| Err(error.to_string()))]
    fn call() -> Result<u32, String> {
        Ok(1)
    }

    #[circuit_breaker(name = "fallback_closures.closure_typed_error", fallback = |error: BreakerError| match error {
        BreakerError::Rejected(_) => Ok(0),
        other => Err(other),
    })]
    fn typed() -> Result<u32, BreakerError> {
        Ok(1)
    }

    open("fallback_closures.closure_error");
    open("fallback_closures.closure_typed_error");
    assert!(
        call()
            .unwrap_err()
            .contains("fallback_closures.closure_error")
    );
    assert_eq!(typed(), Ok(0));
}

#[test]
fn a_fallback_closure_may_return_early() {
    #[circuit_breaker(name = "fallback_closures.closure_question", fallback = |_| Ok(text.parse::<u32>()? + 100))]
    fn call(text: &str) -> Result<u32, Error> {
        Ok(text.parse()?)
    }

    assert_eq!(call("1"), Ok(1));
    open("fallback_closures.closure_question");
    assert_eq!(call("1"), Ok(101));
    assert!(matches!(call("x"), Err(Error::Number(_))));
    assert_eq!(
        ends("fallback_closures.closure_question"),
        "1 success, 2 rejected, 1 fallback success, 1 fallback failure"
    );
}

#[test]
fn a_fallback_coerces_to_the_return_type() {
    #[circuit_breaker(name = "fallback_closures.coerces", fallback = |_| Ok(Box::new("cached")))]
    fn call(n: u32) -> Result<Box<dyn Display>, Error> {
        Ok(Box::new(n))
    }

    assert_eq!(call(1).unwrap().to_string(), "1");
    open("fallback_closures.coerces");
    assert_eq!(call(1).unwrap().to_string(), "cached");
}

#[test]
fn an_async_fallback_closure_may_await() {
    async fn cached(key: &str) -> Result<String, Error> {
        pause().await;
        Ok(format!("cached {key}"))
    }

    #[circuit_breaker(name = "fallback_closures.async_closure", fallback = |_| cached(&key).await)]
    async fn call(key: String) -> Result<String, Error> {
        Ok(key)
    }

    #[circuit_breaker(name = "fallback_closures.async_closure_block", fallback = |error| {
        pause().await;
        let text = cached("b").await?;
        Ok(format!("{text}: {}", matches!(error, BreakerError::Rejected(_))))
    })]
    async fn call_block() -> Result<String, Error> {
        Ok(String::new())
    }

    open("fallback_closures.async_closure");
    open("fallback_closures.async_closure_block");
    assert_eq!(run(assert_send(call("a".into()))), Ok("cached a".into()));
    assert_eq!(run(assert_send(call_block())), Ok("cached b: true".into()));
}

#[test]
fn a_closure_makes_the_value_of_a_foreign_error() {
    #[circuit_breaker(name = "fallback_closures.foreign", fallback = |error| Err(std::io::Error::other(error)))]
    fn call() -> std::io::Result<()> {
        std::fs::metadata("/").map(drop)
    }

    #[circuit_breaker(name = "fallback_closures.foreign_unit", fallback = |_| Err(()))]
    fn call_unit() -> Result<u32, ()> {
        Ok(1)
    }

    assert!(call().is_ok());
    open("fallback_closures.foreign");
    open("fallback_closures.foreign_unit");
    assert!(
        call()
            .unwrap_err()
            .to_string()
            .contains("fallback_closures.foreign")
    );
    assert_eq!(call_unit(), Err(()));
}

#[test]
fn a_macro_in_a_fallback_closure() {
    macro_rules! cached {
        ($key:expr) => {
            Ok(format!("cached {}", $key))
        };
    }

    #[circuit_breaker(name = "fallback_closures.macro", fallback = |_| cached!(key))]
    fn call(key: &str) -> Result<String, Error> {
        Ok(key.into())
    }

    open("fallback_closures.macro");
    assert_eq!(call("a"), Ok("cached a".into()));
}

#[derive(Clone)]
struct Service {
    name: String,
    calls: u32,
}

impl Service {
    fn new() -> Self {
        Self {
            name: "service".to_owned(),
            calls: 0,
        }
    }

    #[circuit_breaker(name = "fallback_closures.arc_self", fallback = |_| Ok(1), fallback_on = any)]
    async fn arc_self(self: Arc<Self>) -> Result<usize, Error> {
        pause().await;
        drop(self);
        Err(Error::Down)
    }

    #[circuit_breaker(name = "fallback_closures.own_self", fallback = |_| Ok(self.name.len()), fallback_on = any)]
    fn own_self(self) -> Result<usize, Error> {
        drop(self);
        Err(Error::Down)
    }

    #[circuit_breaker(name = "fallback_closures.moved_mut_self", fallback = |_| Ok(0), fallback_on = any)]
    fn moved_mut_self(&mut self) -> Result<u32, Error> {
        let this = self;
        this.calls += 1;
        Ok(this.calls)
    }

    #[circuit_breaker(name = "fallback_closures.own_self_future", fallback = |_| Ok(self.name.len()))]
    fn own_self_future(self) -> impl Future<Output = Result<usize, Error>> {
        let length = self.name.len() + 1;
        async move {
            pause().await;
            Ok(length)
        }
    }

    #[circuit_breaker(name = "fallback_closures.static_future", fallback = |_| Ok(0))]
    fn static_future(&self) -> BoxFuture<'static, Result<usize, Error>> {
        let this = self.clone();
        Box::pin(async move {
            pause().await;
            Ok(this.name.len())
        })
    }
}

#[tokio::test]
async fn the_receiver_reaches_a_fallback_closure_only_if_the_closure_names_it() {
    let service = Service::new();
    assert_eq!(Arc::new(service.clone()).arc_self().await, Ok(1));
    assert_eq!(service.clone().own_self(), Ok(7));
    assert_eq!(service.clone().moved_mut_self(), Ok(1));
    assert_eq!(service.clone().own_self_future().await, Ok(8));
    breaker("fallback_closures.own_self_future").force_open("test", None);
    assert_eq!(service.clone().own_self_future().await, Ok(7));
    assert_eq!(service.static_future().await, Ok(7));
}

#[circuit_breaker(name = "fallback_closures.static_argument", fallback = |_| Ok(0))]
fn static_argument(text: &str) -> BoxFuture<'static, Result<usize, Error>> {
    let text = text.to_owned();
    Box::pin(async move {
        pause().await;
        Ok(text.len())
    })
}

#[circuit_breaker(name = "fallback_closures.not_clone", fallback = |_| Ok(0), fallback_on = any)]
fn not_clone(service: Mutex<u32>) -> Result<u32, Error> {
    Ok(service.into_inner().unwrap())
}

#[tokio::test]
async fn a_closure_that_names_no_argument_adds_no_bound() {
    assert_eq!(static_argument("four").await, Ok(4));
    assert_eq!(not_clone(Mutex::new(3)), Ok(3));
}

#[circuit_breaker(
    name = "fallback_closures.typed_closure_error",
    fallback = |error: CallError<io::Error>| Err(io::Error::other(error.to_string())),
    fallback_on = any
)]
fn closure_error() -> io::Result<()> {
    Err(io::Error::other("the disk"))
}

#[test]
fn a_typed_closure_gets_the_error_of_the_call() {
    assert_eq!(closure_error().unwrap_err().to_string(), "the disk");
}
