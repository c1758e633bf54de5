use super::*;
use crate::values::Reason;

fn past(to: State, seconds: u64) -> PastTransition {
    let (from, reason) = match to {
        State::Open => (State::Closed, Reason::Tripped),
        _ => (State::Open, Reason::Reset),
    };
    PastTransition::example(from, to, reason, seconds)
}

fn costs(rejected: u64, ramp: u64) -> Costs {
    Costs {
        rejected,
        ramp,
        ..Costs::default()
    }
}

#[test]
fn the_last_eight_outages_are_kept() {
    let mut outages = Outages::default();
    for n in 0..20 {
        outages.begin(
            &past(State::Open, n),
            Tick::default(),
            Tick::default(),
            Costs::default(),
        );
        let ended = past(State::Closed, n).at;
        assert!(
            outages
                .end(ended, Tick::default(), Costs::default())
                .is_some()
        );
    }
    let kept: Vec<_> = outages.past().iter().map(|it| it.began_at).collect();
    assert_eq!(kept.len(), 8);
    assert_eq!(kept[0], past(State::Open, 12).at);
}

#[test]
fn only_the_ramp_costs_something_after_the_circuit_has_closed() {
    let mut outages = Outages::default();
    outages.begin(
        &past(State::Open, 1),
        Tick::default(),
        Tick::default(),
        costs(100, 10),
    );
    outages.add(&past(State::Closed, 2), costs(150, 10));
    let present = outages.present(Tick::default(), costs(190, 13));
    assert_eq!(present.map(|it| it.rejected), Some(53));
    // Another opening continues the same outage.
    outages.add(&past(State::Open, 3), costs(190, 13));
    let present = outages.present(Tick::default(), costs(200, 13));
    assert_eq!(present.map(|it| (it.rejected, it.openings)), Some((103, 2)));
}
