//! Constants, statics, unit structs and functions with the names of variables in an expansion.
#![allow(non_upper_case_globals, non_camel_case_types, dead_code)]

use breaker_runtime::{BreakerError, circuit_breaker};

const permit: u8 = 0;
const out: u8 = 0;
const r: u8 = 0;
const f: u8 = 0;
const value: u8 = 0;
const error: u8 = 0;
const outcome: u8 = 0;
const key: u8 = 0;
const kept: u8 = 0;
const MAX_KEYS: u8 = 0;
const LATENCY: u8 = 0;
const breaker: u8 = 0;
const future: u8 = 0;
const body: u8 = 0;
const poll: u8 = 0;
const cx: u8 = 0;
const context: u8 = 0;
const __arg: u8 = 0;
const __arg0: u8 = 0;
const __arg_0: u8 = 0;
const __self: u8 = 0;
const __ret: u8 = 0;
const __out: u8 = 0;
const __permit: u8 = 0;
const __site: u8 = 0;
struct site;
struct result;
struct rejection;
struct state;
static SITE: u8 = 0;
static BREAKER: u8 = 0;
static CALL_SITE: u8 = 0;
static DECLARATION: u8 = 0;
static CONFIG: u8 = 0;
const THRESHOLD: u8 = 0;
const WINDOW: u8 = 0;
static calls: u8 = 0;
static window: u8 = 0;
const NAME: u8 = 0;
fn call_once() {}
fn poll_fn() {}
fn pin() {}
fn enter() {}

#[circuit_breaker(name = "pass.constants", threshold = 1 + 4, fallback = later, fallback_on = any)]
fn call((left, mut right): (u32, u32), ref last: u32, _: u32) -> Result<u32, BreakerError> {
    right += left + last;
    Ok(right)
}

fn later(_: (u32, u32), _: u32, _: u32) -> Result<u32, BreakerError> {
    Ok(0)
}

#[circuit_breaker(name = "pass.constants_async", fallback = |_| Ok(text.len()))]
async fn call_async(text: String, (left, _): (usize, usize)) -> Result<usize, BreakerError> {
    std::future::ready(()).await;
    Ok(text.len() + left)
}

#[circuit_breaker(name = "pass.constants_future", fallback = |_| Ok(0))]
fn call_future(text: String) -> impl Future<Output = Result<usize, BreakerError>> {
    async move { Ok(text.len()) }
}

#[circuit_breaker(name = "pass.constants_keyed", key = host, max_keys = 4 + 3, latency = 1 < 2)]
fn call_keyed(host: String) -> impl Future<Output = Result<usize, BreakerError>> {
    let host = host + "/";
    async move { Ok(host.len()) }
}

#[circuit_breaker(name = "pass.pairs", window = 4 + 6, failure_rate = 0.5, min_calls = 2 + 3)]
fn call_seldom() -> Result<u8, BreakerError> {
    Ok(calls)
}

fn main() {
    assert_eq!(call_seldom(), Ok(0));
    assert_eq!(call((1, 2), 3, 4), Ok(6));
    drop((
        call_async(String::new(), (1, 2)),
        call_future(String::new()),
        call_keyed(String::new()),
    ));
}
