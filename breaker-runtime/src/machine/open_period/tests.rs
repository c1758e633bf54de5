use std::time::Duration;

use super::{Draws, open_period};
use crate::config::Config;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_sequence_is_split_mix_64() {
    // The upper halves of the first numbers of SplitMix64 for the seed 0.
    let upper = [0xE220_A839_u32, 0x6E78_9E6A, 0x06C4_5D18];
    let mut draws = Draws::new(0);
    for upper in upper {
        let share = f64::from(upper) / f64::from(u32::MAX);
        let difference = draws.next() - (2.0 * share - 1.0);
        assert!(difference.abs() < 1e-12, "{upper:x}: {difference}");
    }
}

#[test]
fn r12_jitter_varies_the_period_in_both_directions_by_at_most_its_share() {
    let settings = Config::new()
        .open_for(10 * SECOND)
        .jitter(0.2)
        .settings(None);
    let mut draws = Draws::new(7);
    let periods: Vec<_> = (0..1_000)
        .map(|_| open_period(&settings, 1, None, &mut draws))
        .collect();
    let shortest = periods.iter().min().expect("a thousand periods");
    let longest = periods.iter().max().expect("a thousand periods");
    assert!((8 * SECOND..9 * SECOND).contains(shortest), "{shortest:?}");
    assert!(
        *longest > 11 * SECOND && *longest <= 12 * SECOND,
        "{longest:?}"
    );
}

#[test]
fn r12_each_opening_in_a_row_lasts_longer_up_to_the_ceiling_and_a_hint_may_ask_for_more() {
    let settings = Config::new()
        .open_for(SECOND)
        .backoff(3.0)
        .max_open_for(20 * SECOND)
        .settings(None);
    let mut draws = Draws::new(7);
    let mut period = |n, hint| open_period(&settings, n, hint, &mut draws).as_secs();
    let row: Vec<_> = (1..6).map(|n| period(n, None)).collect();
    assert_eq!(row, [1, 3, 9, 20, 20]);
    assert_eq!(period(1, Some(5 * SECOND)), 5);
    assert_eq!(period(3, Some(5 * SECOND)), 9);
    assert_eq!(period(1, Some(99 * SECOND)), 20);
    assert_eq!(period(u32::MAX, None), 20);
}
