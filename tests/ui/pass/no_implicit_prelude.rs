//! The attribute in modules without a prelude.
#![no_implicit_prelude]

extern crate breaker_runtime;

use ::breaker_runtime::circuit_breaker;

#[circuit_breaker(
    name = "pass.no_prelude",
    threshold = 2 + 3,
    open_for = "10s",
    ignore(::core::result::Result::Ok(0)),
    fallback = later
)]
fn call(
    (left, mut right): (u32, u32),
    _: &str,
) -> ::core::result::Result<u32, ::breaker_runtime::BreakerError> {
    right += left;
    ::core::result::Result::Ok(right)
}

fn later(
    (left, _): (u32, u32),
    _: &str,
) -> ::core::result::Result<u32, ::breaker_runtime::BreakerError> {
    ::core::result::Result::Ok(left)
}

#[circuit_breaker(name = "pass.no_prelude_async", fallback = async_later, fallback_on = any)]
async fn call_async(
    text: ::std::string::String,
) -> ::core::result::Result<usize, ::breaker_runtime::BreakerError> {
    ::core::future::ready(()).await;
    ::core::result::Result::Ok(text.len())
}

async fn async_later(
    text: ::std::string::String,
) -> ::core::result::Result<usize, ::breaker_runtime::BreakerError> {
    ::core::result::Result::Ok(text.len())
}

#[circuit_breaker(name = "pass.no_prelude_future")]
fn call_future(
    value: u32,
) -> impl ::core::future::Future<Output = ::core::result::Result<u32, ::breaker_runtime::BreakerError>>
{
    async move { ::core::result::Result::Ok(value) }
}

#[circuit_breaker(
    name = "pass.no_prelude_boxed",
    fallback = |error| ::core::result::Result::Err(error)
)]
fn call_boxed(
    value: u32,
) -> ::core::pin::Pin<
    ::std::boxed::Box<
        dyn ::core::future::Future<
                Output = ::core::result::Result<u32, ::breaker_runtime::BreakerError>,
            > + ::core::marker::Send,
    >,
> {
    ::std::boxed::Box::pin(async move { ::core::result::Result::Ok(value) })
}

#[circuit_breaker(
    name = "pass.no_prelude_option",
    failure(::core::option::Option::None),
    fallback = |_| ::core::option::Option::None
)]
fn call_option(value: u32) -> ::core::option::Option<u32> {
    ::core::option::Option::Some(value)
}

#[circuit_breaker(
    name = "pass.no_prelude_keyed",
    key = host,
    max_keys = 5 + 5,
    latency = true,
    critical = 1 > 2
)]
fn call_keyed(
    host: ::std::string::String,
) -> ::core::result::Result<usize, ::breaker_runtime::BreakerError> {
    ::core::result::Result::Ok(host.len())
}

#[circuit_breaker(name = "pass.no_prelude_keyed_future", key = value)]
fn call_keyed_future(
    value: u32,
) -> impl ::core::future::Future<Output = ::core::result::Result<u32, ::breaker_runtime::BreakerError>>
{
    let value = value + 1;
    async move { ::core::result::Result::Ok(value) }
}

fn main() {
    ::std::assert_eq!(call((1, 2), ""), ::core::result::Result::Ok(3));
    ::std::assert_eq!(call_option(1), ::core::option::Option::Some(1));
    ::std::mem::drop((
        call_async(::std::string::String::new()),
        call_future(1),
        call_boxed(1),
        call_keyed(::std::string::String::new()),
        call_keyed_future(1),
    ));
}
