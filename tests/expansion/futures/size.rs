//! The size of guarded futures. What the body keeps across an `await` is stored once.

use std::future::Future;

use breaker_runtime::{BreakerError, circuit_breaker};

use crate::expansion::{Error, pause};

/// The most bytes that the guard may add to a future.
const OVERHEAD: usize = 256;

#[test]
fn locals_across_awaits_are_not_stored_twice() {
    #[circuit_breaker(name = "size.size_locals")]
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

#[test]
fn awaited_futures_are_not_stored_twice() {
    async fn big(seed: u8) -> Result<u8, Error> {
        let buffer = [seed; 2048];
        pause().await;
        Ok(buffer[1])
    }

    #[circuit_breaker(name = "size.size_inner")]
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

#[test]
fn arguments_are_stored_at_most_once_more() {
    #[circuit_breaker(name = "size.size_arguments")]
    async fn call(buffer: [u8; 1024]) -> Result<u8, Error> {
        pause().await;
        let moved = buffer;
        Ok(moved[1])
    }

    async fn plain(buffer: [u8; 1024]) -> Result<u8, Error> {
        pause().await;
        let moved = buffer;
        Ok(moved[1])
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

#[test]
fn arguments_that_the_body_reads_in_place_are_not_stored_once_more() {
    struct Order {
        id: u64,
        lines: [u64; 128],
        note: String,
    }

    async fn post(order: &Order, url: &str) -> Result<u64, Error> {
        pause().await;
        Ok(order.id + url.len() as u64)
    }

    macro_rules! call {
        ($(#[$attribute:meta])* $name:ident) => {
            $(#[$attribute])*
            async fn $name(
                url: String,
                attempts: u32,
                buffer: [u8; 1024],
                order: Order,
            ) -> Result<u64, Error> {
                let attempts = u64::from(attempts);
                let posted = post(&order, &url).await?;
                let buffered = u64::from(buffer[1]);
                Ok(posted + attempts + order.lines[1] + buffered + order.note.len() as u64)
            }
        };
    }
    call! { plain }
    call! { #[circuit_breaker(name = "size.size_in_place")] call }

    let order = || Order {
        id: 1,
        lines: [1; 128],
        note: String::new(),
    };
    let guarded = size_of_val(&call(String::new(), 1, [0; 1024], order()));
    let bare = size_of_val(&plain(String::new(), 1, [0; 1024], order()));
    assert!(guarded <= bare + 64, "{guarded} bytes instead of {bare}");
}

#[test]
fn nested_guarded_futures_grow_by_a_constant_each() {
    #[circuit_breaker(name = "size.size_chain_1")]
    async fn one(seed: u8) -> Result<u8, Error> {
        let buffer = [seed; 1024];
        pause().await;
        Ok(buffer[2])
    }

    #[circuit_breaker(name = "size.size_chain_2")]
    async fn two(seed: u8) -> Result<u8, Error> {
        one(seed).await
    }

    #[circuit_breaker(name = "size.size_chain_3")]
    async fn three(seed: u8) -> Result<u8, Error> {
        two(seed).await
    }

    let (inner, outer) = (size_of_val(&one(1)), size_of_val(&three(1)));
    assert!(
        outer <= inner + 2 * OVERHEAD,
        "{outer} bytes instead of {inner}"
    );
}

#[test]
fn a_guarded_future_is_small_where_the_plain_one_is() {
    #[circuit_breaker(name = "size.size_small")]
    async fn call() -> Result<u8, BreakerError> {
        Ok(1)
    }

    let size = size_of_val(&call());
    assert!(size <= OVERHEAD, "{size} bytes");
}

fn plain_future() -> impl Future<Output = Result<u32, Error>> {
    async move {
        let large = [1_u8; 500];
        pause().await;
        Ok(large[0].into())
    }
}

#[circuit_breaker(name = "size.impl_future")]
fn guarded_future() -> impl Future<Output = Result<u32, Error>> {
    async move {
        let large = [1_u8; 500];
        pause().await;
        Ok(large[0].into())
    }
}

#[circuit_breaker(name = "size.impl_future_outer")]
fn outer_future() -> impl Future<Output = Result<u32, Error>> {
    async move { guarded_future().await }
}

#[test]
fn an_impl_future_of_one_block_does_not_double_with_each_level() {
    let size = |future: &dyn Fn() -> usize| future();
    let plain = size(&|| size_of_val(&plain_future()));
    let guarded = size(&|| size_of_val(&guarded_future()));
    let outer = size(&|| size_of_val(&outer_future()));
    assert!(guarded < plain + 256, "{plain} {guarded}");
    assert!(outer < plain + 512, "{plain} {outer}");
}
