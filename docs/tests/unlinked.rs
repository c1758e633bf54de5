//! What `docs/operations.md` says about a dependency that nothing in the program names.

use breaker_runtime::Registry;

#[test]
fn a_dependency_that_nothing_names_registers_no_breaker() {
    let breaker = Registry::global().get("docs/declared-in-a-dependency");
    assert!(breaker.is_none());
}
