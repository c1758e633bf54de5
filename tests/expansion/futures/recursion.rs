//! Async functions that call themselves through a box.

use std::future::Future;
use std::pin::Pin;

use breaker_runtime::circuit_breaker;
use futures::future::BoxFuture;

use crate::expansion::{Error, assert_send, ends, pause, run};

#[test]
fn an_async_function_recurses_through_a_box() {
    #[circuit_breaker(name = "recursion.recursion")]
    async fn sum(n: u32) -> Result<u32, Error> {
        if n == 0 {
            return Ok(0);
        }
        pause().await;
        Ok(n + Box::pin(sum(n - 1)).await?)
    }

    assert_eq!(run(assert_send(sum(4))), Ok(10));
    assert_eq!(ends("recursion.recursion"), "5 success");
}

#[test]
fn async_functions_recurse_through_each_other() {
    #[circuit_breaker(name = "recursion.recursion_even")]
    async fn even(n: u32) -> Result<bool, Error> {
        if n == 0 {
            Ok(true)
        } else {
            Box::pin(odd(n - 1)).await
        }
    }

    #[circuit_breaker(name = "recursion.recursion_odd")]
    async fn odd(n: u32) -> Result<bool, Error> {
        if n == 0 {
            Ok(false)
        } else {
            Box::pin(even(n - 1)).await
        }
    }

    assert_eq!(run(even(5)), Ok(false));
    assert_eq!(ends("recursion.recursion_even"), "3 success");
    assert_eq!(ends("recursion.recursion_odd"), "3 success");
}

#[test]
fn a_function_with_a_boxed_future_recurses() {
    #[circuit_breaker(name = "recursion.recursion_boxed")]
    fn depth(tree: &[Vec<u32>]) -> BoxFuture<'_, Result<usize, Error>> {
        Box::pin(async move {
            let Some((_, rest)) = tree.split_first() else {
                return Ok(0);
            };
            Ok(1 + depth(rest).await?)
        })
    }

    #[circuit_breaker(name = "recursion.recursion_eager")]
    fn count(n: u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
        if n == 0 {
            return Box::pin(async { Ok(0) });
        }
        Box::pin(async move { Ok(1 + count(n - 1).await?) })
    }

    assert_eq!(run(depth(&[vec![], vec![], vec![]])), Ok(3));
    assert_eq!(run(assert_send(count(3))), Ok(3));
    assert_eq!(ends("recursion.recursion_boxed"), "4 success");
    assert_eq!(ends("recursion.recursion_eager"), "4 success");
}

#[test]
fn an_async_method_recurses_with_borrows() {
    struct Node {
        value: u32,
        children: Vec<Node>,
    }

    impl Node {
        #[circuit_breaker(name = "recursion.recursion_method")]
        async fn visit(&self, seen: &mut Vec<u32>) -> Result<(), Error> {
            seen.push(self.value);
            pause().await;
            for child in &self.children {
                Box::pin(child.visit(seen)).await?;
            }
            Ok(())
        }
    }

    let leaf = |value| Node {
        value,
        children: vec![],
    };
    let tree = Node {
        value: 1,
        children: vec![leaf(2), leaf(3)],
    };
    let mut seen = vec![];
    assert_eq!(run(assert_send(tree.visit(&mut seen))), Ok(()));
    assert_eq!(seen, [1, 2, 3]);
    assert_eq!(ends("recursion.recursion_method"), "3 success");
}
