//! How fleets open.

use super::super::actions::Action;
use super::*;
use crate::fleet::event::FleetEvent;
use crate::values::Reason;

#[test]
fn s2_two_of_three_open_and_the_third_rejects_without_a_failed_call() {
    let mut world = World::fleet(3);
    world.act(Action::Rate(2, 0.1));
    world.act(Action::Sick(0, true));
    world.act(Action::Sick(1, true));
    world.run_until(5 * S, "two open", |world| world.count(State::Open) >= 2);
    let took = world.run_until(S, "the third opens", |world| world.count(State::Open) == 3);
    assert!(took <= 100 * MS, "{took} ns");
    assert_eq!(world.instances[2].seen.failed, 0);
    let history = world.instances[2].breakers[0].snapshot().history;
    let reason = history.last().map(|past| past.transition.reason);
    assert_eq!(reason, Some(Reason::Fleet));
}
