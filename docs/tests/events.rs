//! What R15 in `docs/semantics.md` says about the order of events.

use std::sync::{Arc, Mutex};

use breaker_runtime::{Config, EventKind, Registry, State};

/// Returns what a listener sees that resets `target` while it is told that `first` has opened.
fn order(target: &'static str) -> Vec<String> {
    let registry = Registry::new();
    for name in ["first", "second"] {
        registry.get_or_create(name, Config::new()).unwrap();
    }
    registry.get("second").unwrap().trip();

    let seen = Arc::new(Mutex::new(Vec::new()));
    let (list, registry_of_listener) = (Arc::clone(&seen), registry.clone());
    registry
        .subscribe(move |event| {
            let EventKind::Transition(transition) = event.kind() else {
                return;
            };
            let what = format!("{} {}", event.breaker().name(), transition.to);
            list.lock().unwrap().push(format!("begin {what}"));
            if transition.to == State::Open {
                registry_of_listener.get(target).unwrap().reset();
            }
            list.lock().unwrap().push(format!("end {what}"));
        })
        .detach();
    registry.get("first").unwrap().trip();
    let seen = seen.lock().unwrap();
    seen.clone()
}

#[test]
fn r15_an_event_of_the_same_breaker_follows_the_one_that_causes_it() {
    let expected = [
        "begin first open",
        "end first open",
        "begin first closed",
        "end first closed",
    ];
    assert_eq!(order("first"), expected);
}

#[test]
fn r15_an_event_of_another_breaker_comes_inside_of_the_one_that_causes_it() {
    let expected = [
        "begin first open",
        "begin second closed",
        "end second closed",
        "end first open",
    ];
    assert_eq!(order("second"), expected);
}
