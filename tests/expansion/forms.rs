//! Forms of functions in which arguments, receivers and futures go unusual ways.

#![deny(
    warnings,
    clippy::used_underscore_binding,
    clippy::type_complexity,
    unused_braces
)]

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use breaker_runtime::{BreakerError, CallError, Registry, circuit_breaker};
use futures::future::BoxFuture;

use super::{Error, breaker};

async fn pause() {
    tokio::task::yield_now().await;
}

fn plain_future() -> impl Future<Output = Result<u32, Error>> {
    async move {
        let large = [1_u8; 500];
        pause().await;
        Ok(large[0].into())
    }
}

#[circuit_breaker(name = "forms.impl_future")]
fn guarded_future() -> impl Future<Output = Result<u32, Error>> {
    async move {
        let large = [1_u8; 500];
        pause().await;
        Ok(large[0].into())
    }
}

#[circuit_breaker(name = "forms.impl_future_outer")]
fn outer_future() -> impl Future<Output = Result<u32, Error>> {
    async move { guarded_future().await }
}

/// Trap 17
#[test]
fn an_opaque_future_that_is_one_block_does_not_double_in_size_with_each_level() {
    let size = |future: &dyn Fn() -> usize| future();
    let plain = size(&|| size_of_val(&plain_future()));
    let guarded = size(&|| size_of_val(&guarded_future()));
    let outer = size(&|| size_of_val(&outer_future()));
    assert!(guarded < plain + 256, "{plain} {guarded}");
    assert!(outer < plain + 512, "{plain} {outer}");
}

#[circuit_breaker(name = "forms.boxed_mut")]
fn boxed_mut(mut x: u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
    Box::pin(async move {
        x += 1;
        pause().await;
        Ok(x)
    })
}

#[circuit_breaker(name = "forms.boxed_pattern", fallback = |_| Ok(a + 100))]
fn boxed_pattern(
    (a, mut b): (u32, u32),
    #[allow(unused_variables)] x: u32,
    #[cfg_attr(all(), allow(unused_variables))] y: u32,
) -> BoxFuture<'static, Result<u32, Error>> {
    Box::pin(async move {
        b += a;
        pause().await;
        Ok(b)
    })
}

#[tokio::test]
async fn a_hand_written_boxed_block_has_the_bindings_of_its_arguments() {
    assert_eq!(boxed_mut(1).await, Ok(2));
    assert_eq!(boxed_pattern((1, 2), 0, 0).await, Ok(3));
    breaker("forms.boxed_pattern").force_open("test", None);
    assert_eq!(boxed_pattern((1, 2), 0, 0).await, Ok(101));
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

    #[circuit_breaker(name = "forms.arc_self", fallback = |_| Ok(1), fallback_on = any)]
    async fn arc_self(self: Arc<Self>) -> Result<usize, Error> {
        pause().await;
        drop(self);
        Err(Error::Down)
    }

    #[circuit_breaker(name = "forms.own_self", fallback = |_| Ok(self.name.len()), fallback_on = any)]
    fn own_self(self) -> Result<usize, Error> {
        drop(self);
        Err(Error::Down)
    }

    #[circuit_breaker(name = "forms.moved_mut_self", fallback = |_| Ok(0), fallback_on = any)]
    fn moved_mut_self(&mut self) -> Result<u32, Error> {
        let this = self;
        this.calls += 1;
        Ok(this.calls)
    }

    #[circuit_breaker(name = "forms.own_self_future", fallback = |_| Ok(self.name.len()))]
    fn own_self_future(self) -> impl Future<Output = Result<usize, Error>> {
        let length = self.name.len() + 1;
        async move {
            pause().await;
            Ok(length)
        }
    }

    #[circuit_breaker(name = "forms.static_future", fallback = |_| Ok(0))]
    fn static_future(&self) -> BoxFuture<'static, Result<usize, Error>> {
        let this = self.clone();
        Box::pin(async move {
            pause().await;
            Ok(this.name.len())
        })
    }
}

#[tokio::test]
async fn a_receiver_goes_to_the_fallback_only_if_that_names_it() {
    let service = Service::new();
    assert_eq!(Arc::new(service.clone()).arc_self().await, Ok(1));
    assert_eq!(service.clone().own_self(), Ok(7));
    assert_eq!(service.clone().moved_mut_self(), Ok(1));
    assert_eq!(service.clone().own_self_future().await, Ok(8));
    breaker("forms.own_self_future").force_open("test", None);
    assert_eq!(service.clone().own_self_future().await, Ok(7));
    assert_eq!(service.static_future().await, Ok(7));
}

#[circuit_breaker(name = "forms.static_argument", fallback = |_| Ok(0))]
fn static_argument(text: &str) -> BoxFuture<'static, Result<usize, Error>> {
    let text = text.to_owned();
    Box::pin(async move {
        pause().await;
        Ok(text.len())
    })
}

#[circuit_breaker(name = "forms.not_clone", fallback = |_| Ok(0), fallback_on = any)]
fn not_clone(service: Mutex<u32>) -> Result<u32, Error> {
    Ok(service.into_inner().unwrap())
}

#[tokio::test]
async fn a_closure_that_names_no_argument_asks_nothing_of_them() {
    assert_eq!(static_argument("four").await, Ok(4));
    assert_eq!(not_clone(Mutex::new(3)), Ok(3));
}

#[async_trait::async_trait]
trait Ledger: Send {
    async fn add(&mut self, entry: &mut String, amount: u32) -> Result<u32, Error>;
    async fn later(&mut self, entry: &mut String, amount: u32) -> Result<u32, Error>;
    async fn note(&mut self, entry: &mut String) -> Result<u32, Error>;
}

#[async_trait::async_trait]
impl Ledger for Service {
    #[circuit_breaker(name = "forms.ledger_add", fallback = Self::later, fallback_on = any)]
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

    #[circuit_breaker(name = "forms.ledger_note", fallback = |_| Ok(entry.len() as u32), fallback_on = any)]
    async fn note(&mut self, entry: &mut String) -> Result<u32, Error> {
        pause().await;
        entry.push('n');
        Err(Error::Down)
    }
}

#[tokio::test]
async fn an_async_trait_method_lends_its_exclusive_references_to_the_body() {
    let mut service = Service::new();
    let mut entry = String::new();
    assert_eq!(service.add(&mut entry, 5).await, Ok(10));
    assert_eq!(entry, "al");
    assert_eq!(service.note(&mut entry).await, Ok(3));
}

#[circuit_breaker(name = "forms.locked_registry", registry = &registry.lock().unwrap())]
fn locked_registry(registry: &Mutex<Registry>) -> Result<bool, Error> {
    Ok(registry.try_lock().is_ok())
}

#[circuit_breaker(name = "forms.read_registry", registry = &registry.read().unwrap())]
async fn read_registry(registry: &std::sync::RwLock<Registry>) -> Result<bool, Error> {
    pause().await;
    Ok(registry.try_write().is_ok())
}

#[tokio::test]
async fn what_the_registry_expression_locks_is_free_while_the_body_runs() {
    assert_eq!(locked_registry(&Mutex::new(Registry::new())), Ok(true));
    let registry = Arc::new(std::sync::RwLock::new(Registry::new()));
    let task = tokio::spawn(async move { read_registry(&registry).await });
    assert_eq!(task.await.unwrap(), Ok(true));
}

#[circuit_breaker(name = "forms.complex")]
async fn complex() -> Result<Vec<(String, HashMap<String, Vec<Option<u32>>>)>, Error> {
    pause().await;
    Ok(Vec::new())
}

#[circuit_breaker(name = "forms.one_line", fallback = |_error| { Ok(1) })]
fn one_line() -> Result<u32, Error> {
    Ok(0)
}

#[circuit_breaker(name = "forms.typed_line", fallback = |_error: BreakerError| -> Result<u32, Error> { Ok(1) })]
fn typed_line() -> Result<u32, Error> {
    Ok(0)
}

#[circuit_breaker(name = "forms.parentheses", fallback = |_error| (Ok(1)))]
fn in_parentheses() -> Result<u32, Error> {
    Ok(0)
}

#[circuit_breaker(name = "forms.used_registry", registry = registry)]
fn used_registry(registry: &Registry, x: u32) -> Result<u32, Error> {
    Ok(x)
}

#[circuit_breaker(name = "forms.underscore_registry", registry = _registry)]
fn underscore_registry(_registry: &Registry) -> Result<u32, Error> {
    Ok(0)
}

#[circuit_breaker(name = "forms.format", fallback = |_| Ok(format!("none for {name}")))]
fn in_format(name: &str) -> Result<String, Error> {
    Ok(String::new())
}

#[circuit_breaker(name = "forms.guard", failure(Ok(n) if *n > limit))]
fn in_guard(limit: u32, x: u32) -> Result<u32, Error> {
    Ok(x)
}

#[test]
fn what_only_the_attribute_uses_is_used() {
    let registry = Registry::new();
    assert_eq!(used_registry(&registry, 1), Ok(1));
    assert_eq!(underscore_registry(&registry), Ok(0));
    assert_eq!(in_format("x").as_deref(), Ok(""));
    breaker("forms.format").force_open("test", None);
    assert_eq!(in_format("x").as_deref(), Ok("none for x"));
    assert_eq!(in_guard(1, 2), Ok(2));
    assert_eq!(breaker("forms.guard").snapshot().totals.failures, 1);
    assert_eq!(one_line(), Ok(0));
    assert_eq!(in_parentheses(), Ok(0));
    assert_eq!(typed_line(), Ok(0));
    drop(complex());
}

#[circuit_breaker(
    name = "forms.closure_error",
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

#[test]
fn what_a_user_keeps_across_catch_unwind_is_unwind_safe() {
    fn check<T: std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    check::<breaker_runtime::CircuitBreaker>();
    check::<Registry>();
    check::<breaker_runtime::Permit>();
    check::<breaker_runtime::Event>();
}
