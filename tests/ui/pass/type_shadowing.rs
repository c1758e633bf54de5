//! Types, variants, traits and crates that shadow well-known names.
#![allow(dead_code, non_camel_case_types)]

mod standard {
    pub use ::breaker_runtime::{BreakerError, Registry, circuit_breaker};
    pub use ::core::prelude::v1::{Err as Bad, Ok as Good, Result as Answer};
}

use standard::{Answer, Bad, Good};

struct Result;
struct Option;
struct Ok;
struct Err;
struct Some;
struct None;
struct Box;
struct Vec;
struct String;
struct Pin;
struct Poll;
struct Outcome;
struct State;
struct CallError;
struct BreakerError;
struct CircuitBreaker;
struct Registry;
struct PhantomData;
struct Infallible;
struct bool;
struct u32;
struct u64;
struct f64;
struct str;
struct usize;
trait Future {}
trait IntoFuture {}
trait FnOnce {}
trait FnMut {}
trait Fn {}
trait From {}
trait Into {}
trait Clone {}
trait Copy {}
trait Drop {}
trait Send {}
trait Sync {}
trait Sized {}
trait Default {}
trait Iterator {}
trait AsRef {}
trait Deref {}
trait Display {}
trait ToString {}
trait ToOwned {}
mod core {}
mod std {}
mod alloc {}
mod breaker_runtime {}
mod breaker_macros {}
mod inventory {}
mod __private {}

macro_rules! compile_error_for {
    ($($name:ident)*) => {
        $(
            #[allow(unused_macros)]
            macro_rules! $name {
                ($d:tt) => { compile_error!("a shadowing macro was called") };
            }
        )*
    };
}
compile_error_for! { panic assert matches concat stringify module_path file line column unreachable }

#[standard::circuit_breaker(
    name = "pass.shadowing",
    threshold = 4 + 3,
    backoff = 2.0,
    open_for = "10s",
    half_open_calls = 1 + 1,
    ignore(Bad(standard::BreakerError::Rejected(_))),
    fallback = later
)]
fn call((left, mut right): (i64, i64), _: i8) -> Answer<i64, standard::BreakerError> {
    right += left;
    if right == 0 {
        return Good(1);
    }
    Good(right)
}

fn later((left, _): (i64, i64), _: i8) -> Answer<i64, standard::BreakerError> {
    Good(left)
}

#[standard::circuit_breaker(
    name = "pass.shadowing_async",
    fallback = |_| Good(0),
    fallback_on = any
)]
async fn call_async(value: i64) -> Answer<i64, standard::BreakerError> {
    ::core::future::ready(()).await;
    Good(value)
}

#[standard::circuit_breaker(name = "pass.shadowing_future")]
fn call_future(
    value: i64,
) -> impl ::core::future::Future<Output = Answer<i64, standard::BreakerError>> {
    async move { Good(value) }
}

#[standard::circuit_breaker(
    name = "pass.shadowing_keyed",
    key = value,
    max_keys = 4 + 3,
    latency = true,
    critical = 4 > 3
)]
fn call_keyed(value: i64) -> Answer<i64, standard::BreakerError> {
    Good(value)
}

#[standard::circuit_breaker(name = "pass.shadowing_keyed_future", key = "all")]
fn call_keyed_future(
    value: i64,
) -> impl ::core::future::Future<Output = Answer<i64, standard::BreakerError>> {
    let value = value + 1;
    async move { Good(value) }
}

struct Client;

impl Client {
    #[standard::circuit_breaker(name = "pass.shadowing_method", fallback = Self::later)]
    fn call(&self, value: i64) -> Answer<i64, standard::BreakerError> {
        Good(value)
    }

    fn later(&self, _: i64) -> Answer<i64, standard::BreakerError> {
        Good(0)
    }
}

fn main() {
    let answers = [call((1, 2), 0), Client.call(4)];
    ::std::assert_eq!(answers, [Good(3), Good(4)]);
    ::std::mem::drop((call_async(1), call_future(1), call_keyed(1), call_keyed_future(1)));
    let breaker = standard::Registry::global().get("pass.shadowing").unwrap();
    ::std::assert_eq!(breaker.snapshot().totals.successes, 1);
}
