//! The expression of `key`: what it can name, when it is evaluated, and what it may lock.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};

use async_trait::async_trait;
use breaker_runtime::circuit_breaker;

use super::calls::eager_boxed;
use super::{answer, opens_only_its_key};
use crate::expansion::{Error, assert_send, pause, poll_once, run};

struct Client {
    host: String,
    calls: u32,
}

impl Client {
    fn new(host: &str) -> Self {
        Self {
            host: host.to_owned(),
            calls: 0,
        }
    }

    fn key(&self) -> &str {
        &self.host
    }

    #[circuit_breaker(name = "key_expressions.method", key = self.host, threshold = 1)]
    fn ask(&self) -> Result<u32, Error> {
        answer(&self.host)
    }

    #[circuit_breaker(name = "key_expressions.method_mut", key = self.key(), threshold = 1)]
    fn count<'a>(&'a mut self, name: &str) -> Result<&'a mut u32, Error> {
        self.calls += answer(&self.host)?;
        self.host.push_str(name);
        Ok(&mut self.calls)
    }

    #[circuit_breaker(name = "key_expressions.method_owned", key = &self.host, threshold = 1)]
    fn spend(self) -> Result<String, Error> {
        answer(&self.host)?;
        Ok(self.host)
    }

    #[circuit_breaker(name = "key_expressions.method_async", key = self.host.clone(), threshold = 1)]
    async fn ask_later(&mut self) -> Result<u32, Error> {
        pause().await;
        self.calls += 1;
        answer(&self.host)
    }

    #[circuit_breaker(name = "key_expressions.method_boxed", key = self.host, threshold = 1)]
    fn ask_boxed(self: Box<Self>) -> Result<u32, Error> {
        let Client { host, .. } = *self;
        answer(host)
    }
}

#[test]
fn a_method_takes_its_key_from_self() {
    let [bad, good] = ["down", "up"].map(Client::new);
    opens_only_its_key(Client::ask, &bad, &good);
    opens_only_its_key(|host| Client::new(host).spend().map(|_| 1), "down", "up");
    opens_only_its_key(|host| run(Client::new(host).ask_later()), "down", "up");
    opens_only_its_key(|host| Box::new(Client::new(host)).ask_boxed(), "down", "up");

    let mut client = Client::new("up");
    *client.count(".").unwrap() += 5;
    assert_eq!((client.host.as_str(), client.calls), ("up.", 6));
    let mut client = Client::new("down");
    assert_eq!(client.count(".").err(), Some(Error::Down));
    assert!(client.count(".").unwrap_err().is_rejection());
}

#[async_trait]
trait Ask {
    async fn ask(&self, host: &str) -> Result<u32, Error>;
}

struct Service {
    zone: &'static str,
}

#[async_trait]
impl Ask for Service {
    #[circuit_breaker(name = "key_expressions.async_trait", key = format!("{}.{host}", self.zone), threshold = 1)]
    async fn ask(&self, host: &str) -> Result<u32, Error> {
        pause().await;
        answer(host)
    }
}

trait Named {
    const NAME: &'static str;

    #[circuit_breaker(name = "key_expressions.default_method", key = Self::NAME, threshold = 1)]
    fn call() -> Result<u32, Error> {
        answer(Self::NAME)
    }
}

struct Bad;

struct Good;

impl Named for Bad {
    const NAME: &'static str = "down";
}

impl Named for Good {
    const NAME: &'static str = "up";
}

#[test]
fn methods_of_traits_with_a_key() {
    let [east, west] = ["east", "west"].map(|zone| Service { zone });
    opens_only_its_key(|host| run(east.ask(host)), "down", "up");
    assert_eq!(run(west.ask("down")), Err(Error::Down));
    opens_only_its_key(
        |bad| if bad { Bad::call() } else { Good::call() },
        true,
        false,
    );
}

#[circuit_breaker(name = "key_expressions.same_word", key = key, threshold = 1)]
fn same_word(key: &str) -> Result<u32, Error> {
    answer(key)
}

#[circuit_breaker(name = "key_expressions.not_in_the_body", key = _host, threshold = 1)]
fn not_in_the_body(_host: &str, up: bool) -> Result<u32, Error> {
    if up { Ok(1) } else { Err(Error::Down) }
}

#[circuit_breaker(name = "key_expressions.block", threshold = 1, key = {
    let (host, _) = url.split_once('/').unwrap_or((url.as_str(), ""));
    host
})]
fn block(url: String) -> Result<u32, Error> {
    answer(url)
}

#[circuit_breaker(name = "key_expressions.branches", key = if zone > 5 { "far" } else { "near" }, threshold = 1)]
fn branches(mut zone: u32) -> Result<u32, Error> {
    zone += 1;
    if zone == 8 { Err(Error::Down) } else { Ok(1) }
}

#[test]
fn any_expression_over_the_arguments_is_a_key() {
    opens_only_its_key(same_word, "down", "up");
    opens_only_its_key(|host| not_in_the_body(host, host == "up"), "down", "up");
    opens_only_its_key(|url| block(String::from(url)), "down/a", "up/a");
    assert!(block("down/b".to_owned()).unwrap_err().is_rejection());
    opens_only_its_key(branches, 7, 3);
    assert!(branches(9).unwrap_err().is_rejection());
}

thread_local! {
    static EVALUATIONS: Cell<u32> = const { Cell::new(0) };
}

/// Counts how often a key is evaluated.
fn evaluated<K>(key: K) -> K {
    EVALUATIONS.set(EVALUATIONS.get() + 1);
    key
}

#[circuit_breaker(name = "key_expressions.once", key = evaluated(host), threshold = 1, fallback = |_| Ok(host.len() as u32))]
fn once(host: &str) -> Result<u32, Error> {
    assert_eq!(EVALUATIONS.get(), 1, "the key is evaluated before the body");
    answer(host)
}

#[circuit_breaker(name = "key_expressions.once_async", key = evaluated(&host), threshold = 1, fallback = later_async, fallback_on = any)]
async fn once_async(host: String) -> Result<u32, Error> {
    pause().await;
    pause().await;
    answer(host)
}

async fn later_async(_: String) -> Result<u32, Error> {
    pause().await;
    Ok(9)
}

#[circuit_breaker(name = "key_expressions.once_shown", key = evaluated(tenant))]
fn once_shown(tenant: u64) -> Result<u64, Error> {
    Ok(tenant)
}

#[circuit_breaker(name = "key_expressions.once_eager", key = evaluated(host))]
fn once_eager(host: &str) -> impl Future<Output = Result<usize, Error>> + use<> {
    let evaluations = EVALUATIONS.get();
    async move { Ok(evaluations as usize) }
}

#[test]
fn the_expression_is_evaluated_once_per_call_even_if_the_call_is_rejected() {
    let count = |call: &dyn Fn()| {
        EVALUATIONS.set(0);
        call();
        EVALUATIONS.get()
    };
    assert_eq!(count(&|| assert_eq!(once("up"), Ok(1))), 1);
    assert_eq!(count(&|| assert_eq!(once("down"), Err(Error::Down))), 1);
    assert_eq!(count(&|| assert_eq!(once("down"), Ok(4))), 1);
    for _ in 0..2 {
        let call = || assert_eq!(run(once_async("down".to_owned())), Ok(9));
        assert_eq!(count(&call), 1);
    }
    assert_eq!(count(&|| assert_eq!(once_shown(7), Ok(7))), 1);
    // The key is evaluated before the eager part of the function, which may consume its arguments.
    assert_eq!(count(&|| assert_eq!(run(once_eager("up")), Ok(1))), 1);
}

#[test]
fn the_expression_of_an_async_function_is_evaluated_at_the_first_poll() {
    EVALUATIONS.set(0);
    drop(once_async("up".to_owned()));
    let mut future = Box::pin(once_async("up".to_owned()));
    assert_eq!(EVALUATIONS.get(), 0);
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(EVALUATIONS.get(), 1);
    assert_eq!(run(future), Ok(1));
    assert_eq!(EVALUATIONS.get(), 1);
}

#[circuit_breaker(name = "key_expressions.interior", key = *host.borrow())]
async fn interior(host: &RefCell<&'static str>) -> Result<&'static str, Error> {
    // The expression borrows the cell and releases it before the body begins.
    Ok(host.replace("after"))
}

#[test]
fn the_key_is_that_of_the_first_poll() {
    let host = RefCell::new("before");
    let future = interior(&host);
    host.replace("meanwhile");
    assert_eq!(run(future), Ok("meanwhile"));
    assert_eq!(*host.borrow(), "after");
}

#[circuit_breaker(name = "key_expressions.locked", key = host.lock().unwrap())]
fn locked(host: &Mutex<String>) -> Result<bool, Error> {
    Ok(host.try_lock().is_ok())
}

#[circuit_breaker(name = "key_expressions.read", key = host.read().unwrap().as_str())]
async fn read(host: &RwLock<String>) -> Result<bool, Error> {
    pause().await;
    Ok(host.try_write().is_ok())
}

#[circuit_breaker(name = "key_expressions.locked_fallback", key = host.lock().unwrap(), fallback = |_| Ok(host.try_lock().is_ok()))]
fn locked_fallback(host: &Mutex<String>) -> Result<bool, Error> {
    Ok(host.try_lock().is_ok())
}

#[circuit_breaker(name = "key_expressions.locked_eager", key = host.lock().unwrap())]
fn locked_eager(host: &Mutex<String>) -> impl Future<Output = Result<bool, Error>> {
    let free = host.try_lock().is_ok();
    async move { Ok(free && host.try_lock().is_ok()) }
}

#[tokio::test]
async fn a_lock_of_the_expression_is_released_before_the_body_runs() {
    let host = Mutex::new("up".to_owned());
    assert_eq!(locked(&host), Ok(true));
    assert_eq!(locked_fallback(&host), Ok(true));
    assert_eq!(locked_eager(&host).await, Ok(true));
    let host = Arc::new(RwLock::new("up".to_owned()));
    let task = tokio::spawn(async move { read(&host).await });
    assert_eq!(task.await.unwrap(), Ok(true));
}

/// Has a key that is not `Send`.
#[circuit_breaker(name = "key_expressions.rc", key = Rc::<str>::from(host))]
async fn not_send_key(host: &str) -> Result<usize, Error> {
    pause().await;
    Ok(host.len())
}

#[circuit_breaker(name = "key_expressions.send", key = host)]
async fn send(host: String) -> Result<String, Error> {
    pause().await;
    Ok(host)
}

#[test]
fn a_key_that_is_not_send_leaves_the_future_send() {
    assert_eq!(run(assert_send(not_send_key("up"))), Ok(2));
    assert_eq!(run(assert_send(send("up".to_owned()))).as_deref(), Ok("up"));
    assert_eq!(run(assert_send(eager_boxed("up"))), Ok(1));
}
