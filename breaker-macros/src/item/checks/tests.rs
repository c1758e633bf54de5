use crate::expand::tests::messages;

fn on(item: &str) -> Vec<String> {
    messages("name = \"payment\"", item)
}

#[test]
fn a_const_fn_has_no_breaker() {
    let message = "a breaker's state exists only at run time: remove `const`";
    assert_eq!(
        on("pub const unsafe fn pay() -> Result<(), E> {}"),
        [message]
    );
}

#[test]
fn a_function_that_never_returns_has_no_outcome() {
    let message = "a function that never returns has no outcome: guard the calls in its body";
    for item in [
        "fn pay() -> ! {}",
        "async fn pay() -> ! {}",
        "fn pay() -> Pin<Box<dyn Future<Output = !>>> {}",
    ] {
        assert_eq!(on(item), [message], "{item}");
    }
}

#[test]
fn a_guarded_future_is_not_unpin() {
    let message = "a guarded future is not `Unpin`: return a `Pin<Box<dyn Future<Output = …>>>`";
    assert_eq!(
        on("fn pay() -> impl Future<Output = R> + Unpin {}"),
        [message]
    );
}
