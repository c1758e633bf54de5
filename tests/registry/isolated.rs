//! A registry for each test, which annotated functions use.

use std::cell::RefCell;
use std::future::Future;
use std::panic;
use std::pin::Pin;
use std::process::Command;
use std::thread;
use std::time::Duration;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, Registry, State, circuit_breaker};

#[derive(Debug, thiserror::Error)]
enum Down {
    #[error("down")]
    Down,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(name = "isolated", threshold = 1)]
fn fetch(fails: bool) -> Result<(), Down> {
    if fails { Err(Down::Down) } else { Ok(()) }
}

#[circuit_breaker(name = "isolated", threshold = 1)]
async fn fetch_async(fails: bool) -> Result<(), Down> {
    tokio::task::yield_now().await;
    if fails { Err(Down::Down) } else { Ok(()) }
}

fn calls(registry: &Registry) -> u64 {
    registry.get("isolated").unwrap().snapshot().totals.calls
}

#[test]
fn annotated_functions_see_the_registry_that_was_entered() {
    let test = TestRegistry::new();
    {
        let _entered = test.enter();
        assert!(fetch(true).is_err());
        assert!(matches!(fetch(false), Err(Down::Breaker(_))));
        test.clock().advance(Duration::from_secs(30));
        assert_eq!(test.get("isolated").unwrap().state(), State::HalfOpen);
    }
    assert_eq!(calls(&test), 1);
}

#[test]
fn of_two_entered_registries_the_inner_one_is_in_force_until_it_is_left() {
    let (outer, inner) = (TestRegistry::new(), TestRegistry::new());
    let _outer = outer.enter();
    {
        let _inner = inner.enter();
        fetch(false).unwrap();
    }
    fetch(false).unwrap();
    assert_eq!((calls(&outer), calls(&inner)), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spawned_task_sees_the_registry_of_its_scope_on_any_thread() {
    let test = TestRegistry::new();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let test = test.clone();
            tokio::spawn(async move { test.scope(fetch_async(false)).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(calls(&test), 8);
}

/// Calls the function again when it is dropped.
struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        let _ = fetch(false);
    }
}

#[tokio::test]
async fn the_scope_covers_the_drop_of_its_future() {
    let test = TestRegistry::new();
    let scope = |yields: usize| {
        let last = Last;
        test.scope(async move {
            let _last = last;
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
        })
    };
    drop(scope(0));
    assert_eq!(calls(&test), 1, "it was never polled");
    scope(2).await;
    assert_eq!(calls(&test), 2, "it came to its end");
    let mut pending = Box::pin(scope(2));
    assert!(futures::poll!(pending.as_mut()).is_pending());
    drop(pending);
    assert_eq!(calls(&test), 3, "it was dropped in flight");
}

#[test]
fn a_scope_may_end_with_its_thread() {
    type Kept = RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>;
    thread_local!(static KEPT: Kept = const { RefCell::new(None) });
    let thread = thread::spawn(|| {
        // Initialized first, so that it is dropped last.
        KEPT.with_borrow_mut(|kept| *kept = Some(Box::pin(TestRegistry::new().scope(async {}))));
        let _entered = TestRegistry::new().enter();
    });
    thread.join().unwrap();
}

#[test]
fn a_spawned_thread_sees_the_registry_that_its_closure_was_wrapped_in() {
    let test = TestRegistry::new();
    let thread = thread::spawn(test.wrap(|| fetch(false).unwrap()));
    thread.join().unwrap();
    assert_eq!(calls(&test), 1);
}

#[test]
fn a_test_registry_has_all_declared_breakers_closed_and_with_nothing_counted() {
    let test = TestRegistry::new();
    let own: Vec<_> = test
        .breakers()
        .iter()
        .map(|it| it.name().to_owned())
        .collect();
    let global = Registry::global().breakers();
    for declared in global
        .iter()
        .filter(|it| own.contains(&it.name().to_owned()))
    {
        let snapshot = test.get(declared.name()).unwrap().snapshot();
        assert_eq!((snapshot.state, snapshot.totals.calls), (State::Closed, 0));
    }
    assert!(own.len() > 5);
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    let (first, second) = (TestRegistry::new(), TestRegistry::new());
    let entered_first = first.enter();
    let entered_second = second.enter();
    drop(entered_first);
    fetch(false).unwrap();
    drop(entered_second);
    assert_eq!((calls(&first), calls(&second)), (0, 1));
    let third = TestRegistry::new();
    let _entered = third.enter();
    fetch(false).unwrap();
    assert_eq!((calls(&first), calls(&third)), (0, 1));
}

/// Runs itself in another process, because strictness applies to all threads of a process.
#[test]
fn strict_makes_a_call_on_the_global_registry_panic_on_any_thread() {
    const INSIDE: &str = "BREAKER_TEST_STRICT";
    let (_, module) = module_path!().split_once("::").unwrap();
    let name = "strict_makes_a_call_on_the_global_registry_panic_on_any_thread";
    let path = format!("{module}::{name}");
    if std::env::var_os(INSIDE).is_none() {
        let test = std::env::current_exe().unwrap();
        let mut inside = Command::new(test);
        let output = inside.args(["--exact", &path]).env(INSIDE, "1").output();
        let output = output.unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{report}");
        // The process also succeeds when the path names no test and nothing runs.
        assert!(report.contains("1 passed"), "{report}");
        return;
    }
    fetch(false).unwrap();
    {
        let test = TestRegistry::new().strict();
        let _entered = test.enter();
        fetch(false).unwrap();
        let escaped = thread::spawn(|| fetch(false));
        let panicked = escaped.join().unwrap_err();
        let words = panicked.downcast_ref::<String>().unwrap();
        assert!(
            words.contains("`isolated` was called outside of every test registry"),
            "{words}"
        );
    }
    panic::catch_unwind(|| fetch(false).unwrap()).unwrap();
}
