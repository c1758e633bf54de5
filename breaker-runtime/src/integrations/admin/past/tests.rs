use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::states;
use crate::breaker::Snapshot;
use crate::config::Config;
use crate::registry::Registry;
use crate::values::{
    Action, ActionKind, Attribution, Layer, Override, PastTransition, Reason, State,
};

fn at(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

fn breaker(changes: &[(u64, State, State)]) -> Snapshot {
    let made = Registry::new().get_or_create("payment", Config::new());
    let mut it = made.expect("it is there").snapshot();
    it.since = at(0);
    let changes = changes.iter();
    it.history = changes
        .map(|(second, from, to)| PastTransition::example(*from, *to, Reason::Tripped, *second))
        .collect();
    it
}

/// Returns the states with the seconds in which they began.
fn since_100(it: &Snapshot) -> Vec<(String, String)> {
    let states = states(it, at(100));
    let states = states.as_array().expect("it is there").iter();
    let text = |value: &Value| value.as_str().unwrap_or("before").to_owned();
    let second = |since: String| since.replace("1970-01-01T00:", "").replace(".000Z", "");
    states
        .map(|it| (text(&it["state"]), second(text(&it["since"]))))
        .collect()
}

fn expected(states: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(state, since): &(&str, &str)| ((*state).to_owned(), (*since).to_owned());
    states.iter().map(owned).collect()
}

fn act(second: u64, kind: ActionKind) -> Action {
    Action {
        at: at(second),
        breaker: None,
        key: None,
        kind,
        by: Attribution::default(),
    }
}

#[test]
fn a_breaker_without_transitions_has_been_in_its_state_since_it_is() {
    let mut it = breaker(&[]);
    assert_eq!(
        states(&it, at(100)),
        json!([{"state": "closed", "since": null}])
    );
    it.since = at(150);
    assert_eq!(since_100(&it), expected(&[("closed", "02:30")]));
}

#[test]
fn the_states_follow_the_transitions() {
    use State::{Closed, HalfOpen, Open};
    let it = breaker(&[
        (50, Closed, Open),
        (120, Open, HalfOpen),
        (130, HalfOpen, Closed),
    ]);
    assert_eq!(
        since_100(&it),
        expected(&[
            ("open", "before"),
            ("half_open", "02:00"),
            ("closed", "02:10")
        ])
    );
}

#[test]
fn an_override_hides_the_state_of_the_machine_while_it_lasts() {
    let mut it = breaker(&[(120, State::Closed, State::Open)]);
    it.actions = vec![
        act(110, ActionKind::ForceOpen { ttl: None }),
        act(130, ActionKind::ClearOverride),
        act(
            140,
            ActionKind::ForceClosed {
                ttl: Some(Duration::from_secs(5)),
            },
        ),
    ];
    assert_eq!(
        since_100(&it),
        expected(&[
            ("closed", "before"),
            ("forced_open", "01:50"),
            ("open", "02:10"),
            ("forced_closed", "02:20"),
            ("open", "02:25"),
        ])
    );
}

#[test]
fn the_override_of_a_file_lasts_until_now() {
    let mut it = breaker(&[]);
    it.r#override = Some(Override {
        state: State::ForcedOpen,
        reason: String::new(),
        by: Attribution::default(),
        layer: Layer::File,
        since: at(130),
        until: None,
    });
    assert_eq!(
        since_100(&it),
        expected(&[("closed", "before"), ("forced_open", "02:10")])
    );
}
