use breaker_runtime::rehearsal::CallOutcome::Success;

use super::{LEAP, Leaps, Read};

/// Pushes calls; returns the lines that are trusted, and those that are far.
fn sorted_out(days: &[i64]) -> (Vec<u64>, Vec<u64>) {
    let mut leaps = Leaps::default();
    let (mut trusted, mut far) = (Vec::new(), Vec::new());
    for (line, day) in (1..).zip(days) {
        let pushed = leaps.push(Read {
            line,
            started: day * LEAP,
            took: 0,
            outcome: Success,
            key: None,
        });
        far.extend(pushed.far);
        trusted.extend(pushed.calls.into_iter().flatten().map(|it| it.line));
    }
    trusted.extend(leaps.finish().map(|it| it.line));
    (trusted, far)
}

#[test]
fn a_leap_that_the_next_line_confirms_is_a_pause() {
    assert_eq!(
        sorted_out(&[0, 0, 9, 9, 30, 60]),
        (vec![1, 2, 3, 4, 5, 6], vec![])
    );
}

#[test]
fn a_line_far_ahead_of_both_neighbours_is_wrong() {
    assert_eq!(
        sorted_out(&[0, 0, 9_000, 0, 1]),
        (vec![1, 2, 4, 5], vec![3])
    );
    assert_eq!(sorted_out(&[9_000, 0, 0]), (vec![2, 3], vec![1]));
}

#[test]
fn the_only_and_the_last_call_are_trusted() {
    assert_eq!(sorted_out(&[5]), (vec![1], vec![]));
    assert_eq!(sorted_out(&[5, 5, 5_000]), (vec![1, 2, 3], vec![]));
}
