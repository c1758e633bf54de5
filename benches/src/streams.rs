//! A stream of a hundred items, bare and guarded.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use breaker_runtime::circuit_breaker;
use futures_core::Stream;

use crate::{Answer, body, poll};

/// A stream of a hundred items, all of which are ready.
#[derive(Debug)]
pub struct Items {
    value: u64,
    left: u32,
}

impl Stream for Items {
    type Item = Answer;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Answer>> {
        let Some(left) = self.left.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.left = left;
        Poll::Ready(Some(body(self.value)))
    }
}

fn items(value: u64) -> Items {
    Items { value, left: 100 }
}

#[circuit_breaker(name = "stream", threshold = 5)]
fn guarded_items(value: u64) -> impl Stream<Item = Answer> {
    items(value)
}

/// Reads the stream without a breaker, and returns the sum of the items.
#[inline(never)]
pub fn bare(value: u64) -> Answer {
    read(items(value))
}

/// Reads the stream behind the attribute.
#[inline(never)]
pub fn guarded(value: u64) -> Answer {
    read(guarded_items(value))
}

/// Adds up the items.
#[inline]
fn read(stream: impl Stream<Item = Answer>) -> Answer {
    poll(async {
        let mut stream = pin!(stream);
        let mut sum = 0;
        while let Some(item) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
            sum += item?;
        }
        Ok(sum)
    })
}
