//! Keyed functions in combination: fallbacks, returned futures, registries, macros and stacked attributes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, CallError, Registry, circuit_breaker};
use futures::future::BoxFuture;

use super::{answer, opens_only_its_key};
use crate::expansion::{Error, pause, run};

#[circuit_breaker(name = "keyed_calls.fallback_path", key = host, threshold = 1, fallback = later)]
fn with_path(host: String) -> Result<u32, Error> {
    answer(host)
}

fn later(host: String) -> Result<u32, Error> {
    Ok(host.len() as u32)
}

#[circuit_breaker(name = "keyed_calls.fallback_closure", key = host, threshold = 1, fallback = |_error| {
    Ok(host.len() as u32)
})]
async fn with_closure(host: String) -> Result<u32, Error> {
    pause().await;
    answer(host)
}

#[circuit_breaker(
    name = "keyed_calls.fallback_error",
    key = host,
    threshold = 1,
    fallback = |_error| later(host),
    fallback_on = error
)]
fn on_error(host: String) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(
    name = "keyed_calls.fallback_any",
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
    name = "keyed_calls.fallback_of_any_type",
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
    // The body takes one host; a rejected call does not run it.
    assert_eq!(run(on_any(&mut hosts("down"))), Ok(1));
    assert_eq!(run(on_any(&mut hosts("down"))), Ok(2));
    assert_eq!(run(on_any(&mut hosts("up"))), Ok(1));

    assert_eq!(
        ["down", "down", "up"].map(of_any_type),
        [None, Some(0), Some(1)]
    );
}

#[circuit_breaker(
    name = "keyed_calls.with_other_settings",
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
async fn with_other_settings(host: String) -> Result<u32, Error> {
    pause().await;
    answer(host)
}

#[tokio::test]
async fn a_key_works_with_the_other_settings_of_calls() {
    assert_eq!(with_other_settings("down".to_owned()).await, Ok(7));
    let rejected = with_other_settings("down".to_owned()).await;
    assert!(rejected.unwrap_err().is_rejection());
    assert_eq!(with_other_settings("up".to_owned()).await, Ok(1));
}

#[circuit_breaker(name = "keyed_calls.returned", key = host, threshold = 1)]
fn returned(host: String) -> impl Future<Output = Result<u32, Error>> {
    async move { answer(host) }
}

#[circuit_breaker(name = "keyed_calls.returned_boxed", key = host, threshold = 1)]
fn returned_boxed(host: &str) -> BoxFuture<'_, Result<u32, Error>> {
    Box::pin(async move { answer(host) })
}

#[circuit_breaker(name = "keyed_calls.eager", key = host, threshold = 1)]
fn eager(host: String) -> impl Future<Output = Result<u32, Error>> {
    let answer = answer(host);
    async move {
        pause().await;
        answer
    }
}

/// Returns a future that outlives the argument of its key.
#[circuit_breaker(name = "keyed_calls.eager_boxed", key = host.trim(), threshold = 1)]
pub(super) fn eager_boxed(host: &str) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
    let host = host.to_owned();
    Box::pin(async move {
        pause().await;
        answer(host)
    })
}

#[circuit_breaker(
    name = "keyed_calls.eager_fallback",
    key = host,
    threshold = 1,
    fallback = |_error| later(host)
)]
fn eager_fallback(host: String) -> BoxFuture<'static, Result<u32, Error>> {
    let answer = answer(host);
    Box::pin(async move { answer })
}

#[test]
fn returned_futures_with_a_key() {
    opens_only_its_key(|host| run(returned(String::from(host))), "down", "up");
    opens_only_its_key(|host| run(returned_boxed(host)), "down", "up");
    opens_only_its_key(|host| run(eager(String::from(host))), "down", "up");
    opens_only_its_key(|host| run(eager_boxed(&String::from(host))), "down ", "up");
    assert!(run(eager_boxed("down")).unwrap_err().is_rejection());
    assert_eq!(run(eager_fallback("down".to_owned())), Err(Error::Down));
    assert_eq!(run(eager_fallback("down".to_owned())), Ok(4));
}

/// The key is evaluated when the future is made, and the call is admitted when it is polled.
#[test]
fn a_future_made_before_the_circuit_opened_is_still_rejected() {
    let name = "down.eager_admission";
    let early = eager(name.to_owned());
    assert_eq!(run(eager(name.to_owned())), Err(Error::Down));
    assert!(run(early).unwrap_err().is_rejection());
}

#[circuit_breaker(name = "keyed_calls.registry", key = host, registry = registry, threshold = 1)]
fn in_registry(registry: &Registry, host: &str) -> Result<u32, Error> {
    answer(host)
}

#[circuit_breaker(name = "keyed_calls.registry_async", registry = &registry.lock().unwrap(), key = host, threshold = 1)]
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
        name = "keyed_calls.registry_method",
        registry = &self.registry,
        key = host,
        threshold = 1,
        fallback = |_error| Ok(9)
    )]
    fn ask(&mut self, host: String) -> Result<u32, Error> {
        answer(host)
    }

    #[circuit_breaker(
        name = "keyed_calls.registry_any",
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

    #[circuit_breaker(name = "keyed_calls.registry_eager", registry = &self.registry, key = host, threshold = 1)]
    fn ask_later(&self, host: String) -> impl Future<Output = Result<u32, Error>> {
        let answer = answer(host);
        async move { answer }
    }
}

#[test]
fn a_key_and_a_registry_together() {
    let [left, right] = [Registry::new(), Registry::new()];
    opens_only_its_key(|host| in_registry(&left, host), "down", "up");
    assert_eq!(in_registry(&right, "down"), Err(Error::Down));

    let locked = Mutex::new(Registry::new());
    opens_only_its_key(
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
    // The fallback changes the field of the key.
    assert_eq!(Tenant::ask_another(&mut one), Ok(9));
    assert_eq!(one.host, "down.");
    opens_only_its_key(
        |host| run(other.ask_later(String::from(host))),
        "down",
        "up",
    );
}

#[circuit_breaker(name = "keyed_calls.in_a_test", key = host, threshold = 1)]
fn in_a_test(host: &str) -> Result<u32, Error> {
    answer(host)
}

#[test]
fn each_test_registry_has_its_own_keyed_breakers() {
    assert_eq!(in_a_test("down"), Err(Error::Down));
    for _ in 0..2 {
        let test = TestRegistry::new();
        let _entered = test.enter();
        opens_only_its_key(in_a_test, "down", "up");
    }
    assert!(in_a_test("down").unwrap_err().is_rejection());
}

/// Has two names and two keys.
#[circuit_breaker(name = "keyed_calls.stacked_host", key = host, threshold = 1)]
#[circuit_breaker(name = "keyed_calls.stacked_zone", key = zone, threshold = 1, ignore(Err(Error::Breaker(_))))]
fn stacked(host: &str, zone: u32) -> Result<u32, Error> {
    let _ = zone;
    answer(host)
}

#[test]
fn each_of_two_stacked_attributes_has_its_key() {
    assert_eq!(stacked("down", 1), Err(Error::Down));
    let rejected = |host, zone| match stacked(host, zone) {
        Err(Error::Breaker(BreakerError::Rejected(rejection))) => rejection.name().to_owned(),
        other => format!("{other:?}"),
    };
    assert!(rejected("up", 1).starts_with("keyed_calls.stacked_zone"));
    assert!(rejected("down", 2).starts_with("keyed_calls.stacked_host"));
    assert_eq!(rejected("up", 2), "Ok(1)");
}

macro_rules! keyed {
    ($name:ident, $text:literal, $argument:ident: $ty:ty, $key:expr) => {
        #[circuit_breaker(name = $text, key = $key, threshold = 1)]
        fn $name($argument: $ty) -> Result<u32, Error> {
            answer($argument)
        }
    };
}

keyed!(by_macro, "keyed_calls.macro", host: &str, host.trim_end());

keyed!(by_sum, "keyed_calls.macro_sum", host: &str, host.len() + 1 + host.len());

#[test]
fn a_key_from_a_macro() {
    opens_only_its_key(by_macro, "down", "up");
    assert!(by_macro("down ").unwrap_err().is_rejection());
    opens_only_its_key(by_sum, "down", "up");
}

#[circuit_breaker(name = "keyed_calls.recursive", key = depth, threshold = 1)]
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
fn a_declaration_reports_that_it_has_a_key() {
    let has_key = |name: &str| {
        let all = Registry::global().declarations();
        let mut all = all.into_iter().filter(|it| it.name() == name);
        all.next().unwrap().has_key()
    };
    assert!(has_key("key_types.str") && has_key("keyed_calls.with_other_settings"));
    assert!(!has_key("lints.used_registry"));
}

#[test]
fn the_settings_of_keyed_breakers_are_those_of_the_attribute() {
    let all = Registry::global().declarations();
    let mut all = all
        .iter()
        .filter(|it| it.name() == "keyed_calls.with_other_settings");
    let config = all.next().unwrap().config();
    let breaker = Registry::new().get_or_create("keys", config).unwrap();
    let settings = breaker.config();
    assert_eq!(settings.max_keys.get(), 10);
    assert_eq!(settings.idle_ttl.as_secs(), 3600);
    assert!(settings.latency && settings.critical);
}
