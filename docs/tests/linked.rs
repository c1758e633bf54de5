//! What `docs/operations.md` says about a dependency that the program names.

use breaker_docs as _;
use breaker_runtime::Registry;

#[test]
fn naming_a_dependency_registers_its_breakers_before_their_first_call() {
    let breaker = Registry::global().get("docs/declared-in-a-dependency");
    assert_eq!(breaker.map(|it| it.snapshot().totals.calls), Some(0));
}
