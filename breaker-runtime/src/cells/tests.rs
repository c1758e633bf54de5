use std::thread;
use std::time::{Duration, SystemTime};

use super::{COUNTS, Cells, Count, SHARED, SLOT, slot};

const ALL: [Count; COUNTS] = [
    Count::Successes,
    Count::Failures,
    Count::Ignored,
    Count::Cancelled,
    Count::Slow,
    Count::Rejected,
    Count::Stale,
    Count::FallbackSuccesses,
    Count::FallbackFailures,
];

fn add_all(cells: &Cells) {
    for (place, count) in ALL.into_iter().enumerate() {
        for _ in 0..=place {
            cells.add(count);
        }
    }
}

fn counted(cells: &Cells) -> [u64; COUNTS] {
    let totals = cells.totals();
    [
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.cancelled,
        totals.slow,
        totals.rejected,
        totals.stale,
        totals.fallback_successes,
        totals.fallback_failures,
    ]
}

#[test]
fn every_count_has_its_own_place() {
    let cells = Cells::new();
    add_all(&cells);
    assert_eq!(counted(&cells), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(cells.totals().calls, 1 + 2 + 3 + 4);
}

#[test]
fn a_thread_without_a_slot_counts_in_the_shared_cell() {
    let cells = Cells::new();
    let before = SLOT.replace(SHARED);
    add_all(&cells);
    SLOT.set(before);
    add_all(&cells);
    assert_eq!(counted(&cells), [2, 4, 6, 8, 10, 12, 14, 16, 18]);
}

#[test]
fn a_slot_is_handed_back_when_its_thread_ends() {
    let slots: Vec<_> = (0..2_000)
        .map(|_| thread::spawn(slot).join().expect("it only asks"))
        .collect();
    assert!(slots.iter().filter(|slot| **slot != SHARED).count() > 1_000);
}

#[test]
fn the_date_of_a_failure_never_goes_back() {
    let cells = Cells::new();
    let at = |secs| SystemTime::UNIX_EPOCH + Duration::from_secs(secs);
    cells.add_failure(at(9));
    cells.add_failure(at(5));
    assert_eq!(cells.totals().last_failure_at, Some(at(9)));
}

#[test]
fn a_wall_clock_before_the_epoch_is_a_date_all_the_same() {
    let cells = Cells::new();
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    cells.add_success(before);
    assert!(cells.totals().last_success_at.is_some());
}
