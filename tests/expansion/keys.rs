//! A breaker per key: what the expression sees, when it is asked, and what may be one.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, RwLock};

use async_trait::async_trait;
use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, CallError, Registry, circuit_breaker};
use futures::future::BoxFuture;

use super::{Error, assert_send, pause, poll_once, run};

/// Whether the circuit of one key opened, and only that one: `call` fails for `bad` until it is refused.
fn parted<K: Copy>(call: impl Fn(K) -> Result<u32, Error>, bad: K, good: K) {
    assert_eq!(call(good), Ok(1));
    assert_eq!(call(bad), Err(Error::Down));
    assert!(call(bad).unwrap_err().is_rejection());
    assert_eq!(call(good), Ok(1));
}

/// Is up for every key but those that say otherwise.
fn answer(key: impl AsRef<str>) -> Result<u32, Error> {
    if key.as_ref().starts_with("down") {
        Err(Error::Down)
    } else {
        Ok(1)
    }
}

// The types of a key.

/// Has its text, and does not show it.
#[derive(Clone, Copy)]
struct Host(&'static str);

impl AsRef<str> for Host {
    fn as_ref(&self) -> &str {
        self.0
    }
}

#[circuit_breaker(name = "keys.str", key = host, threshold = 1)]
fn of_str(host: &str) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "keys.owned", key = host, threshold = 1)]
fn of_string(host: String) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "keys.cow", key = host, threshold = 1)]
fn of_cow(host: Cow<'_, str>) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "keys.boxed", key = host, threshold = 1)]
fn of_boxed(host: Box<str>) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "keys.unsized", key = *host, threshold = 1)]
fn of_unsized(host: Rc<str>) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "keys.host", key = host, threshold = 1)]
fn of_host(host: Host) -> Result<u32, Error> {
    answer(host)
}

#[test]
fn whatever_has_its_text_is_a_key() {
    parted(of_str, "down", "up");
    parted(|host| of_string(String::from(host)), "down", "up");
    parted(|host| of_cow(Cow::Borrowed(host)), "down", "up");
    parted(|host| of_boxed(Box::from(host)), "down", "up");
    parted(|host| of_unsized(Rc::from(host)), "down", "up");
    parted(of_host, Host("down"), Host("up"));
}

#[circuit_breaker(name = "keys.address", key = address, threshold = 1)]
fn of_address(address: IpAddr) -> Result<u32, Error> {
    if address.is_ipv6() {
        Err(Error::Down)
    } else {
        Ok(1)
    }
}

#[circuit_breaker(name = "keys.number", key = tenant, threshold = 1)]
fn of_number(tenant: u64) -> Result<u32, Error> {
    if tenant > 5 { Err(Error::Down) } else { Ok(1) }
}

#[circuit_breaker(name = "keys.format", key = format_args!("{host}:{}", port + 1), threshold = 1)]
fn of_format(host: &str, port: u16) -> Result<u32, Error> {
    if port > 80 {
        Err(Error::Down)
    } else {
        answer(host)
    }
}

#[circuit_breaker(name = "keys.sum", key = left + right, threshold = 1)]
fn of_sum(left: u64, right: u64) -> Result<u32, Error> {
    if left == right {
        Err(Error::Down)
    } else {
        Ok(1)
    }
}

#[test]
fn whatever_can_be_shown_is_a_key() {
    let [six, four] = ["::1", "127.0.0.1"].map(|text| text.parse::<IpAddr>().unwrap());
    parted(of_address, six, four);
    parted(of_number, 7, 5);
    parted(|port| of_format("up", port), 81, 80);
    // The same key is the same breaker, however it comes about.
    assert_eq!(of_sum(2, 2), Err(Error::Down));
    assert!(of_sum(1, 3).unwrap_err().is_rejection());
    assert_eq!(of_sum(1, 2), Ok(1));
}

#[circuit_breaker(name = "keys.generic_shown", key = value, threshold = 1)]
fn of_generic_shown<T: Display + PartialOrd>(value: T, most: T) -> Result<u32, Error> {
    if value > most {
        Err(Error::Down)
    } else {
        Ok(1)
    }
}

#[circuit_breaker(name = "keys.generic_text", key = host, threshold = 1)]
fn of_generic_text<T>(host: T) -> Result<u32, Error>
where
    T: AsRef<str>,
{
    answer(host)
}

#[circuit_breaker(name = "keys.impl_shown", key = value, threshold = 1)]
fn of_impl_shown(value: impl Display) -> Result<u32, Error> {
    answer(value.to_string())
}

#[circuit_breaker(name = "keys.impl_text", key = host, threshold = 1)]
async fn of_impl_text(host: impl AsRef<str>) -> Result<u32, Error> {
    pause().await;
    answer(host)
}

#[circuit_breaker(name = "keys.dynamic", key = value, threshold = 1)]
fn of_dynamic(value: &dyn Display) -> Result<u32, Error> {
    answer(value.to_string())
}

#[test]
fn a_generic_type_is_a_key_by_its_bound() {
    parted(|n| of_generic_shown(n, 5), 7, 5);
    parted(|n| of_generic_shown(n, 0.5), 0.75, 0.25);
    parted(of_generic_text, "down", "up");
    parted(|host| of_generic_text(String::from(host)), "down.too", "up");
    parted(of_impl_shown, "down", "up");
    parted(|host| run(of_impl_text(host)), "down", "up");
    parted(|host| of_dynamic(&host), "down", "up");
}

// What the expression sees.

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

    #[circuit_breaker(name = "keys.method", key = self.host, threshold = 1)]
    fn ask(&self) -> Result<u32, Error> {
        answer(&self.host)
    }

    #[circuit_breaker(name = "keys.method_mut", key = self.key(), threshold = 1)]
    fn count<'a>(&'a mut self, name: &str) -> Result<&'a mut u32, Error> {
        self.calls += answer(&self.host)?;
        self.host.push_str(name);
        Ok(&mut self.calls)
    }

    #[circuit_breaker(name = "keys.method_owned", key = &self.host, threshold = 1)]
    fn spend(self) -> Result<String, Error> {
        answer(&self.host)?;
        Ok(self.host)
    }

    #[circuit_breaker(name = "keys.method_async", key = self.host.clone(), threshold = 1)]
    async fn ask_later(&mut self) -> Result<u32, Error> {
        pause().await;
        self.calls += 1;
        answer(&self.host)
    }

    #[circuit_breaker(name = "keys.method_boxed", key = self.host, threshold = 1)]
    fn ask_boxed(self: Box<Self>) -> Result<u32, Error> {
        let Client { host, .. } = *self;
        answer(host)
    }
}

#[test]
fn a_method_names_its_key_through_self() {
    let [bad, good] = ["down", "up"].map(Client::new);
    parted(Client::ask, &bad, &good);
    parted(|host| Client::new(host).spend().map(|_| 1), "down", "up");
    parted(|host| run(Client::new(host).ask_later()), "down", "up");
    parted(|host| Box::new(Client::new(host)).ask_boxed(), "down", "up");

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
    #[circuit_breaker(name = "keys.async_trait", key = format!("{}.{host}", self.zone), threshold = 1)]
    async fn ask(&self, host: &str) -> Result<u32, Error> {
        pause().await;
        answer(host)
    }
}

trait Named {
    const NAME: &'static str;

    #[circuit_breaker(name = "keys.default_method", key = Self::NAME, threshold = 1)]
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
fn methods_of_traits_have_keys_too() {
    let [east, west] = ["east", "west"].map(|zone| Service { zone });
    parted(|host| run(east.ask(host)), "down", "up");
    assert_eq!(run(west.ask("down")), Err(Error::Down));
    parted(
        |bad| if bad { Bad::call() } else { Good::call() },
        true,
        false,
    );
}

#[circuit_breaker(name = "keys.same_word", key = key, threshold = 1)]
fn same_word(key: &str) -> Result<u32, Error> {
    answer(key)
}

#[circuit_breaker(name = "keys.not_in_the_body", key = _host, threshold = 1)]
fn not_in_the_body(_host: &str, up: bool) -> Result<u32, Error> {
    if up { Ok(1) } else { Err(Error::Down) }
}

#[circuit_breaker(name = "keys.block", threshold = 1, key = {
    let (host, _) = url.split_once('/').unwrap_or((url.as_str(), ""));
    host
})]
fn block(url: String) -> Result<u32, Error> {
    answer(url)
}

#[circuit_breaker(name = "keys.branches", key = if zone > 5 { "far" } else { "near" }, threshold = 1)]
fn branches(mut zone: u32) -> Result<u32, Error> {
    zone += 1;
    if zone == 8 { Err(Error::Down) } else { Ok(1) }
}

#[test]
fn any_expression_of_the_arguments_is_a_key() {
    parted(same_word, "down", "up");
    parted(|host| not_in_the_body(host, host == "up"), "down", "up");
    parted(|url| block(String::from(url)), "down/a", "up/a");
    assert!(block("down/b".to_owned()).unwrap_err().is_rejection());
    parted(branches, 7, 3);
    assert!(branches(9).unwrap_err().is_rejection());
}

// Fallbacks of each kind.

#[circuit_breaker(name = "keys.fallback_path", key = host, threshold = 1, fallback = later)]
fn with_path(host: String) -> Result<u32, Error> {
    answer(host)
}

fn later(host: String) -> Result<u32, Error> {
    Ok(host.len() as u32)
}

#[circuit_breaker(name = "keys.fallback_closure", key = host, threshold = 1, fallback = |_error| {
    Ok(host.len() as u32)
})]
async fn with_closure(host: String) -> Result<u32, Error> {
    pause().await;
    answer(host)
}

#[circuit_breaker(
    name = "keys.fallback_error",
    key = host,
    threshold = 1,
    fallback = |_error| later(host),
    fallback_on = error
)]
fn on_error(host: String) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(
    name = "keys.fallback_any",
    key = hosts.last().map_or("", String::as_str),
    threshold = 1,
    fallback = any_later,
    fallback_on = any
)]
async fn on_any(hosts: &mut Vec<String>) -> Result<u32, Error> {
    pause().await;
    let host = hosts.pop().unwrap_or_default();
    answer(host)
}

async fn any_later(hosts: &mut Vec<String>) -> Result<u32, Error> {
    Ok(hosts.len() as u32)
}

#[circuit_breaker(
    name = "keys.fallback_of_any_type",
    key = host,
    threshold = 1,
    failure(None),
    fallback = |_error| Some(0)
)]
fn of_any_type(host: &str) -> Option<u32> {
    answer(host).ok()
}

#[test]
fn a_fallback_answers_for_one_key() {
    assert_eq!(with_path("down".to_owned()), Err(Error::Down));
    assert_eq!(with_path("down".to_owned()), Ok(4));
    assert_eq!(with_path("up".to_owned()), Ok(1));

    assert_eq!(run(with_closure("down".to_owned())), Err(Error::Down));
    assert_eq!(run(with_closure("down".to_owned())), Ok(4));
    assert_eq!(run(with_closure("up".to_owned())), Ok(1));

    assert_eq!(on_error("down".to_owned()), Ok(4));
    assert!(on_error("down".to_owned()).unwrap_err().is_rejection());
    assert_eq!(on_error("up".to_owned()), Ok(1));

    let hosts = |host: &str| vec!["up".to_owned(), host.to_owned()];
    // The body has taken one; then it is not run any more.
    assert_eq!(run(on_any(&mut hosts("down"))), Ok(1));
    assert_eq!(run(on_any(&mut hosts("down"))), Ok(2));
    assert_eq!(run(on_any(&mut hosts("up"))), Ok(1));

    assert_eq!(
        ["down", "down", "up"].map(of_any_type),
        [None, Some(0), Some(1)]
    );
}

#[circuit_breaker(
    name = "keys.every_call_key",
    key = host,
    max_keys = 10,
    idle_ttl = "1h",
    threshold = 1,
    latency = true,
    critical = cfg!(test),
    call_timeout = "10s",
    ignore(Err(Error::Declined(_))),
    open_for_hint = |_| None,
    fallback = |error: CallError<Error>| match error {
        CallError::Breaker(error) => Err(Error::Breaker(error)),
        CallError::Inner(_) => Ok(7),
    },
    fallback_on = any
)]
async fn every_call_key(host: String) -> Result<u32, Error> {
    pause().await;
    answer(host)
}

#[tokio::test]
async fn a_key_goes_with_every_other_key_of_the_attribute() {
    assert_eq!(every_call_key("down".to_owned()).await, Ok(7));
    let refused = every_call_key("down".to_owned()).await;
    assert!(refused.unwrap_err().is_rejection());
    assert_eq!(every_call_key("up".to_owned()).await, Ok(1));
}

// Futures.

#[circuit_breaker(name = "keys.returned", key = host, threshold = 1)]
fn returned(host: String) -> impl Future<Output = Result<u32, Error>> {
    async move { answer(host) }
}

#[circuit_breaker(name = "keys.returned_boxed", key = host, threshold = 1)]
fn returned_boxed(host: &str) -> BoxFuture<'_, Result<u32, Error>> {
    Box::pin(async move { answer(host) })
}

#[circuit_breaker(name = "keys.eager", key = host, threshold = 1)]
fn eager(host: String) -> impl Future<Output = Result<u32, Error>> {
    let answer = answer(host);
    async move {
        pause().await;
        answer
    }
}

/// The future outlives what the key is made of.
#[circuit_breaker(name = "keys.eager_boxed", key = host.trim(), threshold = 1)]
fn eager_boxed(host: &str) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
    let host = host.to_owned();
    Box::pin(async move {
        pause().await;
        answer(host)
    })
}

#[circuit_breaker(
    name = "keys.eager_fallback",
    key = host,
    threshold = 1,
    fallback = |_error| later(host)
)]
fn eager_fallback(host: String) -> BoxFuture<'static, Result<u32, Error>> {
    let answer = answer(host);
    Box::pin(async move { answer })
}

#[test]
fn returned_futures_have_keys() {
    parted(|host| run(returned(String::from(host))), "down", "up");
    parted(|host| run(returned_boxed(host)), "down", "up");
    parted(|host| run(eager(String::from(host))), "down", "up");
    parted(|host| run(eager_boxed(&String::from(host))), "down ", "up");
    assert!(run(eager_boxed("down")).unwrap_err().is_rejection());
    assert_eq!(run(eager_fallback("down".to_owned())), Err(Error::Down));
    assert_eq!(run(eager_fallback("down".to_owned())), Ok(4));
}

/// Is admitted when it is polled, though its key was asked for when it was made.
#[test]
fn a_future_that_is_made_first_is_admitted_at_its_first_poll() {
    let name = "down.eager_admission";
    let early = eager(name.to_owned());
    assert_eq!(run(eager(name.to_owned())), Err(Error::Down));
    assert!(run(early).unwrap_err().is_rejection());
}

thread_local! {
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// Counts how often a key is asked for.
fn asked<K>(key: K) -> K {
    ASKED.set(ASKED.get() + 1);
    key
}

#[circuit_breaker(name = "keys.once", key = asked(host), threshold = 1, fallback = |_| Ok(host.len() as u32))]
fn once(host: &str) -> Result<u32, Error> {
    assert_eq!(ASKED.get(), 1, "it is asked before the body");
    answer(host)
}

#[circuit_breaker(name = "keys.once_async", key = asked(&host), threshold = 1, fallback = later_async, fallback_on = any)]
async fn once_async(host: String) -> Result<u32, Error> {
    pause().await;
    pause().await;
    answer(host)
}

async fn later_async(_: String) -> Result<u32, Error> {
    pause().await;
    Ok(9)
}

#[circuit_breaker(name = "keys.once_shown", key = asked(tenant))]
fn once_shown(tenant: u64) -> Result<u64, Error> {
    Ok(tenant)
}

#[circuit_breaker(name = "keys.once_eager", key = asked(host))]
fn once_eager(host: &str) -> impl Future<Output = Result<usize, Error>> + use<> {
    let asked = ASKED.get();
    async move { Ok(asked as usize) }
}

#[test]
fn the_expression_is_asked_once_per_call_also_of_a_refused_one() {
    let count = |call: &dyn Fn()| {
        ASKED.set(0);
        call();
        ASKED.get()
    };
    assert_eq!(count(&|| assert_eq!(once("up"), Ok(1))), 1);
    assert_eq!(count(&|| assert_eq!(once("down"), Err(Error::Down))), 1);
    assert_eq!(count(&|| assert_eq!(once("down"), Ok(4))), 1);
    for _ in 0..2 {
        let call = || assert_eq!(run(once_async("down".to_owned())), Ok(9));
        assert_eq!(count(&call), 1);
    }
    assert_eq!(count(&|| assert_eq!(once_shown(7), Ok(7))), 1);
    // Before the eager part of the function, which may consume what it is made of.
    assert_eq!(count(&|| assert_eq!(run(once_eager("up")), Ok(1))), 1);
}

#[test]
fn the_expression_of_an_async_function_is_asked_at_the_first_poll() {
    ASKED.set(0);
    drop(once_async("up".to_owned()));
    let mut future = Box::pin(once_async("up".to_owned()));
    assert_eq!(ASKED.get(), 0);
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(ASKED.get(), 1);
    assert_eq!(run(future), Ok(1));
    assert_eq!(ASKED.get(), 1);
}

#[circuit_breaker(name = "keys.interior", key = *host.borrow())]
async fn interior(host: &RefCell<&'static str>) -> Result<&'static str, Error> {
    // Borrowed by the expression, and given back before the body began.
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

// What the expression holds is not held meanwhile.

#[circuit_breaker(name = "keys.locked", key = host.lock().unwrap())]
fn locked(host: &Mutex<String>) -> Result<bool, Error> {
    Ok(host.try_lock().is_ok())
}

#[circuit_breaker(name = "keys.read", key = host.read().unwrap().as_str())]
async fn read(host: &RwLock<String>) -> Result<bool, Error> {
    pause().await;
    Ok(host.try_write().is_ok())
}

#[circuit_breaker(name = "keys.locked_fallback", key = host.lock().unwrap(), fallback = |_| Ok(host.try_lock().is_ok()))]
fn locked_fallback(host: &Mutex<String>) -> Result<bool, Error> {
    Ok(host.try_lock().is_ok())
}

#[circuit_breaker(name = "keys.locked_eager", key = host.lock().unwrap())]
fn locked_eager(host: &Mutex<String>) -> impl Future<Output = Result<bool, Error>> {
    let free = host.try_lock().is_ok();
    async move { Ok(free && host.try_lock().is_ok()) }
}

#[tokio::test]
async fn what_the_expression_locks_is_free_while_the_body_runs() {
    let host = Mutex::new("up".to_owned());
    assert_eq!(locked(&host), Ok(true));
    assert_eq!(locked_fallback(&host), Ok(true));
    assert_eq!(locked_eager(&host).await, Ok(true));
    let host = Arc::new(RwLock::new("up".to_owned()));
    let task = tokio::spawn(async move { read(&host).await });
    assert_eq!(task.await.unwrap(), Ok(true));
}

/// A key that must not leave its thread.
#[circuit_breaker(name = "keys.rc", key = Rc::<str>::from(host))]
async fn not_send_key(host: &str) -> Result<usize, Error> {
    pause().await;
    Ok(host.len())
}

#[circuit_breaker(name = "keys.send", key = host)]
async fn send(host: String) -> Result<String, Error> {
    pause().await;
    Ok(host)
}

#[test]
fn a_key_takes_no_send_from_the_future() {
    assert_eq!(run(assert_send(not_send_key("up"))), Ok(2));
    assert_eq!(run(assert_send(send("up".to_owned()))).as_deref(), Ok("up"));
    assert_eq!(run(assert_send(eager_boxed("up"))), Ok(1));
}

// Registries.

#[circuit_breaker(name = "keys.registry", key = host, registry = registry, threshold = 1)]
fn in_registry(registry: &Registry, host: &str) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "keys.registry_async", registry = &registry.lock().unwrap(), key = host, threshold = 1)]
async fn in_registry_async(registry: &Mutex<Registry>, host: String) -> Result<u32, Error> {
    pause().await;
    assert!(registry.try_lock().is_ok());
    answer(host)
}

struct Tenant {
    registry: Registry,
    host: String,
}

impl Tenant {
    #[circuit_breaker(
        name = "keys.registry_method",
        registry = &self.registry,
        key = host,
        threshold = 1,
        fallback = |_error| Ok(9)
    )]
    fn ask(&mut self, host: String) -> Result<u32, Error> {
        answer(host)
    }

    #[circuit_breaker(
        name = "keys.registry_any",
        registry = &tenant.registry,
        key = tenant.host,
        threshold = 1,
        fallback = |_error| {
            tenant.host.push('.');
            Ok(9)
        },
        fallback_on = any
    )]
    fn ask_another(tenant: &mut Tenant) -> Result<u32, Error> {
        answer(&tenant.host)
    }

    #[circuit_breaker(name = "keys.registry_eager", registry = &self.registry, key = host, threshold = 1)]
    fn ask_later(&self, host: String) -> impl Future<Output = Result<u32, Error>> {
        let answer = answer(host);
        async move { answer }
    }
}

#[test]
fn a_key_and_a_registry_go_together() {
    let [left, right] = [Registry::new(), Registry::new()];
    parted(|host| in_registry(&left, host), "down", "up");
    assert_eq!(in_registry(&right, "down"), Err(Error::Down));

    let locked = Mutex::new(Registry::new());
    parted(
        |host| run(in_registry_async(&locked, String::from(host))),
        "down",
        "up",
    );

    let tenant = || Tenant {
        registry: Registry::new(),
        host: "down".to_owned(),
    };
    let (mut one, other) = (tenant(), tenant());
    assert_eq!(one.ask("down".to_owned()), Err(Error::Down));
    assert_eq!(one.ask("down".to_owned()), Ok(9));
    // The fallback changes what the key is made of.
    assert_eq!(Tenant::ask_another(&mut one), Ok(9));
    assert_eq!(one.host, "down.");
    parted(
        |host| run(other.ask_later(String::from(host))),
        "down",
        "up",
    );
}

#[circuit_breaker(name = "keys.in_a_test", key = host, threshold = 1)]
fn in_a_test(host: &str) -> Result<u32, Error> {
    answer(host)
}

#[test]
fn a_test_has_keyed_breakers_of_its_own() {
    assert_eq!(in_a_test("down"), Err(Error::Down));
    for _ in 0..2 {
        let test = TestRegistry::new();
        let _entered = test.enter();
        parted(in_a_test, "down", "up");
    }
    assert!(in_a_test("down").unwrap_err().is_rejection());
}

// Where it can stand.

/// Two names, and two keys.
#[circuit_breaker(name = "keys.stacked_host", key = host, threshold = 1)]
#[circuit_breaker(name = "keys.stacked_zone", key = zone, threshold = 1, ignore(Err(Error::Breaker(_))))]
fn stacked(host: &str, zone: u32) -> Result<u32, Error> {
    let _ = zone;
    answer(host)
}

#[test]
fn stacked_attributes_have_a_key_each() {
    assert_eq!(stacked("down", 1), Err(Error::Down));
    let refused = |host, zone| match stacked(host, zone) {
        Err(Error::Breaker(BreakerError::Rejected(rejection))) => rejection.name().to_owned(),
        other => format!("{other:?}"),
    };
    assert!(refused("up", 1).starts_with("keys.stacked_zone"));
    assert!(refused("down", 2).starts_with("keys.stacked_host"));
    assert_eq!(refused("up", 2), "Ok(1)");
}

macro_rules! keyed {
    ($name:ident, $text:literal, $argument:ident: $ty:ty, $key:expr) => {
        #[circuit_breaker(name = $text, key = $key, threshold = 1)]
        fn $name($argument: $ty) -> Result<u32, Error> {
            answer($argument)
        }
    };
}

keyed!(by_macro, "keys.macro", host: &str, host.trim_end());
keyed!(by_sum, "keys.macro_sum", host: &str, host.len() + 1 + host.len());

#[test]
fn a_macro_hands_a_key_over() {
    parted(by_macro, "down", "up");
    assert!(by_macro("down ").unwrap_err().is_rejection());
    parted(by_sum, "down", "up");
}

#[circuit_breaker(name = "keys.recursive", key = depth, threshold = 1)]
fn recursive(depth: u32) -> Result<u32, Error> {
    if depth == 0 {
        return Err(Error::Down);
    }
    match recursive(depth - 1) {
        Err(Error::Down) => Ok(depth),
        other => other,
    }
}

#[test]
fn a_body_calls_itself_under_another_key() {
    assert_eq!(recursive(3), Ok(1));
    assert!(recursive(0).unwrap_err().is_rejection());
    assert!(recursive(1).unwrap_err().is_rejection());
}

#[test]
fn a_declaration_knows_that_it_has_a_key() {
    let has_key = |name: &str| {
        let all = Registry::global().declarations();
        let mut all = all.into_iter().filter(|it| it.name() == name);
        all.next().unwrap().has_key()
    };
    assert!(has_key("keys.str") && has_key("keys.every_call_key"));
    assert!(!has_key("forms.used_registry"));
}

#[test]
fn a_breaker_stands_under_the_text_of_its_key() {
    assert_eq!(of_format("texts", 7), Ok(1));
    assert_eq!(of_generic_shown(0.125, 5.0), Ok(1));
    assert_eq!(run(eager_boxed(" trimmed ")), Ok(1));
    let registry = Registry::global();
    for (name, key) in [
        ("keys.format", "texts:8"),
        ("keys.generic_shown", "0.125"),
        ("keys.eager_boxed", "trimmed"),
    ] {
        let keyed = registry.get_keyed(name, key).unwrap();
        assert_eq!(keyed.snapshot().totals.successes, 1, "{name}");
    }
}

#[test]
fn the_settings_of_keyed_breakers_are_those_of_the_attribute() {
    let all = Registry::global().declarations();
    let mut all = all.iter().filter(|it| it.name() == "keys.every_call_key");
    let config = all.next().unwrap().config();
    let breaker = Registry::new().get_or_create("keys", config).unwrap();
    let settings = breaker.config();
    assert_eq!(settings.max_keys.get(), 10);
    assert_eq!(settings.idle_ttl.as_secs(), 3600);
    assert!(settings.latency && settings.critical);
}
